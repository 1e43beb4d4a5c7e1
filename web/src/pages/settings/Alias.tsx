import { CreateAccountAliasCommand, DeleteAccountAliasCommand, ListAccountAliasesCommand } from '@aws-sdk/client-iam';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { useSession } from '../../app/SessionContext.tsx';
import { ConfirmDelete } from '../../components/ConfirmDelete.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Facts } from '../../components/Facts.tsx';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { signInPage } from '../identity/signInPage.ts';

/** Alias is the account's name for people who sign in. */
export function Alias() {
  const { account } = useSession();
  const call = useCall((abortSignal) => iam.send(new ListAccountAliasesCommand({}), { abortSignal }), []);
  const [dialog, setDialog] = useState<'edit' | 'delete'>();
  const alias = call.data?.AccountAliases?.[0];
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {alias && <Button onClick={() => setDialog('delete')}>Delete alias</Button>}
              <Button disabled={!call.data} onClick={() => setDialog('edit')}>
                {alias ? 'Change alias' : 'Create alias'}
              </Button>
            </SpaceBetween>
          }
        >
          Account
        </Header>
      }
    >
      <SpaceBetween size="m">
        <ErrorAlert error={call.error} onRetry={call.reload} />
        <Facts
          columns={3}
          items={[
            { label: 'Account ID', value: <CopyArn arn={account} what="Account ID" /> },
            { label: 'Alias', value: alias ?? '–' },
            { label: 'Sign-in page', value: <CopyArn arn={signInPage({ account, alias })} what="Address of the sign-in page" /> },
          ]}
        />
      </SpaceBetween>
      {dialog === 'edit' && <Edit alias={alias ?? ''} onDismiss={() => setDialog(undefined)} onDone={call.reload} />}
      {dialog === 'delete' && alias && (
        <ConfirmDelete
          what={`the alias ${alias}`}
          phrase={alias}
          onDismiss={() => setDialog(undefined)}
          onDelete={async () => {
            await iam.send(new DeleteAccountAliasCommand({ AccountAlias: alias }));
            flash.success('The alias is deleted');
            setDialog(undefined);
            call.reload();
          }}
        >
          <Box>People then sign in with the account’s ID.</Box>
        </ConfirmDelete>
      )}
    </Container>
  );
}

function Edit({ alias, onDismiss, onDone }: { alias: string; onDismiss: () => void; onDone: () => void }) {
  const [name, setName] = useState(alias);
  const fits = /^[a-z0-9](?!.*--)[a-z0-9-]{1,61}[a-z0-9]$/.test(name) && !/^\d{12}$/.test(name);
  return (
    <FormDialog
      title={alias ? 'Change the alias' : 'Create an alias'}
      verb="Save"
      disabled={!fits || name === alias}
      onDismiss={onDismiss}
      onSubmit={async () => {
        await iam.send(new CreateAccountAliasCommand({ AccountAlias: name }));
        flash.success(`People can sign in to ${name}`);
        onDone();
      }}
    >
      <FormField
        label="Alias"
        description="What people write on the sign-in page in place of the account’s ID."
        constraintText="3 to 63 lower-case letters, digits and single hyphens, none at the ends."
        errorText={name === '' || fits ? undefined : 'This is no alias.'}
      >
        <Input value={name} onChange={({ detail }) => setName(detail.value)} autoComplete={false} spellcheck={false} />
      </FormField>
    </FormDialog>
  );
}
