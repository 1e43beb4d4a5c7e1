import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { useCall } from '../../api/useCall.ts';
import { warder, type GetRootUserResponse } from '../../api/warder.ts';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Facts } from '../../components/Facts.tsx';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { ConsoleSessions } from '../users/credentials/ConsoleSessions.tsx';
import { MfaDevices } from '../users/credentials/MfaDevices.tsx';

/** RootCredentials are the root user's, for the root user: it has no access keys, and nobody else sees this. */
export function RootCredentials({ arn }: { arn: string }) {
  const root = useCall((abortSignal) => warder('GetRootUser', {}, { abortSignal }), []);
  return (
    <SpaceBetween size="l">
      <ErrorAlert error={root.error} onRetry={root.reload} />
      {root.data && <SignIn root={root.data} onChanged={root.reload} />}
      <MfaDevices arn={arn} />
      <ConsoleSessions />
    </SpaceBetween>
  );
}

function SignIn({ root: { email, passwordTime }, onChanged }: { root: GetRootUserResponse; onChanged: () => void }) {
  const [changing, setChanging] = useState(false);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Use the root user for what nobody else can do, and a user of your own for the rest. It has no access keys."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={() => setChanging(true)}>Change e-mail address</Button>
              <Button href="/signin/password?next=/console/security-credentials">Change password</Button>
            </SpaceBetween>
          }
        >
          Root user
        </Header>
      }
    >
      <Facts
        columns={2}
        items={[
          { label: 'E-mail address', value: email ? <CopyArn arn={email} what="e-mail address" /> : '–' },
          { label: 'Password set', value: <Age date={passwordTime ? new Date(passwordTime) : undefined} /> },
        ]}
      />
      {changing && <ChangeEmail before={email ?? ''} onDismiss={() => setChanging(false)} onChanged={onChanged} />}
    </Container>
  );
}

function ChangeEmail({ before, onDismiss, onChanged }: { before: string; onDismiss: () => void; onChanged: () => void }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const save = async () => {
    await warder('UpdateRootEmail', { email: email.trim(), password });
    flash.success(`The root user signs in by ${email.trim()} now`);
    onChanged();
  };
  return (
    <FormDialog title="Change the root user’s e-mail address" verb="Change" disabled={email.trim() === '' || email.trim() === before || password === ''} onSubmit={save} onDismiss={onDismiss}>
      <FormField label="New e-mail address" description="The root user signs in by it.">
        <Input type="email" value={email} onChange={({ detail }) => setEmail(detail.value)} autoComplete="email" />
      </FormField>
      <FormField label="Password of the root user">
        <Input type="password" value={password} onChange={({ detail }) => setPassword(detail.value)} autoComplete="current-password" />
      </FormField>
    </FormDialog>
  );
}
