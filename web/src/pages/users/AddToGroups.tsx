import { AddUserToGroupCommand } from '@aws-sdk/client-iam';
import FormField from '@cloudscape-design/components/form-field';
import Multiselect from '@cloudscape-design/components/multiselect';
import { useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
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
  const add = async () => {
    const steps = users.flatMap((UserName) =>
      chosen.map((GroupName) => ({ what: `${UserName} into ${GroupName}`, run: () => iam.send(new AddUserToGroupCommand({ UserName, GroupName })) })),
    );
    const failure = await runSteps(steps, () => {});
    onDone();
    if (failure) throw failure.error;
    flash.success(`Added ${users.length === 1 ? users[0] : `${users.length} users`} to ${chosen.join(', ')}`);
  };
  return (
    <FormDialog title={users.length === 1 ? `Add ${users[0]} to groups` : `Add ${users.length} users to groups`} verb="Add" disabled={chosen.length === 0} onSubmit={add} onDismiss={onDismiss}>
      <ErrorAlert error={groups.error} onRetry={groups.reload} />
      <GroupSelect groups={groups.data?.filter((group) => !without.includes(group))} chosen={chosen} onChange={setChosen} />
    </FormDialog>
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
