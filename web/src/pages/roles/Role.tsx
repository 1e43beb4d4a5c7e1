import { GetRoleCommand, ListRoleTagsCommand, type Role as IamRole, TagRoleCommand, UntagRoleCommand, UpdateRoleCommand } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
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
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { Page } from '../../components/Page.tsx';
import { TrustPolicy } from '../../editor/TrustPolicy.tsx';
import { DeleteDialog } from '../identity/DeleteDialog.tsx';
import { LastAccessed } from '../identity/LastAccessed.tsx';
import { Permissions } from '../identity/Permissions.tsx';
import { definedTags } from '../identity/properties.ts';
import { TagsTab } from '../identity/TagsTab.tsx';
import { whereabouts } from '../identity/whereabouts.tsx';
import { UrlTabs } from '../identity/UrlTabs.tsx';
import { DurationField, inHours } from './DurationField.tsx';
import { InstanceProfiles } from './InstanceProfiles.tsx';
import { removalOfRole } from './removal.ts';
import { RevokeSessions } from './RevokeSessions.tsx';

const above = [{ text: 'Roles', href: '/roles' }];

export function Role() {
  const { name = '' } = useParams();
  const navigate = useNavigate();
  const { data, error, reload } = useCall((abortSignal) => iam.send(new GetRoleCommand({ RoleName: name }), { abortSignal }), [name]);
  const [dialog, setDialog] = useState<'delete' | 'edit'>();
  const close = () => setDialog(undefined);
  const role = data?.Role;
  if (!role) {
    return (
      <Page title={name} breadcrumbs={above}>
        {error === undefined ? <Spinner size="large" /> : <ErrorAlert error={error} onRetry={reload} />}
      </Page>
    );
  }
  const actions = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => setDialog('edit')}>Edit</Button>
      <Button onClick={() => setDialog('delete')}>Delete</Button>
    </SpaceBetween>
  );
  return (
    <Page title={name} breadcrumbs={above} description={role.Description} actions={actions}>
      <SpaceBetween size="l">
        <Summary role={role} />
        <UrlTabs
          label={`Role ${name}`}
          tabs={[
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
            { id: 'tags', label: 'Tags', content: <RoleTags RoleName={name} /> },
            { id: 'accessed', label: 'Last accessed', content: <LastAccessed arn={role.Arn!} /> },
          ]}
        />
      </SpaceBetween>
      {dialog === 'edit' && <EditRole role={role} onSaved={reload} onDismiss={close} />}
      {dialog === 'delete' && (
        <DeleteDialog
          noun={['role', 'roles']}
          names={[name]}
          removal={removalOfRole}
          onPartly={reload}
          onDismiss={(deleted) => (deleted ? void navigate('/roles') : close())}
        />
      )}
    </Page>
  );
}

function Summary({ role }: { role: IamRole }) {
  return (
    <Container>
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'ARN', value: <CopyArn arn={role.Arn!} /> },
          { label: 'Created', value: <Age date={role.CreateDate} /> },
          { label: 'Last used', value: <Age date={role.RoleLastUsed?.LastUsedDate} /> },
          { label: 'Longest session', value: inHours(role.MaxSessionDuration ?? 3600) },
          { label: 'Role ID', value: <CopyArn arn={role.RoleId!} what="role ID" /> },
          { label: 'Path', value: role.Path },
          ...whereabouts(role.Arn!),
        ]}
      />
    </Container>
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

function RoleTags({ RoleName }: { RoleName: string }) {
  return (
    <TagsTab
      what={`role ${RoleName}`}
      read={async (abortSignal) => definedTags(await all((Marker) => iam.send(new ListRoleTagsCommand({ RoleName, Marker }), { abortSignal }), ({ Tags }) => Tags))}
      set={(Tags) => iam.send(new TagRoleCommand({ RoleName, Tags }))}
      remove={(TagKeys) => iam.send(new UntagRoleCommand({ RoleName, TagKeys }))}
    />
  );
}
