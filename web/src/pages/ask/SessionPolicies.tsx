import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { CodeEditor } from '../../editor/CodeEditor.tsx';
import { useRows } from '../../editor/useRows.ts';

/** A session has one policy of its own and ten managed ones at most. */
const most = 11;

const blank = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Action": "*", "Resource": "*" }
  ]
}`;

/** SessionPolicies edits the policies that were given when the session was made: it may do no more than they say. */
export function SessionPolicies({ policies, error, onChange }: { policies: readonly string[]; error?: string; onChange: (policies: string[]) => void }) {
  const rows = useRows(policies.length);
  return (
    <FormField
      label="Session policies"
      description="What AssumeRole or GetFederationToken was given, which limits the session. Without any, the session has all that its role or user has."
      errorText={error}
    >
      <SpaceBetween size="xs">
        {policies.map((text, i) => (
          <SpaceBetween key={rows.keys[i]} size="xxs">
            <CodeEditor value={text} onChange={(changed) => onChange(policies.with(i, changed))} label={`Session policy ${i + 1}`} />
            <Button
              iconName="remove"
              formAction="none"
              onClick={() => {
                rows.remove(i);
                onChange(policies.toSpliced(i, 1));
              }}
            >
              Remove session policy {i + 1}
            </Button>
          </SpaceBetween>
        ))}
        <Button iconName="add-plus" formAction="none" disabled={policies.length >= most} onClick={() => onChange([...policies, blank])}>
          Add a session policy
        </Button>
      </SpaceBetween>
    </FormField>
  );
}
