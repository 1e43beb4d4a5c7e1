import { type AssertionEncryptionModeType, type SAMLPrivateKey, UpdateSAMLProviderCommand } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { Age } from '../../components/Age.tsx';
import { ConfirmDelete } from '../../components/ConfirmDelete.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { type Column, ResourceTable } from '../../components/ResourceTable.tsx';

const columns: Column<SAMLPrivateKey>[] = [
  { id: 'id', header: 'Key ID', cell: (key) => <CopyArn arn={key.KeyId!} what="key ID" />, value: (key) => key.KeyId },
  { id: 'added', header: 'Added', cell: (key) => <Age date={key.Timestamp} />, value: (key) => key.Timestamp?.toISOString() },
];

/** What the modes mean. A provider without one takes assertions as with Allowed. */
const modes: Record<AssertionEncryptionModeType, string> = {
  Allowed: 'Assertions may be encrypted or not.',
  Required: 'An assertion that is not encrypted is refused.',
};

export interface SamlEncryptionProps {
  arn: string;
  mode: AssertionEncryptionModeType | undefined;
  keys: SAMLPrivateKey[];
  onChanged: () => void;
}

/** SamlEncryption is whether a provider's assertions must be encrypted, and the keys that decrypt them, which nothing gives back. */
export function SamlEncryption({ arn, mode, keys, onChanged }: SamlEncryptionProps) {
  const [dialog, setDialog] = useState<'mode' | 'add' | SAMLPrivateKey>();
  const close = () => setDialog(undefined);
  return (
    <>
      <ResourceTable
        title="Private keys"
        name="saml-keys"
        noun={['private key', 'private keys']}
        variant="container"
        selection="single"
        description={`They decrypt assertions; two at most, so that one can replace the other. ${modes[mode ?? 'Allowed']}`}
        items={keys}
        onReload={onChanged}
        id={({ KeyId }) => KeyId!}
        columns={columns}
        actions={([key]) => (
          <>
            <Button ariaLabel="Remove the private key" disabled={!key} onClick={() => setDialog(key)}>
              Remove
            </Button>
            <Button onClick={() => setDialog('mode')}>Change encryption mode</Button>
            <Button onClick={() => setDialog('add')}>Add private key</Button>
          </>
        )}
        empty={<EmptyState title="No private key">Assertions come in clear. With a key here and its certificate at the provider, nobody else reads them.</EmptyState>}
      />
      {dialog === 'mode' && <Mode arn={arn} before={mode} keyless={keys.length === 0} onDismiss={close} onChanged={onChanged} />}
      {dialog === 'add' && <Add arn={arn} onDismiss={close} onChanged={onChanged} />}
      {typeof dialog === 'object' && (
        <ConfirmDelete
          what={`private key ${dialog.KeyId}`}
          phrase="delete"
          onDismiss={close}
          onDelete={async () => {
            await iam.send(new UpdateSAMLProviderCommand({ SAMLProviderArn: arn, RemovePrivateKey: dialog.KeyId }));
            flash.success(`Removed private key ${dialog.KeyId}`);
            close();
            onChanged();
          }}
        >
          {mode === 'Required' && keys.length === 1 ? 'It is the last one, and assertions must be encrypted: change the encryption mode first.' : 'An assertion that is encrypted for it is refused from now on.'}
        </ConfirmDelete>
      )}
    </>
  );
}

interface ChangeProps {
  arn: string;
  onDismiss: () => void;
  onChanged: () => void;
}

function Mode({ arn, before, keyless, onDismiss, onChanged }: ChangeProps & { before: AssertionEncryptionModeType | undefined; keyless: boolean }) {
  const [mode, setMode] = useState(before);
  const save = async () => {
    await iam.send(new UpdateSAMLProviderCommand({ SAMLProviderArn: arn, AssertionEncryptionMode: mode }));
    flash.success(`Encrypted assertions are ${mode?.toLowerCase()} now`);
    onChanged();
  };
  const items = Object.entries(modes).map(([value, description]) => {
    const missing = value === 'Required' && keyless;
    return { value, label: value, description: missing ? `${description} Needs a private key.` : description, disabled: missing };
  });
  return (
    <FormDialog title="Change the encryption mode" verb="Save" disabled={mode === undefined || mode === before} onSubmit={save} onDismiss={onDismiss}>
      <FormField label="Encrypted assertions">
        <RadioGroup items={items} value={mode ?? null} onChange={({ detail }) => setMode(detail.value as AssertionEncryptionModeType)} />
      </FormField>
    </FormDialog>
  );
}

/** Add takes a private key. It is in the page while it is being written, and goes with the dialog. */
function Add({ arn, onDismiss, onChanged }: ChangeProps) {
  const [key, setKey] = useState('');
  const add = async () => {
    await iam.send(new UpdateSAMLProviderCommand({ SAMLProviderArn: arn, AddPrivateKey: key }));
    flash.success('The private key is added');
    onChanged();
  };
  return (
    <FormDialog title="Add a private key" verb="Add" size="large" disabled={key.trim() === ''} onSubmit={add} onDismiss={onDismiss}>
      <FormField label="Private key" description="RSA of 2048 bits or more. Give the provider the certificate that belongs to it." constraintText="In PEM, not encrypted. It is kept sealed, and nothing gives it back.">
        <Textarea value={key} onChange={({ detail }) => setKey(detail.value)} rows={8} spellcheck={false} autoComplete={false} placeholder="-----BEGIN PRIVATE KEY-----" />
      </FormField>
    </FormDialog>
  );
}
