import { CreateLoginProfileCommand, DeleteLoginProfileCommand, GetLoginProfileCommand, type LoginProfile, UpdateLoginProfileCommand } from '@aws-sdk/client-iam';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';

import { iam } from '../../../api/clients/iam.ts';
import { isMissing } from '../../../api/errors.ts';
import { useCall } from '../../../api/useCall.ts';
import { Age } from '../../../components/Age.tsx';
import { ConfirmDelete } from '../../../components/ConfirmDelete.tsx';
import { ErrorAlert } from '../../../components/ErrorAlert.tsx';
import { Facts } from '../../../components/Facts.tsx';
import { flash } from '../../../components/Flash.tsx';
import { FormDialog } from '../../../components/FormDialog.tsx';
import { ShownDialog } from '../../../components/ShownDialog.tsx';
import { generatePassword } from '../password.ts';
import { NewCredentials } from './NewCredentials.tsx';

/** ConsoleAccess shows whether a user has a password, to set, replace and take away. */
export function ConsoleAccess({ user }: { user: string }) {
  const { data, error, reload } = useCall((signal) => profileOf(user, signal), [user]);
  const [dialog, setDialog] = useState<'password' | 'delete'>();
  const [made, setMade] = useState<string>();
  const profile = data?.profile;
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {profile && <Button onClick={() => setDialog('delete')}>Disable</Button>}
              <Button disabled={!data} onClick={() => setDialog('password')}>
                {profile ? 'Set a new password' : 'Enable console access'}
              </Button>
            </SpaceBetween>
          }
        >
          Console sign-in
        </Header>
      }
    >
      {error !== undefined && <ErrorAlert error={error} onRetry={reload} />}
      {data && !profile && <Box color="text-body-secondary">No password: {user} cannot sign in to the console.</Box>}
      {profile && (
        <Facts
          columns={3}
          items={[
            { label: 'Console access', value: <StatusIndicator>Enabled</StatusIndicator> },
            { label: 'Password set', value: <Age date={profile.CreateDate} /> },
            { label: 'At the next sign-in', value: profile.PasswordResetRequired ? 'A new password must be chosen' : 'Nothing to do' },
          ]}
        />
      )}
      {dialog === 'password' && (
        <PasswordDialog
          user={user}
          exists={profile !== undefined}
          onMade={setMade}
          onDismiss={() => {
            setDialog(undefined);
            reload();
          }}
        />
      )}
      {made !== undefined && (
        <ShownDialog title={`Password of ${user}`} onDismiss={() => setMade(undefined)}>
          <NewCredentials user={user} password={made} />
        </ShownDialog>
      )}
      {dialog === 'delete' && (
        <ConfirmDelete
          what={`the password of ${user}`}
          phrase={user}
          onDelete={async () => {
            await iam.send(new DeleteLoginProfileCommand({ UserName: user }));
            flash.success(`${user} cannot sign in to the console any more`);
            setDialog(undefined);
            reload();
          }}
          onDismiss={() => setDialog(undefined)}
        >
          {user} is signed out of the console everywhere. Access keys go on working.
        </ConfirmDelete>
      )}
    </Container>
  );
}

async function profileOf(UserName: string, abortSignal: AbortSignal): Promise<{ profile: LoginProfile | undefined }> {
  try {
    return { profile: (await iam.send(new GetLoginProfileCommand({ UserName }), { abortSignal })).LoginProfile };
  } catch (error) {
    if (isMissing(error)) return { profile: undefined };
    throw error;
  }
}

function PasswordDialog({ user, exists, onMade, onDismiss }: { user: string; exists: boolean; onMade: (password: string) => void; onDismiss: () => void }) {
  const [generated, setGenerated] = useState(true);
  const [typed, setTyped] = useState('');
  const [mustChange, setMustChange] = useState(true);
  const save = async () => {
    const input = { UserName: user, Password: generated ? generatePassword() : typed, PasswordResetRequired: mustChange };
    if (exists) await iam.send(new UpdateLoginProfileCommand(input));
    else await iam.send(new CreateLoginProfileCommand(input));
    onMade(input.Password);
  };
  return (
    <FormDialog
      title={exists ? `New password for ${user}` : `Console access for ${user}`}
      verb={exists ? 'Set password' : 'Enable'}
      disabled={!generated && typed === ''}
      onSubmit={save}
      onDismiss={onDismiss}
    >
      {exists && <Box>The old password ends now, and with it {user}’s sign-ins elsewhere.</Box>}
      <FormField label="Password">
        <RadioGroup
          value={generated ? 'generated' : 'typed'}
          onChange={({ detail }) => setGenerated(detail.value === 'generated')}
          items={[
            { value: 'generated', label: 'Make one', description: 'It is shown once.' },
            { value: 'typed', label: 'Type one' },
          ]}
        />
      </FormField>
      {!generated && (
        <FormField label={`Password of ${user}`}>
          <Input type="password" value={typed} onChange={({ detail }) => setTyped(detail.value)} autoComplete="new-password" />
        </FormField>
      )}
      <Checkbox checked={mustChange} onChange={({ detail }) => setMustChange(detail.checked)}>
        {user} chooses a new password at the next sign-in
      </Checkbox>
    </FormDialog>
  );
}
