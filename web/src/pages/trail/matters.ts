import { readArn } from '../../components/arn.ts';
import type { Holder } from '../../editor/holder.ts';
import type { Record } from './record.ts';

/**
 * matters tells a change of what a principal may do from what else the trail has of the same names: reading and failing,
 * credentials, other members of a group, and other holders of a policy.
 */
export function matters({ readOnly, errorCode, eventSource, eventName, resources = [] }: Record, holder: Holder, groups: readonly Holder[]): boolean {
  if (readOnly || errorCode || eventSource !== 'iam.amazonaws.com') return false;
  if (/AccessKey|LoginProfile|ChangePassword|MFADevice|SSHPublicKey|ServiceSpecificCredential|SigningCertificate/.test(eventName)) return false;
  const names = (one: Holder) => resources.some(({ ARN = '' }) => {
    const named = readArn(ARN);
    return named?.kind === one.kind && named.name.toLowerCase() === one.name.toLowerCase();
  });
  if (/^(AddUserTo|RemoveUserFrom)Group$/.test(eventName)) return names(holder);
  if (/^(Attach|Detach|Put|Delete)(User|Role|Group)(Policy|PermissionsBoundary)$/.test(eventName)) return [holder, ...groups].some(names);
  return true;
}
