import { type Group as IamGroup, GetGroupCommand, UpdateGroupCommand } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Page } from '../../components/Page.tsx';
import { DeleteDialog } from '../identity/DeleteDialog.tsx';
import { LastAccessed } from '../identity/LastAccessed.tsx';
import { Permissions } from '../identity/Permissions.tsx';
import { RenameDialog } from '../identity/RenameDialog.tsx';
import { UrlTabs } from '../identity/UrlTabs.tsx';
import { Members } from './Members.tsx';
import { removalOfGroup } from './removal.ts';

const above = [{ text: 'Groups', href: '/groups' }];

export function Group() {
  const { name = '' } = useParams();
  const navigate = useNavigate();
  const { data, error, reload } = useCall((abortSignal) => iam.send(new GetGroupCommand({ GroupName: name, MaxItems: 1 }), { abortSignal }), [name]);
  const [dialog, setDialog] = useState<'delete' | 'rename'>();
  const close = () => setDialog(undefined);
  const group = data?.Group;
  if (!group) {
    return (
      <Page title={name} breadcrumbs={above}>
        {error === undefined ? <Spinner size="large" /> : <ErrorAlert error={error} onRetry={reload} />}
      </Page>
    );
  }
  const actions = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => setDialog('rename')}>Rename</Button>
      <Button onClick={() => setDialog('delete')}>Delete</Button>
    </SpaceBetween>
  );
  return (
    <Page title={name} breadcrumbs={above} actions={actions}>
      <SpaceBetween size="l">
        <Summary group={group} />
        <UrlTabs
          label={`Group ${name}`}
          tabs={[
            { id: 'users', label: 'Users', content: <Members group={name} /> },
            { id: 'permissions', label: 'Permissions', content: <Permissions holder={{ kind: 'group', name }} onChanged={reload} /> },
            { id: 'accessed', label: 'Last accessed', content: <LastAccessed arn={group.Arn!} /> },
          ]}
        />
      </SpaceBetween>
      {dialog === 'rename' && (
        <RenameDialog
          noun="group"
          name={name}
          max={128}
          rename={(NewGroupName) => iam.send(new UpdateGroupCommand({ GroupName: name, NewGroupName }))}
          onRenamed={(next) => {
            close();
            void navigate(`/groups/${encodeURIComponent(next)}`, { replace: true });
          }}
          onDismiss={close}
        />
      )}
      {dialog === 'delete' && (
        <DeleteDialog
          noun={['group', 'groups']}
          names={[name]}
          removal={removalOfGroup}
          onPartly={reload}
          onDismiss={(deleted) => (deleted ? void navigate('/groups') : close())}
        />
      )}
    </Page>
  );
}

function Summary({ group }: { group: IamGroup }) {
  return (
    <Container>
      <KeyValuePairs
        columns={3}
        items={[
          { label: 'ARN', value: <CopyArn arn={group.Arn!} /> },
          { label: 'Group ID', value: <CopyArn arn={group.GroupId!} what="group ID" /> },
          { label: 'Created', value: <Age date={group.CreateDate} /> },
        ]}
      />
    </Container>
  );
}
