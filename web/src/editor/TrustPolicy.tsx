import { GetRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';

import { iam } from '../api/clients/iam.ts';
import { useCall } from '../api/useCall.ts';
import { ErrorAlert } from '../components/ErrorAlert.tsx';
import { flash } from '../components/Flash.tsx';
import { CodeEditor } from './CodeEditor.tsx';
import { decoded } from './holder.ts';
import { shown } from './json.ts';
import { PolicyEditor } from './PolicyEditor.tsx';
import { ReviewModal } from './ReviewModal.tsx';

export interface TrustPolicyProps {
  role: string;
  /** onChanged is told after it was saved. */
  onChanged?: () => void;
}

/** TrustPolicy shows whom a role trusts, to read and to edit: <TrustPolicy role={name} />. */
export function TrustPolicy({ role, onChanged }: TrustPolicyProps) {
  const { data, error, reload } = useCall(async (abortSignal) => {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: role }), { abortSignal });
    return { arn: Role?.Arn ?? '', text: decoded(Role?.AssumeRolePolicyDocument) };
  }, [role]);
  const [draft, setDraft] = useState<string>();
  const [review, setReview] = useState(false);
  const save = async (text: string) => {
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: role, PolicyDocument: text }));
    flash.success(`Trust policy of role ${role} saved`);
    setReview(false);
    setDraft(undefined);
    reload();
    onChanged?.();
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Who may assume this role."
          actions={
            draft === undefined ? (
              <Button disabled={!data} onClick={() => data && setDraft(shown(data.text))}>
                Edit trust policy
              </Button>
            ) : (
              <SpaceBetween direction="horizontal" size="xs">
                <Button variant="link" onClick={() => setDraft(undefined)}>
                  Cancel
                </Button>
                <Button variant="primary" onClick={() => setReview(true)}>
                  Review and save
                </Button>
              </SpaceBetween>
            )
          }
        >
          Trust policy
        </Header>
      }
    >
      {error !== undefined && <ErrorAlert error={error} onRetry={reload} />}
      {!data && error === undefined && <Spinner />}
      {data && draft === undefined && <CodeEditor value={shown(data.text)} label={`Trust policy of role ${role}`} />}
      {data && draft !== undefined && <PolicyEditor text={draft} onChange={setDraft} kind="trust" resource={data.arn} />}
      {data && draft !== undefined && review && (
        <ReviewModal
          title={`Save the trust policy of role ${role}?`}
          verb="Save"
          changes={[{ call: 'UpdateAssumeRolePolicy', roleName: role, policyDocument: draft }]}
          texts={{ before: data.text, after: draft }}
          onSave={() => save(draft)}
          onDismiss={() => setReview(false)}
        />
      )}
    </Container>
  );
}
