import { GetLoginProfileCommand, ListAccessKeysCommand, ListMFADevicesCommand } from '@aws-sdk/client-iam';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { all } from '../../api/all.ts';
import { iam } from '../../api/clients/iam.ts';
import { isMissing, problem } from '../../api/errors.ts';
import { type Call, useCall } from '../../api/useCall.ts';
import { ageOf } from '../security/ages.ts';

/** Days after which an access key is to be replaced (CIS 1.13). */
const rotate = 90;

/** useAccessSummary are lines of a user's summary on how it gets in: by a password, with MFA, by keys. */
export function useAccessSummary(UserName: string) {
  const password = useCall((abortSignal) => hasPassword(UserName, abortSignal), [UserName]);
  const devices = useCall((abortSignal) => all((Marker) => iam.send(new ListMFADevicesCommand({ UserName, Marker }), { abortSignal }), (a) => a.MFADevices), [UserName]);
  const keys = useCall((abortSignal) => all((Marker) => iam.send(new ListAccessKeysCommand({ UserName, Marker }), { abortSignal }), (a) => a.AccessKeyMetadata), [UserName]);
  return [
    { label: 'Console access', value: <Told call={password}>{(has) => <ConsoleAccess has={has} mfa={devices.data ? devices.data.length > 0 : undefined} />}</Told> },
    {
      label: 'Access keys',
      value: (
        <Told call={keys}>
          {(found) => (found.length === 0 ? 'None' : found.map(({ AccessKeyId = '', Status, CreateDate }) => <KeyAge key={AccessKeyId} active={Status === 'Active'} made={CreateDate} />))}
        </Told>
      ),
    },
  ];
}

async function hasPassword(UserName: string, abortSignal: AbortSignal): Promise<boolean> {
  try {
    await iam.send(new GetLoginProfileCommand({ UserName }), { abortSignal });
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Told shows what a call said, or why it did not. */
function Told<T>({ call, children }: { call: Call<T>; children: (data: T) => React.ReactNode }) {
  if (call.error !== undefined) return <StatusIndicator type="stopped">{problem(call.error).title}</StatusIndicator>;
  return call.data === undefined ? <StatusIndicator type="loading">Reading</StatusIndicator> : children(call.data);
}

function ConsoleAccess({ has, mfa }: { has: boolean; mfa: boolean | undefined }) {
  if (!has) return <StatusIndicator type="stopped">No password</StatusIndicator>;
  if (mfa === undefined) return <StatusIndicator>Enabled</StatusIndicator>;
  return mfa ? <StatusIndicator>Enabled with MFA</StatusIndicator> : <StatusIndicator type="warning">Enabled without MFA</StatusIndicator>;
}

function KeyAge({ active, made }: { active: boolean; made: Date | undefined }) {
  if (!active || !made) return <div><StatusIndicator type="stopped">Inactive</StatusIndicator></div>;
  const age = ageOf(made, rotate, 365, new Date());
  return <div><StatusIndicator type={age.type}>{age.days === 0 ? 'Active, made today' : `Active, ${age.text} old`}</StatusIndicator></div>;
}
