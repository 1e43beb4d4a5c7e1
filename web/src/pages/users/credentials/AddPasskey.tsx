import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';

import { warder } from '../../../api/warder.ts';
import { flash } from '../../../components/Flash.tsx';
import { FormDialog } from '../../../components/FormDialog.tsx';

/** AddPasskey has this browser make a passkey and registers it as an MFA device of a user, or else of the reader. */
export function AddPasskey({ user: userName, onDismiss }: { user?: string; onDismiss: () => void }) {
  const [name, setName] = useState('');
  const supported = typeof PublicKeyCredential === 'function' && 'parseCreationOptionsFromJSON' in PublicKeyCredential;
  const add = async () => {
    const { options } = await warder('BeginPasskeyRegistration', { userName });
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
    const credential = await navigator.credentials.create({ publicKey });
    await warder('RegisterPasskey', { userName, passkeyName: name, credential: (credential as PublicKeyCredential).toJSON() });
    flash.success(userName ? `Added passkey ${name} of ${userName}` : `Added passkey ${name}`);
  };
  return (
    <FormDialog title={userName ? `Add a passkey of ${userName}` : 'Add a passkey'} verb="Go on in the browser" disabled={!supported || name === ''} onSubmit={add} onDismiss={onDismiss}>
      {!supported && (
        <Alert type="warning" header="This browser makes no passkeys here">
          They need a current browser, and a page that came over HTTPS or from localhost.
        </Alert>
      )}
      <Box>The browser asks where the passkey is to live: on this device, on a phone, or on a security key.{userName && ` ${userName} has to be at it.`}</Box>
      <FormField label="Name of the passkey" constraintText="Letters, digits and + = , . @ _ -">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} autoComplete={false} />
      </FormField>
    </FormDialog>
  );
}
