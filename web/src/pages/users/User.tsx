import { GetUserCommand, UpdateUserCommand, type User as IamUser } from '@aws-sdk/client-iam';
import { useParams } from 'react-router';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { IdentityPage, Summary } from '../identity/IdentityPage.tsx';
import { LastAccessed } from '../identity/LastAccessed.tsx';
import { Permissions } from '../identity/Permissions.tsx';
import { RenameDialog } from '../identity/RenameDialog.tsx';
import { tagged } from '../identity/tagged.ts';
import { TagsTab } from '../identity/Tags.tsx';
import { whereabouts } from '../identity/whereabouts.tsx';
import { useAccessSummary } from './AccessSummary.tsx';
import { Credentials } from './credentials/Credentials.tsx';
import { removalOfUser } from './removal.ts';
import { UserGroups } from './UserGroups.tsx';

export function User() {
  const { name = '' } = useParams();
  const call = useCall(async (abortSignal) => (await iam.send(new GetUserCommand({ UserName: name }), { abortSignal })).User!, [name]);
  return (
    <IdentityPage
      noun="user"
      name={name}
      call={call}
      verb="Rename"
      edit={(_, close) => (
        <RenameDialog noun="user" name={name} max={64} rename={(NewUserName) => iam.send(new UpdateUserCommand({ UserName: name, NewUserName }))} onDismiss={close} />
      )}
      removal={removalOfUser}
      summary={(user) => <UserSummary user={user} />}
      tabs={(user) => [
        {
          id: 'permissions',
          label: 'Permissions',
          content: <Permissions holder={{ kind: 'user', name }} boundary={user.PermissionsBoundary?.PermissionsBoundaryArn} onChanged={call.reload} />,
        },
        { id: 'groups', label: 'Groups', content: <UserGroups user={name} /> },
        { id: 'credentials', label: 'Security credentials', content: <Credentials user={name} arn={user.Arn!} /> },
        { id: 'tags', label: 'Tags', content: <TagsTab of={tagged.user(name)} /> },
        { id: 'accessed', label: 'Last accessed', content: <LastAccessed arn={user.Arn!} /> },
      ]}
    />
  );
}

function UserSummary({ user }: { user: IamUser }) {
  const access = useAccessSummary(user.UserName!);
  return (
    <Summary
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
  );
}
