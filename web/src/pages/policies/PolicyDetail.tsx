import { GetPolicyCommand, type Policy } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Page } from '../../components/Page.tsx';
import { isAws } from '../../editor/AttachedPolicies.tsx';
import { CodeEditor } from '../../editor/CodeEditor.tsx';
import { CoveredActions } from '../../editor/CoveredActions.tsx';
import { shown } from '../../editor/json.ts';
import { tagged } from '../identity/tagged.ts';
import { TagsTab } from '../identity/Tags.tsx';
import { UrlTabs } from '../identity/UrlTabs.tsx';
import { DeletePolicies } from './DeletePolicies.tsx';
import { Holders } from './Holders.tsx';
import { LastAccessed } from './LastAccessed.tsx';
import { documentOf, nameOf } from './policy.ts';
import { Versions } from './Versions.tsx';

/** PolicyDetail shows one managed policy: what it says, its versions, whom it is attached to, tags, and when it was last used. */
export function PolicyDetail() {
  const { arn = '' } = useParams();
  const navigate = useNavigate();
  const [doomed, setDoomed] = useState(false);
  const { data: policy, error, reload } = useCall(async (abortSignal) => (await iam.send(new GetPolicyCommand({ PolicyArn: arn }), { abortSignal })).Policy!, [arn]);
  const own = !isAws(arn);
  const version = policy?.DefaultVersionId ?? '';
  return (
    <Page
      title={nameOf(arn)}
      breadcrumbs={[{ text: 'Policies', href: '/policies' }]}
      actions={
        own && (
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => setDoomed(true)}>Delete</Button>
            <Button variant="primary" href={to`/policies/${arn}/edit`}>
              Edit
            </Button>
          </SpaceBetween>
        )
      }
    >
      {error !== undefined && <ErrorAlert error={error} onRetry={reload} />}
      {!policy && error === undefined && <Spinner size="large" />}
      {policy && (
        <SpaceBetween size="l">
          <Overview policy={policy} own={own} />
          <UrlTabs
            label={`Policy ${nameOf(arn)}`}
            tabs={[
              { id: 'permissions', label: 'Permissions', content: <Permissions key={version} arn={arn} version={version} /> },
              { id: 'entities', label: 'Entities attached', content: <Holders arn={arn} onChanged={reload} /> },
              { id: 'versions', label: 'Versions', content: <Versions arn={arn} own={own} onChanged={reload} /> },
              ...(own ? [{ id: 'tags', label: 'Tags', content: <TagsTab of={tagged.policy(arn)} /> }] : []),
              { id: 'last-accessed', label: 'Last accessed', content: <LastAccessed arn={arn} /> },
            ]}
          />
        </SpaceBetween>
      )}
      {doomed && <DeletePolicies arns={[arn]} onDismiss={() => setDoomed(false)} onDeleted={() => void navigate('/policies')} />}
    </Page>
  );
}

function Overview({ policy, own }: { policy: Policy; own: boolean }) {
  return (
    <Container header={<Header variant="h2">Details</Header>}>
      <Facts
        columns={3}
        items={[
          { label: 'ARN', value: <CopyArn arn={policy.Arn!} /> },
          { label: 'Managed by', value: own ? 'This account' : 'AWS' },
          { label: 'Default version', value: policy.DefaultVersionId },
          { label: 'Created', value: <Age date={policy.CreateDate} /> },
          { label: 'Changed', value: <Age date={policy.UpdateDate} /> },
          { label: 'Used', value: `Attached to ${policy.AttachmentCount ?? 0}, boundary of ${policy.PermissionsBoundaryUsageCount ?? 0}` },
          ...(policy.Description ? [{ label: 'Description', value: policy.Description }] : []),
        ]}
      />
    </Container>
  );
}

function Permissions({ arn, version }: { arn: string; version: string }) {
  const { data, error, reload } = useCall((signal) => documentOf(arn, version, signal), [arn, version]);
  if (error !== undefined) return <ErrorAlert error={error} onRetry={reload} />;
  if (data === undefined) return <Spinner />;
  return (
    <SpaceBetween size="l">
      <CodeEditor value={shown(data)} label={`Document of ${nameOf(arn)}, version ${version}`} />
      <Container header={<Header variant="h2">What the actions cover</Header>}>
        <CoveredActions text={data} />
      </Container>
    </SpaceBetween>
  );
}
