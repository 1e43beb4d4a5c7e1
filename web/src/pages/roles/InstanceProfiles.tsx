import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  DeleteInstanceProfileCommand,
  type InstanceProfile,
  ListInstanceProfilesForRoleCommand,
  RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import { useState } from 'react';

import { all } from '../../api/all.ts';
import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { Age } from '../../components/Age.tsx';
import { ConfirmDelete } from '../../components/ConfirmDelete.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { type Column, ResourceTable } from '../../components/ResourceTable.tsx';
import { NameField, nameProblem } from '../identity/NameField.tsx';
import { gone } from '../identity/steps.ts';
import { tagged } from '../identity/tagged.ts';
import { TagsDialog } from '../identity/Tags.tsx';

const columns: Column<InstanceProfile>[] = [
  { id: 'name', header: 'Name', cell: (p) => p.InstanceProfileName, value: (p) => p.InstanceProfileName },
  { id: 'arn', header: 'ARN', cell: (p) => <CopyArn arn={p.Arn!} />, value: (p) => p.Arn },
  { id: 'created', header: 'Created', cell: (p) => <Age date={p.CreateDate} />, value: (p) => p.CreateDate?.toISOString() },
];

/** InstanceProfiles are by what virtual machines carry a role. */
export function InstanceProfiles({ role: RoleName }: { role: string }) {
  const { data, error, loading, reload } = useCall(
    (abortSignal) => all((Marker) => iam.send(new ListInstanceProfilesForRoleCommand({ RoleName, Marker }), { abortSignal }), (a) => a.InstanceProfiles),
    [RoleName],
  );
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<string>();
  const [tagging, setTagging] = useState<string>();
  const create = <Button onClick={() => setCreating(true)}>Create instance profile</Button>;
  const remove = async (InstanceProfileName: string) => {
    await gone(iam.send(new RemoveRoleFromInstanceProfileCommand({ RoleName, InstanceProfileName })));
    await gone(iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName })));
    flash.success(`Deleted instance profile ${InstanceProfileName}`);
    setDeleting(undefined);
    reload();
  };
  return (
    <>
      <ResourceTable
        title="Instance profiles"
        name="instance-profiles"
        noun={['instance profile', 'instance profiles']}
        variant="container"
        selection="single"
        description="A virtual machine is given an instance profile, and its programs take the role in it."
        items={data ?? []}
        loading={loading && !data}
        error={error}
        onReload={reload}
        id={(profile) => profile.InstanceProfileName!}
        columns={columns}
        actions={([profile]) => (
          <>
            <Button ariaLabel="Tags of the instance profile" disabled={!profile} onClick={() => setTagging(profile?.InstanceProfileName)}>
              Tags
            </Button>
            <Button ariaLabel="Delete instance profile" disabled={!profile} onClick={() => setDeleting(profile?.InstanceProfileName)}>
              Delete
            </Button>
            {create}
          </>
        )}
        empty={
          <EmptyState title="In no instance profile" action={create}>
            Only a role that virtual machines carry needs one.
          </EmptyState>
        }
      />
      {creating && (
        <Create
          role={RoleName}
          onDismiss={() => {
            setCreating(false);
            reload();
          }}
        />
      )}
      {tagging !== undefined && <TagsDialog of={tagged.instanceProfile(tagging)} onDismiss={() => setTagging(undefined)} />}
      {deleting !== undefined && (
        <ConfirmDelete what={`instance profile ${deleting}`} phrase="delete" onDelete={() => remove(deleting)} onDismiss={() => setDeleting(undefined)}>
          Machines that carry it get no credentials of {RoleName} any more. The role stays.
        </ConfirmDelete>
      )}
    </>
  );
}

function Create({ role: RoleName, onDismiss }: { role: string; onDismiss: () => void }) {
  const [InstanceProfileName, setName] = useState(RoleName);
  const [made, setMade] = useState(false);
  const create = async () => {
    if (!made) await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
    setMade(true);
    await iam.send(new AddRoleToInstanceProfileCommand({ RoleName, InstanceProfileName }));
    flash.success(`Role ${RoleName} is in instance profile ${InstanceProfileName}`);
  };
  return (
    <FormDialog title={`Create an instance profile with ${RoleName}`} verb="Create" disabled={nameProblem(InstanceProfileName, 128) !== undefined} onSubmit={create} onDismiss={onDismiss}>
      <NameField label="Name" description="It usually has the role’s." value={InstanceProfileName} onChange={setName} max={128} tried={false} />
    </FormDialog>
  );
}
