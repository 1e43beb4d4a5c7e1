import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { emptyStatement, printVisual, readVisual, type Visual, type VisualStatement } from './builder.ts';
import { ActionPicker } from './ActionPicker.tsx';
import { Conditions } from './Conditions.tsx';
import { ResourcePicker } from './ResourcePicker.tsx';
import { useRows } from './useRows.ts';

/** VisualBuilder edits a policy's statements by forms. What it cannot show it says, and leaves to the JSON. */
export function VisualBuilder({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  // What was written here is shown as it was written: a document cannot say all of it, such as a condition whose key is being typed.
  const [written, setWritten] = useState<{ text: string; visual: Visual }>();
  const { visual, beyond } = written?.text === text ? { visual: written.visual, beyond: undefined } : readVisual(text);
  const rows = useRows(visual?.statements.length ?? 0);
  if (!visual) {
    return (
      <Alert type="info" header="This document is beyond the visual builder">
        <p>Nothing of it is lost: edit it as JSON.</p>
        <ul>
          {beyond.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      </Alert>
    );
  }
  const write = (next: Visual) => {
    const printed = printVisual(next);
    setWritten({ text: printed, visual: next });
    onChange(printed);
  };
  const setStatements = (statements: VisualStatement[]) => write({ ...visual, statements });
  return (
    <SpaceBetween size="m">
      {visual.statements.map((statement, i) => (
        <Statement
          key={rows.keys[i]}
          number={i + 1}
          statement={statement}
          onChange={(next) => setStatements(visual.statements.with(i, next))}
          onRemove={() => {
            rows.remove(i);
            setStatements(visual.statements.toSpliced(i, 1));
          }}
        />
      ))}
      <Button iconName="add-plus" onClick={() => setStatements([...visual.statements, emptyStatement])}>
        Add a statement
      </Button>
    </SpaceBetween>
  );
}

interface StatementProps {
  number: number;
  statement: VisualStatement;
  onChange: (statement: VisualStatement) => void;
  onRemove: () => void;
}

function Statement({ number, statement, onChange, onRemove }: StatementProps) {
  const set = (changed: Partial<VisualStatement>) => onChange({ ...statement, ...changed });
  return (
    <Container
      header={
        <Header
          variant="h3"
          headingTagOverride="h2"
          actions={
            <Button iconName="remove" variant="icon" ariaLabel={`Remove statement ${number}`} onClick={onRemove} />
          }
        >
          Statement {number} {statement.sid && <Box variant="span" color="text-body-secondary">{statement.sid}</Box>}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FormField label="Effect">
          <SegmentedControl
            label={`Effect of statement ${number}`}
            selectedId={statement.effect}
            options={[
              { id: 'Allow', text: 'Allow' },
              { id: 'Deny', text: 'Deny' },
            ]}
            onChange={({ detail }) => set({ effect: detail.selectedId === 'Deny' ? 'Deny' : 'Allow' })}
          />
        </FormField>
        <ActionPicker actions={statement.actions} onChange={(actions) => set({ actions })} />
        <ResourcePicker actions={statement.actions} resources={statement.resources} onChange={(resources) => set({ resources })} />
        <Conditions actions={statement.actions} conditions={statement.conditions} onChange={(conditions) => set({ conditions })} />
        <FormField label="Statement id (Sid)" description="A name of letters and digits; may be left out.">
          <Input value={statement.sid ?? ''} onChange={({ detail }) => set({ sid: detail.value })} />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}
