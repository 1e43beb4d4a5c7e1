import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Grid from '@cloudscape-design/components/grid';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMemo, useRef, useState } from 'react';

import { useSession } from '../app/SessionContext.tsx';
import { Unsaved } from '../components/Unsaved.tsx';
import { completions, hovering } from './assist.ts';
import { catalog } from './catalog.ts';
import { CodeEditor, type CodeHandle } from './CodeEditor.tsx';
import { CoveredActions } from './CoveredActions.tsx';
import { FindingsList } from './FindingsList.tsx';
import { formatted, type Place, statementPlaces } from './json.ts';
import { TestRequests } from './TestRequests.tsx';
import { type PolicyKind, useFindings, useMarks } from './useFindings.ts';
import { VisualBuilder } from './VisualBuilder.tsx';

export interface PolicyEditorProps {
  text: string;
  onChange: (text: string) => void;
  /** identity for managed and inline policies and boundaries; trust for whom a role trusts. */
  kind: PolicyKind;
  /** What test requests are about at first; of a trust policy, the role's ARN. */
  resource?: string;
}

/**
 * PolicyEditor edits a policy as JSON, with what validation finds, completion and what wildcards cover; or by forms, where the
 * document is simple enough; with requests to try it beside it. Whoever saves it and leaves, leaves on purpose: see Unsaved.
 */
export function PolicyEditor({ text, onChange, kind, resource }: PolicyEditorProps) {
  const { partition, account } = useSession();
  const [view, setView] = useState<'json' | 'visual'>('json');
  const findings = useFindings(text, kind);
  const marks = useMarks(findings.findings);
  const code = useRef<CodeHandle>(null);
  const [atFirst] = useState(text);
  const assist = useMemo(() => ({ completion: completions(catalog, { partition, account }), hover: hovering(catalog) }), [partition, account]);
  const jump = (place: Place) => {
    setView('json');
    setTimeout(() => code.current?.jump(place), 0);
  };
  const toLine = (line: number) => {
    const from = text.split('\n').slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
    jump(statementPlaces(text).find((place) => place.from >= from) ?? { from, to: from });
  };
  const tidy = formatted(text);
  return (
    <SpaceBetween size="m">
      {text !== atFirst && <Unsaved />}
      <SpaceBetween direction="horizontal" size="s">
        {kind === 'identity' && (
          <SegmentedControl
            label="How the policy is edited"
            selectedId={view}
            options={[
              { id: 'json', text: 'JSON' },
              { id: 'visual', text: 'Visual' },
            ]}
            onChange={({ detail }) => setView(detail.selectedId === 'visual' ? 'visual' : 'json')}
          />
        )}
        {view === 'json' && (
          <Button disabled={tidy === undefined || tidy === text} onClick={() => tidy !== undefined && onChange(tidy)}>
            Format
          </Button>
        )}
      </SpaceBetween>
      <Grid gridDefinition={[{ colspan: { default: 12, s: 8 } }, { colspan: { default: 12, s: 4 } }]}>
        <SpaceBetween size="m">
          {view === 'json' ? (
            <CodeEditor ref={code} value={text} onChange={onChange} label="Policy document" marks={marks} {...assist} />
          ) : (
            <VisualBuilder text={text} onChange={onChange} />
          )}
          <FindingsList {...findings} onJump={jump} />
        </SpaceBetween>
        <SpaceBetween size="m">
          <ExpandableSection headerText="Test requests" variant="container" defaultExpanded>
            <TestRequests text={text} kind={kind} {...(resource !== undefined && { resource })} onJump={toLine} />
          </ExpandableSection>
          {kind === 'identity' && (
            <ExpandableSection headerText="What the actions cover" variant="container" defaultExpanded>
              <CoveredActions text={text} />
            </ExpandableSection>
          )}
        </SpaceBetween>
      </Grid>
    </SpaceBetween>
  );
}
