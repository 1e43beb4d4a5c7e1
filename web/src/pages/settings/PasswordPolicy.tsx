import { DeleteAccountPasswordPolicyCommand, GetAccountPasswordPolicyCommand, UpdateAccountPasswordPolicyCommand, type PasswordPolicy as Policy } from '@aws-sdk/client-iam';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { isMissing } from '../../api/errors.ts';
import { useCall } from '../../api/useCall.ts';
import { ConfirmDelete } from '../../components/ConfirmDelete.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Facts } from '../../components/Facts.tsx';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';

const flags = [
  ['RequireUppercaseCharacters', 'Upper-case letters'],
  ['RequireLowercaseCharacters', 'Lower-case letters'],
  ['RequireNumbers', 'Digits'],
  ['RequireSymbols', 'Symbols'],
] as const;

/** recommended is what CIS asks for, and what NIST SP 800-63B does: length, and no forced changes. */
const recommended: Policy = { MinimumPasswordLength: 14, PasswordReusePrevention: 24, AllowUsersToChangePassword: true };

async function read(abortSignal: AbortSignal): Promise<{ policy?: Policy }> {
  try {
    return { policy: (await iam.send(new GetAccountPasswordPolicyCommand({}), { abortSignal })).PasswordPolicy };
  } catch (error) {
    if (isMissing(error)) return {};
    throw error;
  }
}

/** PasswordPolicy is what passwords of the account's users must be like. */
export function PasswordPolicy() {
  const call = useCall(read, []);
  const [dialog, setDialog] = useState<'edit' | 'delete'>();
  const policy = call.data?.policy;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="What passwords of the users must be like. Common and easily guessed ones are refused in any case."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {policy && <Button onClick={() => setDialog('delete')}>Delete policy</Button>}
              <Button disabled={!call.data} onClick={() => setDialog('edit')}>
                {policy ? 'Edit policy' : 'Set a policy'}
              </Button>
            </SpaceBetween>
          }
        >
          Password policy
        </Header>
      }
    >
      <ErrorAlert error={call.error} onRetry={call.reload} />
      {call.data && !policy && <EmptyState title="No password policy">Until there is one, a password of eight characters is good for ever. Set one: length, reuse and expiration.</EmptyState>}
      {policy && <Shown policy={policy} />}
      {dialog === 'edit' && <Edit before={policy ?? recommended} onDismiss={() => setDialog(undefined)} onDone={call.reload} />}
      {dialog === 'delete' && (
        <ConfirmDelete
          what="the password policy"
          phrase="delete"
          onDismiss={() => setDialog(undefined)}
          onDelete={async () => {
            await iam.send(new DeleteAccountPasswordPolicyCommand({}));
            flash.success('The password policy is deleted');
            setDialog(undefined);
            call.reload();
          }}
        >
          <Box>New passwords then need eight characters and nothing else.</Box>
        </ConfirmDelete>
      )}
    </Container>
  );
}

function Shown({ policy }: { policy: Policy }) {
  const length = policy.MinimumPasswordLength ?? 0;
  const required = flags.filter(([flag]) => policy[flag]).map(([, text]) => text.toLowerCase());
  return (
    <Facts
      columns={3}
      items={[
        { label: 'Minimum length', value: <StatusIndicator type={length >= 14 ? 'success' : 'warning'}>{length} characters</StatusIndicator> },
        { label: 'Must contain', value: required.length > 0 ? required.join(', ') : 'nothing in particular' },
        { label: 'Password reuse', value: policy.PasswordReusePrevention ? `not of the last ${policy.PasswordReusePrevention} passwords` : <StatusIndicator type="warning">allowed</StatusIndicator> },
        { label: 'Expiration', value: policy.MaxPasswordAge ? `after ${policy.MaxPasswordAge} days` : 'never' },
        { label: 'After expiration', value: policy.HardExpiry ? 'an administrator sets a new password' : 'the user sets a new password' },
        { label: 'Users change their own password', value: policy.AllowUsersToChangePassword ? 'yes' : 'no' },
      ]}
    />
  );
}

/** within reads a number of a field; "" is undefined where it may be. */
function within(text: string, least: number, most: number): number | undefined {
  const n = Number(text);
  return /^\d+$/.test(text) && n >= least && n <= most ? n : undefined;
}

function Edit({ before, onDismiss, onDone }: { before: Policy; onDismiss: () => void; onDone: () => void }) {
  const [policy, setPolicy] = useState(before);
  const [length, setLength] = useState(String(before.MinimumPasswordLength ?? 14));
  const [reuse, setReuse] = useState(String(before.PasswordReusePrevention ?? ''));
  const [age, setAge] = useState(String(before.MaxPasswordAge ?? ''));
  const wrong = {
    length: within(length, 6, 128) === undefined && 'From 6 to 128.',
    reuse: reuse !== '' && within(reuse, 1, 24) === undefined && 'From 1 to 24, or nothing.',
    age: age !== '' && within(age, 1, 1095) === undefined && 'From 1 to 1095, or nothing.',
  };
  const set = (changed: Policy) => setPolicy({ ...policy, ...changed });
  const save = async () => {
    const { ExpirePasswords: _, ...members } = policy;
    await iam.send(
      new UpdateAccountPasswordPolicyCommand({
        ...members,
        MinimumPasswordLength: within(length, 6, 128),
        PasswordReusePrevention: within(reuse, 1, 24),
        MaxPasswordAge: within(age, 1, 1095),
      }),
    );
    flash.success('The password policy is in force', 'It holds for passwords that are set from now on.');
    onDone();
  };
  return (
    <FormDialog title="Password policy" verb="Save" size="large" disabled={Object.values(wrong).some(Boolean)} onSubmit={save} onDismiss={onDismiss}>
      <ColumnLayout columns={3}>
        <FormField label="Minimum length" errorText={wrong.length}>
          <Input type="number" value={length} onChange={({ detail }) => setLength(detail.value)} />
        </FormField>
        <FormField label="Passwords remembered – optional" errorText={wrong.reuse}>
          <Input type="number" value={reuse} onChange={({ detail }) => setReuse(detail.value)} />
        </FormField>
        <FormField label="Days until expiration – optional" errorText={wrong.age}>
          <Input type="number" value={age} onChange={({ detail }) => setAge(detail.value)} />
        </FormField>
      </ColumnLayout>
      <FormField label="A password must contain">
        <SpaceBetween size="xs">
          {flags.map(([flag, text]) => (
            <Checkbox key={flag} checked={policy[flag] ?? false} onChange={({ detail }) => set({ [flag]: detail.checked })}>
              {text}
            </Checkbox>
          ))}
        </SpaceBetween>
      </FormField>
      <FormField label="Changing">
        <SpaceBetween size="xs">
          <Checkbox checked={policy.AllowUsersToChangePassword ?? false} onChange={({ detail }) => set({ AllowUsersToChangePassword: detail.checked })}>
            Users may change their own password
          </Checkbox>
          <Checkbox checked={policy.HardExpiry ?? false} disabled={age === ''} onChange={({ detail }) => set({ HardExpiry: detail.checked })}>
            After expiration an administrator must set a new password
          </Checkbox>
        </SpaceBetween>
      </FormField>
    </FormDialog>
  );
}
