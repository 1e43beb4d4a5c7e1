import { CreatePolicyVersionCommand, DeletePolicyVersionCommand, GetPolicyCommand, type PolicyVersion } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';
import { Page } from '../../components/Page.tsx';
import { onPurpose } from '../../components/Unsaved.tsx';
import { shown } from '../../editor/json.ts';
import { PolicyEditor } from '../../editor/PolicyEditor.tsx';
import { ReviewModal } from '../../editor/ReviewModal.tsx';
import { documentOf, nameOf, versionsOf } from './policy.ts';

/** mostVersions is IAM's quota VersionsPerPolicy. */
const mostVersions = 5;

/** EditPolicy writes a new version of a policy, which becomes the default one. */
export function EditPolicy() {
  const { arn = '' } = useParams();
  const navigate = useNavigate();
  const { data, error, reload } = useCall(async (signal) => {
    const [{ Policy }, versions] = await Promise.all([iam.send(new GetPolicyCommand({ PolicyArn: arn }), { abortSignal: signal }), versionsOf(arn, signal)]);
    return { versions, before: await documentOf(arn, Policy?.DefaultVersionId ?? '', signal) };
  }, [arn]);
  const [draft, setDraft] = useState<string>();
  const [review, setReview] = useState(false);
  const [makeRoom, setMakeRoom] = useState(true);
  const text = draft ?? shown(data?.before ?? '');
  const full = data !== undefined && data.versions.length >= mostVersions;
  const oldest = data?.versions.findLast(({ IsDefaultVersion }) => !IsDefaultVersion);
  const back = `/policies/${encodeURIComponent(arn)}`;
  const save = async () => {
    if (full && makeRoom && oldest) await iam.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: oldest.VersionId }));
    const { PolicyVersion: version } = await iam.send(new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: text, SetAsDefault: true }));
    flash.success(`Policy ${nameOf(arn)} saved as version ${version?.VersionId}`);
    void navigate(back, onPurpose);
  };
  return (
    <Page
      title={`Edit ${nameOf(arn)}`}
      breadcrumbs={[
        { text: 'Policies', href: '/policies' },
        { text: nameOf(arn), href: back },
      ]}
      contentType="form"
      description="Saving makes a new version, which takes effect at once. The version of now stays, to go back to."
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="link" onClick={() => void navigate(back, onPurpose)}>
            Cancel
          </Button>
          <Button variant="primary" disabled={!data || text === data.before} onClick={() => setReview(true)}>
            Review and save
          </Button>
        </SpaceBetween>
      }
    >
      {error !== undefined && <ErrorAlert error={error} onRetry={reload} />}
      {!data && error === undefined && <Spinner />}
      {data && <PolicyEditor text={text} onChange={setDraft} kind="identity" />}
      {data && review && (
        <ReviewModal
          title={`Save policy ${nameOf(arn)}?`}
          verb="Save"
          changes={[{ call: 'CreatePolicyVersion', policyArn: arn, policyDocument: text }]}
          texts={{ before: data.before, after: text }}
          onSave={save}
          onDismiss={() => setReview(false)}
        >
          {full && <Room oldest={oldest} checked={makeRoom} onChange={setMakeRoom} />}
        </ReviewModal>
      )}
    </Page>
  );
}

function Room({ oldest, checked, onChange }: { oldest: PolicyVersion | undefined; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <Checkbox checked={checked} onChange={({ detail }) => onChange(detail.checked)} description={`A policy has up to ${mostVersions} versions, and this one has them all.`}>
      Delete version {oldest?.VersionId}, the oldest, to make room
    </Checkbox>
  );
}
