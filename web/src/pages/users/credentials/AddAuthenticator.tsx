import { CreateVirtualMFADeviceCommand, DeleteVirtualMFADeviceCommand, EnableMFADeviceCommand, type VirtualMFADevice } from '@aws-sdk/client-iam';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { iam } from '../../../api/clients/iam.ts';
import { Dialog } from '../../../components/Dialog.tsx';
import { DialogFooter } from '../../../components/DialogFooter.tsx';
import { ErrorAlert } from '../../../components/ErrorAlert.tsx';
import { flash } from '../../../components/Flash.tsx';
import { Secret } from '../../../components/Secret.tsx';
import { gone } from '../../identity/steps.ts';
import { CodeFields, codesReady } from './CodeFields.tsx';
import { Picture } from './Picture.tsx';
import { rootName } from './rootName.ts';

/** AddAuthenticator makes a virtual device of a user, or of the root user who reads it, for an authenticator app: a name, the code to scan, two codes of the app. */
export function AddAuthenticator({ user = rootName, arn, onDismiss }: { user?: string | undefined; arn: string; onDismiss: () => void }) {
  const [name, setName] = useState(() => `${user}-${new Date().toISOString().slice(0, 10)}`);
  const [device, setDevice] = useState<VirtualMFADevice>();
  const [codes, setCodes] = useState(['', '']);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async (call: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    await call().catch(setError);
    setBusy(false);
  };
  const make = () => run(async () => setDevice((await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name }))).VirtualMFADevice));
  const enable = () =>
    run(async () => {
      const [AuthenticationCode1, AuthenticationCode2] = codes;
      await iam.send(new EnableMFADeviceCommand({ UserName: user, SerialNumber: device!.SerialNumber, AuthenticationCode1, AuthenticationCode2 }));
      flash.success(`Added authenticator app ${name} of ${user}`);
      onDismiss();
    });
  const dismiss = () => {
    if (device) gone(iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: device.SerialNumber }))).catch(flash.error);
    onDismiss();
  };
  const ready = device ? codesReady(codes) : name !== '';
  return (
    <Dialog
      title={`Add an authenticator app of ${user}`}
      onDismiss={dismiss}
      footer={<DialogFooter verb={device ? 'Add' : 'Next'} disabled={!ready} busy={busy} onSubmit={() => void (device ? enable() : make())} onDismiss={dismiss} />}
    >
      <SpaceBetween size="m">
        {device ? <Scan device={device} codes={codes} onChange={setCodes} /> : <NameOf value={name} onChange={setName} account={arn.split(':')[4] ?? ''} />}
        <ErrorAlert error={error} />
      </SpaceBetween>
    </Dialog>
  );
}

function NameOf({ value, onChange, account }: { value: string; onChange: (value: string) => void; account: string }) {
  return (
    <FormField label="Name of the device" description={`One that no other device of account ${account} has.`} constraintText="Letters, digits and + = , . @ _ -">
      <Input value={value} onChange={({ detail }) => onChange(detail.value)} autoComplete={false} />
    </FormField>
  );
}

function Scan({ device, codes, onChange }: { device: VirtualMFADevice; codes: string[]; onChange: (codes: string[]) => void }) {
  const seed = new TextDecoder().decode(device.Base32StringSeed);
  return (
    <SpaceBetween size="m">
      <FormField label="1. Scan this with the app" stretch>
        <Picture png={device.QRCodePNG!} alt="Code for an authenticator app" />
      </FormField>
      <FormField label="Or type the key into it">
        <Secret value={seed} what="key of the device" />
      </FormField>
      <CodeFields labels={['2. A code of the app', '3. The next code, half a minute later']} codes={codes} onChange={onChange} />
    </SpaceBetween>
  );
}
