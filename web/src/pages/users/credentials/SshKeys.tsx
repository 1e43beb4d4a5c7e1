import { DeleteSSHPublicKeyCommand, GetSSHPublicKeyCommand, ListSSHPublicKeysCommand, type SSHPublicKeyMetadata, UpdateSSHPublicKeyCommand, UploadSSHPublicKeyCommand } from '@aws-sdk/client-iam';
import FormField from '@cloudscape-design/components/form-field';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';

import { all } from '../../../api/all.ts';
import { iam } from '../../../api/clients/iam.ts';
import { FormDialog } from '../../../components/FormDialog.tsx';
import { flash } from '../../../components/Flash.tsx';
import { type KeptCredential, KeptCredentials } from './KeptCredentials.tsx';

/** SshKeys are the public keys of a user, which services such as CodeCommit ask for. */
export function SshKeys({ user: UserName }: { user: string }) {
  return (
    <KeptCredentials
      user={UserName}
      title="SSH public keys"
      name="ssh-keys"
      noun={['SSH public key', 'SSH public keys']}
      description="By these, services ask who a user is over SSH. The private halves stay with the user."
      verb="Upload SSH public key"
      empty="Services that are used over SSH, such as repositories, know a user by one."
      list={async (abortSignal) => (await all((Marker) => iam.send(new ListSSHPublicKeysCommand({ UserName, Marker }), { abortSignal }), (a) => a.SSHPublicKeys)).map(read)}
      text={async (SSHPublicKeyId) => (await iam.send(new GetSSHPublicKeyCommand({ UserName, SSHPublicKeyId, Encoding: 'SSH' }))).SSHPublicKey?.SSHPublicKeyBody ?? ''}
      setStatus={(SSHPublicKeyId, Status) => iam.send(new UpdateSSHPublicKeyCommand({ UserName, SSHPublicKeyId, Status }))}
      remove={(SSHPublicKeyId) => iam.send(new DeleteSSHPublicKeyCommand({ UserName, SSHPublicKeyId }))}
      add={(onDismiss) => <Upload user={UserName} onDismiss={onDismiss} />}
    />
  );
}

function read({ SSHPublicKeyId = '', Status, UploadDate }: SSHPublicKeyMetadata): KeptCredential {
  return { id: SSHPublicKeyId, active: Status === 'Active', made: UploadDate };
}

function Upload({ user: UserName, onDismiss }: { user: string; onDismiss: () => void }) {
  const [body, setBody] = useState('');
  const upload = async () => {
    const { SSHPublicKey } = await iam.send(new UploadSSHPublicKeyCommand({ UserName, SSHPublicKeyBody: body.trim() }));
    flash.success(`Uploaded SSH public key ${SSHPublicKey?.SSHPublicKeyId} of ${UserName}`);
  };
  return (
    <FormDialog title={`Upload an SSH public key of ${UserName}`} verb="Upload" disabled={body.trim() === ''} onSubmit={upload} onDismiss={onDismiss}>
      <FormField label="Public key" constraintText="One line that begins with ssh-rsa, or the key in PEM.">
        <Textarea value={body} onChange={({ detail }) => setBody(detail.value)} rows={5} spellcheck={false} placeholder="ssh-rsa AAAA…" />
      </FormField>
    </FormDialog>
  );
}
