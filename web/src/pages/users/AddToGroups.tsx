import { AddUserToGroupCommand } from '@aws-sdk/client-iam';
import FormField from '@cloudscape-design/components/form-field';
import Modal from '@cloudscape-design/components/modal';
import Multiselect from '@cloudscape-design/components/multiselect';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { problem } from '../../api/errors.ts';
import { DialogFooter } from '../../components/DialogFooter.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';
import { runSteps } from '../identity/steps.ts';
import { useGroupNames } from '../identity/useGroupNames.ts';

export interface AddToGroupsProps {
  users: readonly string[];
  /** Groups that are not offered. */
  without?: readonly string[];
  onDone: () => void;
  onDismiss: () => void;
}

/** AddToGroups puts users into groups. */
export function AddToGroups({ users, without = [], onDone, onDismiss }: AddToGroupsProps) {
  const groups = useGroupNames();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const add = async () => {
    setBusy(true);
    const steps = users.flatMap((UserName) =>
      chosen.map((GroupName) => ({ what: `${UserName} into ${GroupName}`, run: () => iam.send(new AddUserToGroupCommand({ UserName, GroupName })) })),
    );
    const failure = await runSteps(steps, () => {});
    if (failure) flash.warning(`Not everybody was added: ${failure.step.what}`, problem(failure.error).message);
    else flash.success(`Added ${users.length === 1 ? users[0] : `${users.length} users`} to ${chosen.join(', ')}`);
    onDone();
    onDismiss();
  };
  return (
    <Modal
      visible
      header={users.length === 1 ? `Add ${users[0]} to groups` : `Add ${users.length} users to groups`}
      onDismiss={onDismiss}
      footer={<DialogFooter verb="Add" disabled={chosen.length === 0} busy={busy} onSubmit={() => void add()} onDismiss={onDismiss} />}
    >
      <SpaceBetween size="m">
        <ErrorAlert error={groups.error} onRetry={groups.reload} />
        <GroupSelect groups={groups.data?.filter((group) => !without.includes(group))} chosen={chosen} onChange={setChosen} />
      </SpaceBetween>
    </Modal>
  );
}

export interface GroupSelectProps {
  groups: readonly string[] | undefined;
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** GroupSelect chooses among groups. */
export function GroupSelect({ groups, chosen, onChange }: GroupSelectProps) {
  const option = (value: string) => ({ value, label: value });
  return (
    <FormField label="Groups" description="A user may do what its groups may.">
      <Multiselect
        options={(groups ?? []).map(option)}
        selectedOptions={chosen.map(option)}
        onChange={({ detail }) => onChange(detail.selectedOptions.map(({ value = '' }) => value))}
        filteringType="auto"
        virtualScroll
        placeholder="Choose groups"
        statusType={groups ? 'finished' : 'loading'}
        empty="There are no groups to choose"
        expandToViewport
      />
    </FormField>
  );
}
