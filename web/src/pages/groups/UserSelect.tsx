import { ListUsersCommand } from '@aws-sdk/client-iam';
import FormField from '@cloudscape-design/components/form-field';
import Multiselect from '@cloudscape-design/components/multiselect';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMemo } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { usePages } from '../../api/usePages.ts';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { pageSize } from '../identity/details.ts';

export interface UserSelectProps {
  label: string;
  /** Users that are not offered. */
  without?: readonly string[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

const nobody: readonly string[] = [];

/** UserSelect chooses among the users of the account. */
export function UserSelect({ label, without = nobody, chosen, onChange }: UserSelectProps) {
  const users = usePages(async (Marker, abortSignal) => {
    const answer = await iam.send(new ListUsersCommand({ Marker, MaxItems: pageSize }), { abortSignal });
    return { items: (answer.Users ?? []).map(({ UserName = '' }) => UserName), next: answer.Marker };
  }, []);
  const options = useMemo(() => {
    const left = new Set(without);
    return users.items.filter((user) => !left.has(user)).map((value) => ({ value, label: value }));
  }, [users.items, without]);
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={users.error} onRetry={users.reload} />
      <FormField label={label}>
        <Multiselect
          options={options}
          selectedOptions={chosen.map((value) => ({ value, label: value }))}
          onChange={({ detail }) => onChange(detail.selectedOptions.map(({ value = '' }) => value))}
          filteringType="auto"
          virtualScroll
          placeholder="Choose users"
          statusType={users.more ? 'loading' : 'finished'}
          empty="There are no users to add"
          expandToViewport
        />
      </FormField>
    </SpaceBetween>
  );
}
