import { ChangePasswordCommand } from '@aws-sdk/client-iam';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';

/** ChangePassword is for the reader's own password. */
export function ChangePassword() {
  const [open, setOpen] = useState(false);
  return (
    <Container header={<Header variant="h2" actions={<Button onClick={() => setOpen(true)}>Change password</Button>}>Password</Header>}>
      <Box color="text-body-secondary">With a new password all your other sessions end. This one goes on.</Box>
      {open && <Ask onDismiss={() => setOpen(false)} />}
    </Container>
  );
}

function Ask({ onDismiss }: { onDismiss: () => void }) {
  const [old, setOld] = useState('');
  const [chosen, setChosen] = useState('');
  const [again, setAgain] = useState('');
  const change = async () => {
    await iam.send(new ChangePasswordCommand({ OldPassword: old, NewPassword: chosen }));
    flash.success('The password is changed', 'Your other sessions have ended.');
  };
  return (
    <FormDialog title="Change your password" verb="Change" disabled={old === '' || chosen === '' || chosen !== again} onSubmit={change} onDismiss={onDismiss}>
      <FormField label="Current password">
        <Input type="password" autoComplete="current-password" value={old} onChange={({ detail }) => setOld(detail.value)} />
      </FormField>
      <FormField label="New password">
        <Input type="password" autoComplete="new-password" value={chosen} onChange={({ detail }) => setChosen(detail.value)} />
      </FormField>
      <FormField label="New password again" errorText={again !== '' && again !== chosen && 'It is not the same.'}>
        <Input type="password" autoComplete="new-password" value={again} onChange={({ detail }) => setAgain(detail.value)} />
      </FormField>
    </FormDialog>
  );
}
