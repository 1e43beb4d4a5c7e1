import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useEffect, useState } from 'react';

import { useCall } from '../api/useCall.ts';
import { type GetReachResponse, type ReachGrant, type ReachPrincipal, warder } from '../api/warder.ts';
import { ErrorAlert } from '../components/ErrorAlert.tsx';
import { type AccessMap, labelOf } from './model.ts';
import style from './map.module.css';

/** Question is who can reach something, or what somebody can reach. */
export interface Question {
  to?: string;
  from?: string;
  action?: string;
}

const most = 50; // rows of each list

export interface ReachProps {
  map: AccessMap;
  question: Question;
  onClose: () => void;
  onSelect: (node: number) => void;
  onReached: (nodes: number[] | undefined) => void;
}

/** Reach asks the engine and shows its answer: yes, or yes under which conditions, and by which steps. */
export function Reach({ map, question, onClose, onSelect, onReached }: ReachProps) {
  // A pattern of a policy is no resource: the reader says which one is meant.
  const [target, setTarget] = useState(question.to ?? '');
  const [action, setAction] = useState('');
  const [asked, setAsked] = useState<Question | undefined>(question.to?.includes('*') ? undefined : question);
  const { data, error, loading, reload } = useCall(
    async (abortSignal) => (asked ? warder('GetReach', { ...asked, action: asked.action || undefined }, { abortSignal }) : undefined),
    [asked],
  );
  useEffect(() => {
    if (!data) return onReached(undefined);
    const nodes = data.principals.flatMap(({ arn, steps }) => [arn, ...steps.map((step) => step.to)]).flatMap((name) => map.index.get(name) ?? []);
    onReached(nodes);
    return () => onReached(undefined);
  }, [data, map, onReached]);
  return (
    <SpaceBetween size="s">
      <Box variant="h3">{question.to ? 'Who can reach this' : 'What this can reach'}</Box>
      {question.to && (
        <SpaceBetween size="xs">
          <FormField label="Resource">
            <Input value={target} onChange={({ detail }) => setTarget(detail.value)} />
          </FormField>
          <FormField label="Action" description="Empty: any, or for users and roles becoming it">
            <Input value={action} onChange={({ detail }) => setAction(detail.value)} placeholder="s3:GetObject" />
          </FormField>
          <Button onClick={() => setAsked({ to: target, action })}>Ask</Button>
        </SpaceBetween>
      )}
      {loading && asked && (
        <div>
          <Spinner /> Asking the engine
        </div>
      )}
      {error !== undefined && <ErrorAlert error={error} onRetry={reload} />}
      {data && <Answer map={map} data={data} onSelect={onSelect} />}
      <Button variant="inline-link" onClick={onClose}>
        Back to its lines
      </Button>
    </SpaceBetween>
  );
}

function Answer({ map, data, onSelect }: { map: AccessMap; data: GetReachResponse; onSelect: (node: number) => void }) {
  const nothing = data.principals.length === 0 && data.grants.length === 0;
  return (
    <SpaceBetween size="s">
      {nothing && <StatusIndicator type="success">Nobody and nothing</StatusIndicator>}
      {data.principals.length > 0 && (
        <ul className={style.neighbours} aria-label="Principals">
          {data.principals.slice(0, most).map((row, i) => (
            <li key={i}>
              <Verdict answer={row.answer} requirements={row.requirements} /> <Name map={map} arn={row.arn} onSelect={onSelect} />
              <Reasons row={row} map={map} onSelect={onSelect} />
            </li>
          ))}
        </ul>
      )}
      <More shown={most} of={data.principals.length} what="principals" />
      {data.grants.length > 0 && (
        <ul className={style.neighbours} aria-label="Permissions">
          {data.grants.slice(0, most).map((row, i) => (
            <Grant key={i} row={row} />
          ))}
        </ul>
      )}
      <More shown={most} of={data.grants.length} what="permissions" />
      {data.truncated && <Alert type="info">This is not all: the answer was cut short.</Alert>}
      {data.notAssessed.map((text) => (
        <Box key={text} variant="small">
          {text}
        </Box>
      ))}
    </SpaceBetween>
  );
}

function More({ shown, of, what }: { shown: number; of: number; what: string }) {
  return of > shown ? <Box variant="small">{`${(of - shown).toLocaleString('en')} more ${what} are not listed.`}</Box> : null;
}

function Verdict({ answer, requirements }: { answer: string; requirements: string[] }) {
  if (answer === 'yes') return <StatusIndicator type="warning">Yes</StatusIndicator>;
  if (answer === 'undecided') return <StatusIndicator type="info">Undecided</StatusIndicator>;
  return <StatusIndicator type="pending">{`Yes, if ${requirements.join(' and ')}`}</StatusIndicator>;
}

function Name({ map, arn, onSelect }: { map: AccessMap; arn: string; onSelect: (node: number) => void }) {
  const node = map.index.get(arn);
  if (node === undefined) return arn;
  return (
    <Button variant="inline-link" onClick={() => onSelect(node)}>
      {labelOf(map, node)}
    </Button>
  );
}

function Reasons({ row, map, onSelect }: { row: ReachPrincipal; map: AccessMap; onSelect: (node: number) => void }) {
  return (
    <>
      {row.why && <Box variant="small"> {row.why}</Box>}
      {row.actions.length > 0 && <Actions actions={row.actions} />}
      {row.steps.length > 0 && (
        <ol>
          {row.steps.map((step, i) => (
            <li key={i}>
              {step.title} <Name map={map} arn={step.to} onSelect={onSelect} />
              {step.requirements.length > 0 && <Box variant="small">{`, only ${step.requirements.join(' and ')}`}</Box>}
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

const few = 4;

function Actions({ actions }: { actions: string[] }) {
  if (actions.length <= few) return <> {actions.join(', ')}</>;
  return <ExpandableSection headerText={`${actions.length} actions`}>{actions.join(', ')}</ExpandableSection>;
}

function Grant({ row }: { row: ReachGrant }) {
  return (
    <li>
      <Verdict answer={row.answer} requirements={row.requirements} /> <Actions actions={row.actions.map((action) => `${row.service}:${action}`)} />{' '}
      <Box variant="small">on {row.resources.join(', ')}</Box>
    </li>
  );
}
