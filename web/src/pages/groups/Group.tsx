import { GetGroupCommand, UpdateGroupCommand } from '@aws-sdk/client-iam';
import { useParams } from 'react-router';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { IdentityPage, Summary } from '../identity/IdentityPage.tsx';
import { LastAccessed } from '../identity/LastAccessed.tsx';
import { Permissions } from '../identity/Permissions.tsx';
import { RenameDialog } from '../identity/RenameDialog.tsx';
import { Members } from './Members.tsx';
import { removalOfGroup } from './removal.ts';

export function Group() {
  const { name = '' } = useParams();
  const call = useCall(async (abortSignal) => (await iam.send(new GetGroupCommand({ GroupName: name, MaxItems: 1 }), { abortSignal })).Group!, [name]);
  return (
    <IdentityPage
      noun="group"
      name={name}
      call={call}
      verb="Rename"
      edit={(_, close) => (
        <RenameDialog noun="group" name={name} max={128} rename={(NewGroupName) => iam.send(new UpdateGroupCommand({ GroupName: name, NewGroupName }))} onDismiss={close} />
      )}
      removal={removalOfGroup}
      summary={(group) => (
        <Summary
          columns={4}
          items={[
            { label: 'ARN', value: <CopyArn arn={group.Arn!} /> },
            { label: 'Created', value: <Age date={group.CreateDate} /> },
            { label: 'Group ID', value: <CopyArn arn={group.GroupId!} what="group ID" /> },
            { label: 'Path', value: group.Path },
          ]}
        />
      )}
      tabs={(group) => [
        { id: 'users', label: 'Users', content: <Members group={name} /> },
        { id: 'permissions', label: 'Permissions', content: <Permissions holder={{ kind: 'group', name }} onChanged={call.reload} /> },
        { id: 'accessed', label: 'Last accessed', content: <LastAccessed arn={group.Arn!} /> },
      ]}
    />
  );
}
