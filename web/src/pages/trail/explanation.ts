import type { Entry } from '../../editor/entries.ts';
import type { Question } from '../ask/question.ts';
import type { Denial, Record } from './record.ts';

/** layerNames are the kinds of policies, as people call them. */
export const layerNames: { [layer: string]: string } = {
  identity: 'identity-based policies',
  boundary: 'the permissions boundary',
  session: 'the session’s policies',
  resource: 'the resource’s policy',
  scp: 'service control policies',
  rcp: 'resource control policies',
  credential: 'a rule for this kind of credential',
};

/** layerName is a kind of policies, as people call it. */
export function layerName(layer: string): string {
  return layerNames[layer] ?? layer;
}

/** summary says in one sentence why a call was denied. */
export function summary({ action, resource, layer, explicitDeny }: Denial): string {
  const on = resource === '*' ? '' : ` on ${resource}`;
  if (explicitDeny) return `A statement in ${layerName(layer)} denies ${action}${on}. A deny wins over every allow.`;
  if (layer === 'none') return `No policy allows ${action}${on}.`;
  if (layer === 'credential') return `${action}${on} is not for ${layerName(layer).replace('a rule for ', '')}, whatever policies say.`;
  return `Nothing in ${layerName(layer)} allows ${action}${on}. What no policy allows is denied.`;
}

/**
 * questionOf is what was asked when a call was denied, with the policies of its session; undefined where nobody called whom
 * Warder could be asked about. A federated user's question is about the user that made the session.
 */
export function questionOf(record: Record, { action, resource }: Denial, policies: string[] = []): Question | undefined {
  const { type, arn, sessionContext } = record.userIdentity ?? {};
  const principal = type === 'FederatedUser' ? sessionContext?.sessionIssuer?.arn : arn;
  if (!principal) return undefined;
  return { principal, action, resource, entries: entriesOf(record), ...(policies.length > 0 && { policies }), event: record.eventID };
}

/** entriesOf are the condition keys that a record tells of. */
export function entriesOf({ sourceIPAddress, userAgent, awsRegion, userIdentity }: Record): Entry[] {
  const address = sourceIPAddress && /^[0-9a-f.:]+$/i.test(sourceIPAddress) ? sourceIPAddress : undefined;
  const mfa = userIdentity?.sessionContext?.attributes?.mfaAuthenticated;
  const all: [key: string, type: string, value: string | undefined][] = [
    ['aws:SourceIp', 'IPAddress', address],
    ['aws:UserAgent', 'String', userAgent],
    ['aws:RequestedRegion', 'String', awsRegion],
    ['aws:MultiFactorAuthPresent', 'Bool', mfa],
  ];
  return all.flatMap(([key, type, value]) => (value ? [{ key, type, list: false, values: [value] }] : []));
}
