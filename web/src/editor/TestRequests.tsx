import Autosuggest from '@cloudscape-design/components/autosuggest';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useEffect, useState } from 'react';

import { useCall } from '../api/useCall.ts';
import { problem } from '../api/errors.ts';
import { catalog } from './catalog.ts';
import { ContextEntries } from './ContextEntries.tsx';
import { split } from './reference.ts';
import { type Outcome, type TestRequest, tryRequest } from './requests.ts';
import type { PolicyKind } from './useFindings.ts';

export interface TestRequestsProps {
  text: string;
  kind: PolicyKind;
  /** What a new request is about; of a trust policy, the role. */
  resource?: string;
  onJump: (line: number) => void;
}

/** TestRequests tries a policy with requests while it is written. They stay in the page, and nothing is called but the simulator. */
export function TestRequests({ text, kind, resource = '', onJump }: TestRequestsProps) {
  const [requests, setRequests] = useState<TestRequest[]>([]);
  const [next, setNext] = useState(1);
  const rested = useRested(text, 500);
  const add = () => {
    setRequests([...requests, { id: next, action: kind === 'trust' ? 'sts:AssumeRole' : '', resource, caller: '', entries: [] }]);
    setNext(next + 1);
  };
  return (
    <SpaceBetween size="s">
      {requests.length === 0 && (
        <Box color="text-body-secondary">
          A request that must be allowed, and one that must not: they are decided anew whenever the document changes, by this document alone.
        </Box>
      )}
      {requests.map((request, i) => (
        <Request
          key={request.id}
          text={rested}
          kind={kind}
          request={request}
          onJump={onJump}
          onChange={(changed) => setRequests(requests.with(i, changed))}
          onRemove={() => setRequests(requests.toSpliced(i, 1))}
        />
      ))}
      <Button iconName="add-plus" onClick={add}>
        Add a test request
      </Button>
    </SpaceBetween>
  );
}

/** useRested is a value as it was when it last did not change for a while. */
function useRested<T>(value: T, milliseconds: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return rested;
}

interface RequestProps {
  text: string;
  kind: PolicyKind;
  request: TestRequest;
  onChange: (request: TestRequest) => void;
  onRemove: () => void;
  onJump: (line: number) => void;
}

function Request({ text, kind, request, onChange, onRemove, onJump }: RequestProps) {
  const asked = useRested(request, 400);
  const complete = /^[^:*?\s]+:[^*?\s]+$/.test(asked.action) && (kind !== 'trust' || asked.caller !== '');
  const { data, error } = useCall(async (signal) => (complete ? tryRequest(text, kind, asked, signal) : undefined), [text, kind, asked, complete]);
  const service = useCall(() => catalog.service(split(request.action)[0]), [split(request.action)[0]]);
  const set = (changed: Partial<TestRequest>) => onChange({ ...request, ...changed });
  return (
    <Container>
      <SpaceBetween size="xs">
        <div aria-live="polite">
          {error !== undefined ? (
            <StatusIndicator type="error">{problem(error).message}</StatusIndicator>
          ) : data ? (
            <Result outcome={data} onJump={onJump} />
          ) : (
            <StatusIndicator type="pending">{kind === 'trust' ? 'Say who asks' : 'Say which action'}</StatusIndicator>
          )}
        </div>
        {kind === 'identity' && (
          <FormField label="Action">
            <Autosuggest
              value={request.action}
              onChange={({ detail }) => set({ action: detail.value.trim() })}
              options={service.data?.actions.map(({ name, level }) => ({ value: `${service.data!.prefix}:${name}`, description: level })) ?? []}
              placeholder="s3:GetObject"
              enteredTextLabel={(value) => `Action ${value}`}
              empty="Type service:Action"
            />
          </FormField>
        )}
        {kind === 'identity' && (
          <FormField label="Resource">
            <Input value={request.resource} onChange={({ detail }) => set({ resource: detail.value.trim() })} placeholder="*" />
          </FormField>
        )}
        <FormField label={kind === 'trust' ? 'Caller' : 'Caller – optional'}>
          <Input value={request.caller} onChange={({ detail }) => set({ caller: detail.value.trim() })} placeholder="arn:aws:iam::111122223333:user/alice" />
        </FormField>
        <ContextEntries action={request.action} entries={request.entries} onChange={(entries) => set({ entries })} suggested={data?.missing ?? []} />
        <Button iconName="remove" onClick={onRemove}>
          Remove this request
        </Button>
      </SpaceBetween>
    </Container>
  );
}

const words = {
  allowed: { type: 'success', text: 'Allowed' },
  explicitDeny: { type: 'error', text: 'Denied by a Deny statement' },
  implicitDeny: { type: 'stopped', text: 'Denied: no statement allows it' },
} as const;

function Result({ outcome: { decision, lines }, onJump }: { outcome: Outcome; onJump: (line: number) => void }) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <StatusIndicator type={words[decision].type}>{words[decision].text}</StatusIndicator>
      {lines.map((line) => (
        <Button key={line} variant="inline-link" onClick={() => onJump(line)} ariaLabel={`Go to the statement in line ${line}`}>
          line {line}
        </Button>
      ))}
    </SpaceBetween>
  );
}
