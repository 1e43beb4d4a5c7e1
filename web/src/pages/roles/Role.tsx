import { GetRoleCommand, type Role as IamRole, UpdateRoleCommand } from '@aws-sdk/client-iam';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useParams } from 'react-router';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { TrustPolicy } from '../../editor/TrustPolicy.tsx';
import { IdentityPage, Summary } from '../identity/IdentityPage.tsx';
import { LastAccessed } from '../identity/LastAccessed.tsx';
import { Permissions } from '../identity/Permissions.tsx';
import { tagged } from '../identity/tagged.ts';
import { TagsTab } from '../identity/Tags.tsx';
import { whereabouts } from '../identity/whereabouts.tsx';
import { DurationField, inHours } from './DurationField.tsx';
import { InstanceProfiles } from './InstanceProfiles.tsx';
import { removalOfRole } from './removal.ts';
import { RevokeSessions } from './RevokeSessions.tsx';

export function Role() {
  const { name = '' } = useParams();
  const call = useCall(async (abortSignal) => (await iam.send(new GetRoleCommand({ RoleName: name }), { abortSignal })).Role!, [name]);
  const { reload } = call;
  return (
    <IdentityPage
      noun="role"
      name={name}
      call={call}
      verb="Edit"
      edit={(role, close) => <EditRole role={role} onSaved={reload} onDismiss={close} />}
      removal={removalOfRole}
      description={(role) => role.Description}
      summary={(role) => <RoleSummary role={role} />}
      tabs={(role) => [
        {
          id: 'permissions',
          label: 'Permissions',
          content: <Permissions holder={{ kind: 'role', name }} boundary={role.PermissionsBoundary?.PermissionsBoundaryArn} onChanged={reload} />,
        },
        { id: 'trust', label: 'Trust', content: <TrustPolicy role={name} onChanged={reload} /> },
        {
          id: 'sessions',
          label: 'Sessions and machines',
          content: (
            <SpaceBetween size="l">
              <RevokeSessions role={name} onRevoked={reload} />
              <InstanceProfiles role={name} />
            </SpaceBetween>
          ),
        },
        { id: 'tags', label: 'Tags', content: <TagsTab of={tagged.role(name)} /> },
        { id: 'accessed', label: 'Last accessed', content: <LastAccessed arn={role.Arn!} /> },
      ]}
    />
  );
}

function RoleSummary({ role }: { role: IamRole }) {
  return (
    <Summary
      columns={4}
      items={[
        { label: 'ARN', value: <CopyArn arn={role.Arn!} /> },
        { label: 'Created', value: <Age date={role.CreateDate} /> },
        { label: 'Last used', value: <Age date={role.RoleLastUsed?.LastUsedDate} /> },
        { label: 'Maximum session duration', value: inHours(role.MaxSessionDuration ?? 3600) },
        { label: 'Role ID', value: <CopyArn arn={role.RoleId!} what="role ID" /> },
        { label: 'Path', value: role.Path },
        ...whereabouts(role.Arn!),
      ]}
    />
  );
}

function EditRole({ role, onSaved, onDismiss }: { role: IamRole; onSaved: () => void; onDismiss: () => void }) {
  const [description, setDescription] = useState(role.Description ?? '');
  const [duration, setDuration] = useState(role.MaxSessionDuration ?? 3600);
  const save = async () => {
    await iam.send(new UpdateRoleCommand({ RoleName: role.RoleName, Description: description, MaxSessionDuration: duration }));
    flash.success(`Role ${role.RoleName} saved`);
    onSaved();
  };
  return (
    <FormDialog title={`Edit role ${role.RoleName}`} verb="Save" onSubmit={save} onDismiss={onDismiss}>
      <FormField label="Description">
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} autoComplete={false} />
      </FormField>
      <DurationField value={duration} onChange={setDuration} />
    </FormDialog>
  );
}
