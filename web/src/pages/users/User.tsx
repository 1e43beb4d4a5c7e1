import { GetUserCommand, ListUserTagsCommand, TagUserCommand, UntagUserCommand, UpdateUserCommand, type User as IamUser } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { all } from '../../api/all.ts';
import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Page } from '../../components/Page.tsx';
import { DeleteDialog } from '../identity/DeleteDialog.tsx';
import { LastAccessed } from '../identity/LastAccessed.tsx';
import { Permissions } from '../identity/Permissions.tsx';
import { definedTags } from '../identity/properties.ts';
import { RenameDialog } from '../identity/RenameDialog.tsx';
import { TagsTab } from '../identity/TagsTab.tsx';
import { whereabouts } from '../identity/whereabouts.tsx';
import { UrlTabs } from '../identity/UrlTabs.tsx';
import { useAccessSummary } from './AccessSummary.tsx';
import { Credentials } from './credentials/Credentials.tsx';
import { removalOfUser } from './removal.ts';
import { UserGroups } from './UserGroups.tsx';

const above = [{ text: 'Users', href: '/users' }];

export function User() {
  const { name = '' } = useParams();
  const navigate = useNavigate();
  const { data, error, reload } = useCall((abortSignal) => iam.send(new GetUserCommand({ UserName: name }), { abortSignal }), [name]);
  const [dialog, setDialog] = useState<'delete' | 'rename'>();
  const close = () => setDialog(undefined);
  const user = data?.User;
  if (!user) {
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
        <Summary user={user} />
        <UrlTabs
          label={`User ${name}`}
          tabs={[
            {
              id: 'permissions',
              label: 'Permissions',
              content: <Permissions holder={{ kind: 'user', name }} boundary={user.PermissionsBoundary?.PermissionsBoundaryArn} onChanged={reload} />,
            },
            { id: 'groups', label: 'Groups', content: <UserGroups user={name} /> },
            { id: 'credentials', label: 'Security credentials', content: <Credentials user={name} arn={user.Arn!} /> },
            { id: 'tags', label: 'Tags', content: <UserTags UserName={name} /> },
            { id: 'accessed', label: 'Last accessed', content: <LastAccessed arn={user.Arn!} /> },
          ]}
        />
      </SpaceBetween>
      {dialog === 'rename' && (
        <RenameDialog
          noun="user"
          name={name}
          max={64}
          rename={(NewUserName) => iam.send(new UpdateUserCommand({ UserName: name, NewUserName }))}
          onRenamed={(next) => {
            close();
            void navigate(`/users/${encodeURIComponent(next)}`, { replace: true });
          }}
          onDismiss={close}
        />
      )}
      {dialog === 'delete' && (
        <DeleteDialog
          noun={['user', 'users']}
          names={[name]}
          removal={removalOfUser}
          onPartly={reload}
          onDismiss={(deleted) => (deleted ? void navigate('/users') : close())}
        />
      )}
    </Page>
  );
}

function Summary({ user }: { user: IamUser }) {
  const access = useAccessSummary(user.UserName!);
  return (
    <Container>
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'ARN', value: <CopyArn arn={user.Arn!} /> },
          { label: 'Created', value: <Age date={user.CreateDate} /> },
          { label: 'Last console sign-in', value: <Age date={user.PasswordLastUsed} /> },
          ...access,
          { label: 'User ID', value: <CopyArn arn={user.UserId!} what="user ID" /> },
          { label: 'Path', value: user.Path },
          ...whereabouts(user.Arn!),
        ]}
      />
    </Container>
  );
}

function UserTags({ UserName }: { UserName: string }) {
  return (
    <TagsTab
      what={`user ${UserName}`}
      read={async (abortSignal) => definedTags(await all((Marker) => iam.send(new ListUserTagsCommand({ UserName, Marker }), { abortSignal }), ({ Tags }) => Tags))}
      set={(Tags) => iam.send(new TagUserCommand({ UserName, Tags }))}
      remove={(TagKeys) => iam.send(new UntagUserCommand({ UserName, TagKeys }))}
    />
  );
}
