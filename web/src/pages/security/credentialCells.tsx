import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { ago } from '../../components/Age.tsx';
import { ageOf } from './ages.ts';
import { isRoot, type Key, type Row } from './reportRows.ts';

/** Days after which a key should be rotated, and after which a credential that nobody used should be gone (CIS 1.11, 1.13). */
export const rotate = 90;
export const unused = 45;

/** Factor says whether somebody has MFA, and whether that is needed. */
export function Factor({ row: { mfa, password, user } }: { row: Row }) {
  if (mfa) return <StatusIndicator>Yes</StatusIndicator>;
  return password || isRoot(user) ? <StatusIndicator type="error">No</StatusIndicator> : <StatusIndicator type="stopped">No password</StatusIndicator>;
}

/** PasswordAge is how long ago somebody's password was set. */
export function PasswordAge({ row: { password, passwordChanged } }: { row: Row }) {
  if (!password) return '–';
  if (!passwordChanged) return 'Yes';
  const age = ageOf(passwordChanged, 365, 730, new Date());
  return <StatusIndicator type={age.type}>{age.days === 0 ? 'set today' : `${age.text} old`}</StatusIndicator>;
}

/** KeyAge is how long ago an access key was made. */
export function KeyAge({ of: { active, rotated } }: { of: Key }) {
  if (!active) return <StatusIndicator type="stopped">inactive</StatusIndicator>;
  if (!rotated) return <StatusIndicator type="info">active</StatusIndicator>;
  const age = ageOf(rotated, rotate, 365, new Date());
  return <StatusIndicator type={age.type}>{age.days === 0 ? 'made today' : `${age.text} old`}</StatusIndicator>;
}

/** LastUse says when something was used last; what was never used is judged by how long it could have been. */
export function LastUse({ used, since, what }: { used: Date | undefined; since: Date | undefined; what?: string | undefined }) {
  const now = new Date();
  const from = used ?? since;
  const { type } = from ? ageOf(from, unused, rotate, now) : { type: 'stopped' as const };
  const text = used ? ago(used, now) : 'never';
  return <StatusIndicator type={type}>{what ? `${text}, ${what}` : text}</StatusIndicator>;
}
