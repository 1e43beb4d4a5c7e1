import { DeactivateMFADeviceCommand, DeleteVirtualMFADeviceCommand, ListMFADevicesCommand, type MFADevice } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import { useState } from 'react';

import { all } from '../../../api/all.ts';
import { iam } from '../../../api/clients/iam.ts';
import { useCall } from '../../../api/useCall.ts';
import { Age } from '../../../components/Age.tsx';
import { ConfirmDelete } from '../../../components/ConfirmDelete.tsx';
import { CopyArn } from '../../../components/CopyArn.tsx';
import { EmptyState } from '../../../components/EmptyState.tsx';
import { flash } from '../../../components/Flash.tsx';
import { type Column, ResourceTable } from '../../../components/ResourceTable.tsx';
import { gone } from '../../identity/steps.ts';
import { tagged } from '../../identity/tagged.ts';
import { TagsDialog } from '../../identity/Tags.tsx';
import { isVirtual } from '../removal.ts';
import { AddAuthenticator } from './AddAuthenticator.tsx';
import { AddPasskey } from './AddPasskey.tsx';
import { ResyncAuthenticator } from './ResyncAuthenticator.tsx';

const isPasskey = ({ SerialNumber = '' }: MFADevice) => /:u2f\//.test(SerialNumber);
const kind = (device: MFADevice) => (isVirtual(device.SerialNumber!) ? 'Authenticator app' : isPasskey(device) ? 'Passkey or security key' : 'Hardware token');

const columns: Column<MFADevice>[] = [
  { id: 'serial', header: 'Device', cell: (d) => <CopyArn arn={d.SerialNumber!} what="serial number" />, value: (d) => d.SerialNumber },
  { id: 'kind', header: 'Kind', cell: kind, value: kind },
  { id: 'enabled', header: 'Added', cell: (d) => <Age date={d.EnableDate} />, value: (d) => d.EnableDate?.toISOString() },
];

/** MfaDevices shows what a user, or else the root user who reads it, signs in with beside the password. */
export function MfaDevices({ user: UserName, arn }: { user?: string; arn: string }) {
  const { data, error, loading, reload } = useCall(
    (abortSignal) => all((Marker) => iam.send(new ListMFADevicesCommand({ UserName, Marker }), { abortSignal }), (answer) => answer.MFADevices),
    [UserName],
  );
  const [dialog, setDialog] = useState<'passkey' | 'authenticator' | MFADevice>();
  const [resyncing, setResyncing] = useState<string>();
  const [tagging, setTagging] = useState<string>();
  const close = () => {
    setDialog(undefined);
    reload();
  };
  const add = (
    <>
      <Button onClick={() => setDialog('authenticator')}>Add authenticator app</Button>
      <Button onClick={() => setDialog('passkey')}>Add passkey</Button>
    </>
  );
  return (
    <>
      <ResourceTable
        title="MFA devices"
        name="mfa-devices"
        noun={['device', 'devices']}
        variant="container"
        selection="single"
        description="What is asked for beside the password. A passkey cannot be phished; a user may have several devices."
        items={data ?? []}
        loading={loading && !data}
        error={error}
        onReload={reload}
        id={(device) => device.SerialNumber!}
        columns={columns}
        actions={([device]) => (
          <>
            <Button disabled={!device} onClick={() => device && setDialog(device)}>
              Remove
            </Button>
            <Button
              disabled={!device || isPasskey(device)}
              disabledReason={device && 'A passkey has no clock'}
              onClick={() => setResyncing(device?.SerialNumber)}
            >
              Resynchronize
            </Button>
            <Button ariaLabel="Tags of the device" disabled={!device} onClick={() => setTagging(device?.SerialNumber)}>
              Tags
            </Button>
            {add}
          </>
        )}
        empty={<EmptyState title="No MFA device">Whoever knows the password can sign in. Add a passkey, or an authenticator app.</EmptyState>}
      />
      {dialog === 'passkey' && <AddPasskey user={UserName} onDismiss={close} />}
      {dialog === 'authenticator' && <AddAuthenticator user={UserName} arn={arn} onDismiss={close} />}
      {resyncing !== undefined && <ResyncAuthenticator user={UserName} serialNumber={resyncing} onDismiss={() => setResyncing(undefined)} />}
      {tagging !== undefined && <TagsDialog of={tagged.mfaDevice(tagging)} onDismiss={() => setTagging(undefined)} />}
      {typeof dialog === 'object' && (
        <ConfirmDelete
          what={`MFA device ${dialog.SerialNumber}`}
          phrase="delete"
          onDelete={async () => {
            const { SerialNumber = '' } = dialog;
            await iam.send(new DeactivateMFADeviceCommand({ UserName, SerialNumber }));
            if (isVirtual(SerialNumber)) await gone(iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber })));
            flash.success(`Removed MFA device ${SerialNumber}`);
            close();
          }}
          onDismiss={close}
        >
          {data?.length === 1 && `It is the last one: ${UserName ?? 'the root user'} will sign in with the password alone.`}
        </ConfirmDelete>
      )}
    </>
  );
}
