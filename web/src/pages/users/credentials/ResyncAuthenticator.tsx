import { ResyncMFADeviceCommand } from '@aws-sdk/client-iam';
import Box from '@cloudscape-design/components/box';
import { useState } from 'react';

import { iam } from '../../../api/clients/iam.ts';
import { flash } from '../../../components/Flash.tsx';
import { FormDialog } from '../../../components/FormDialog.tsx';
import { CodeFields, codesReady } from './CodeFields.tsx';

/** ResyncAuthenticator sets a device right whose clock went astray, by two codes in a row. */
export function ResyncAuthenticator({ user, serialNumber, onDismiss }: { user: string; serialNumber: string; onDismiss: () => void }) {
  const [codes, setCodes] = useState(['', '']);
  const resync = async () => {
    const [AuthenticationCode1, AuthenticationCode2] = codes;
    await iam.send(new ResyncMFADeviceCommand({ UserName: user, SerialNumber: serialNumber, AuthenticationCode1, AuthenticationCode2 }));
    flash.success(`The device of ${user} is in step again`);
  };
  return (
    <FormDialog title={`Resynchronize the device of ${user}`} verb="Resynchronize" disabled={!codesReady(codes)} onSubmit={resync} onDismiss={onDismiss}>
      <Box>When a device’s clock is wrong, its codes are refused. Two codes in a row tell by how much.</Box>
      <CodeFields labels={['A code of the device', 'The next code, half a minute later']} codes={codes} onChange={setCodes} />
    </FormDialog>
  );
}
