import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';

import { useCall } from '../api/useCall.ts';
import { EmptyState } from '../components/EmptyState.tsx';
import { ErrorAlert } from '../components/ErrorAlert.tsx';
import { flash } from '../components/Flash.tsx';
import { newPolicy } from './builder.ts';
import { CodeEditor } from './CodeEditor.tsx';
import { change, deleteInline, type Holder, inlineDocument, inlineNames, putInline } from './holder.ts';
import { shown } from './json.ts';
import { PolicyEditor } from './PolicyEditor.tsx';
import { ReviewModal } from './ReviewModal.tsx';

export interface InlinePoliciesProps {
  holder: Holder;
  /** onChanged is told after a policy was written or deleted. */
  onChanged?: () => void;
}

/** Draft is a policy that is being written. */
interface Draft {
  name: string;
  /** The name is not taken yet, and may be chosen. */
  fresh: boolean;
  before: string;
  text: string;
}

/** InlinePolicies shows the inline policies of a user, group or role, to read, write and delete: <InlinePolicies holder={{ kind: 'user', name }} />. */
export function InlinePolicies({ holder, onChanged }: InlinePoliciesProps) {
  const { data: names, error, reload } = useCall((signal) => inlineNames(holder, signal), [holder.kind, holder.name]);
  const [draft, setDraft] = useState<Draft>();
  const [doomed, setDoomed] = useState<string>();
  const [round, setRound] = useState(0);
  const done = (text: string) => {
    flash.success(text);
    setDraft(undefined);
    setDoomed(undefined);
    setRound(round + 1);
    reload();
    onChanged?.();
  };
  if (draft) {
    return (
      <DraftEditor
        holder={holder}
        draft={draft}
        taken={names ?? []}
        onChange={setDraft}
        onCancel={() => setDraft(undefined)}
        onSave={async () => {
          await putInline(holder, draft.name, draft.text);
          done(`Inline policy ${draft.name} saved`);
        }}
      />
    );
  }
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={names && `(${names.length})`}
          description={`Policies of this ${holder.kind} alone; they go with it.`}
          actions={<Button onClick={() => setDraft({ name: '', fresh: true, before: '', text: newPolicy })}>Create inline policy</Button>}
        >
          Inline policies
        </Header>
      }
    >
      {error !== undefined && <ErrorAlert error={error} onRetry={reload} />}
      {!names && error === undefined && <Spinner />}
      {names?.length === 0 && <EmptyState title="No inline policies">A managed policy can be attached to several, and has versions: prefer one where more than one needs it.</EmptyState>}
      <SpaceBetween size="s">
        {names?.map((name) => (
          <Inline key={`${name} ${round}`} holder={holder} name={name} onEdit={(text) => setDraft({ name, fresh: false, before: text, text: shown(text) })} onDelete={() => setDoomed(name)} />
        ))}
      </SpaceBetween>
      {doomed !== undefined && (
        <ReviewModal
          title={`Delete inline policy ${doomed}?`}
          verb="Delete"
          changes={[change(holder, 'Delete', { policyName: doomed })]}
          onSave={async () => {
            await deleteInline(holder, doomed);
            done(`Inline policy ${doomed} deleted`);
          }}
          onDismiss={() => setDoomed(undefined)}
        />
      )}
    </Container>
  );
}

function Inline({ holder, name, onEdit, onDelete }: { holder: Holder; name: string; onEdit: (text: string) => void; onDelete: () => void }) {
  const [open, setOpen] = useState(false);
  const { data, error, reload } = useCall(async (signal) => (open ? inlineDocument(holder, name, signal) : undefined), [holder.kind, holder.name, name, open]);
  const edit = () => {
    inlineDocument(holder, name).then(onEdit, flash.error);
  };
  return (
    <ExpandableSection
      headerText={name}
      expanded={open}
      onChange={({ detail }) => setOpen(detail.expanded)}
      headerActions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button ariaLabel={`Edit inline policy ${name}`} onClick={edit}>
            Edit
          </Button>
          <Button ariaLabel={`Delete inline policy ${name}`} onClick={onDelete}>
            Delete
          </Button>
        </SpaceBetween>
      }
      variant="stacked"
    >
      {error !== undefined && <ErrorAlert error={error} onRetry={reload} />}
      {data !== undefined && <CodeEditor value={shown(data)} label={`Inline policy ${name}`} />}
    </ExpandableSection>
  );
}

interface DraftEditorProps {
  holder: Holder;
  draft: Draft;
  taken: string[];
  onChange: (draft: Draft) => void;
  onCancel: () => void;
  onSave: () => Promise<void>;
}

function DraftEditor({ holder, draft, taken, onChange, onCancel, onSave }: DraftEditorProps) {
  const [review, setReview] = useState(false);
  const [touched, setTouched] = useState(false);
  const error = draft.fresh ? wrongName(draft.name, taken) : undefined;
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" onClick={onCancel}>
                Cancel
              </Button>
              <Button
                variant="primary"
                onClick={() => {
                  setTouched(true);
                  if (error === undefined) setReview(true);
                }}
              >
                Review and save
              </Button>
            </SpaceBetween>
          }
        >
          {draft.fresh ? 'New inline policy' : `Inline policy ${draft.name}`}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {draft.fresh && (
          <FormField label="Name" errorText={touched && error}>
            <Input value={draft.name} onChange={({ detail }) => onChange({ ...draft, name: detail.value })} onBlur={() => setTouched(true)} />
          </FormField>
        )}
        <PolicyEditor text={draft.text} onChange={(text) => onChange({ ...draft, text })} kind="identity" />
        {!draft.fresh && draft.text === draft.before && <Box color="text-body-secondary">Nothing has changed yet.</Box>}
      </SpaceBetween>
      {review && (
        <ReviewModal
          title={`Save inline policy ${draft.name}?`}
          verb="Save"
          changes={[change(holder, 'Put', { policyName: draft.name, policyDocument: draft.text })]}
          texts={{ before: draft.before, after: draft.text }}
          onSave={onSave}
          onDismiss={() => setReview(false)}
        />
      )}
    </Container>
  );
}

/** wrongName says why a policy may not have a name; undefined where it may. */
export function wrongName(name: string, taken: readonly string[] = []): string | undefined {
  if (!/^[\w+=,.@-]{1,128}$/.test(name)) return 'Up to 128 letters, digits and any of + = , . @ _ -';
  if (taken.some((other) => other.toLowerCase() === name.toLowerCase())) return 'There is one of this name';
  return undefined;
}
