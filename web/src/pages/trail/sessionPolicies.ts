import { documentOf } from '../ask/documents.ts';
import { lookup, type Record } from './record.ts';

/** Pages that are read to find the event that made a session, of up to 50 events of one second. */
const mostPages = 4;

interface Making {
  requestParameters?: { policy?: string; policyArns?: { arn?: string }[] } | null;
  responseElements?: { credentials?: { accessKeyId?: string } } | null;
}

/**
 * sessionPolicies are the texts of the policies that a session of a role or a federated user was limited by when it was made,
 * as the trail has that event; undefined where the trail does not have it, or a policy is gone.
 */
export async function sessionPolicies({ userIdentity }: Record, abortSignal: AbortSignal): Promise<string[] | undefined> {
  const { type, accessKeyId, sessionContext } = userIdentity ?? {};
  if (type !== 'AssumedRole' && type !== 'FederatedUser') return [];
  const made = Date.parse(sessionContext?.attributes?.creationDate ?? '');
  if (!accessKeyId || Number.isNaN(made)) return undefined;
  const search = { attribute: { AttributeKey: 'EventSource' as const, AttributeValue: 'sts.amazonaws.com' }, from: new Date(made), to: new Date(made + 2000) };
  let token: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const { records, next } = await lookup({ ...search, token }, abortSignal);
    const making = records.map(({ all }) => all as Making).find(({ responseElements }) => responseElements?.credentials?.accessKeyId === accessKeyId);
    if (making) return textsOf(making, abortSignal);
    token = next;
    if (!token) break;
  }
  return undefined;
}

async function textsOf({ requestParameters }: Making, abortSignal: AbortSignal): Promise<string[] | undefined> {
  const { policy, policyArns = [] } = requestParameters ?? {};
  try {
    const managed = await Promise.all(policyArns.map(({ arn = '' }) => documentOf(arn, { principal: '' }, abortSignal)));
    return [...(policy ? [policy] : []), ...managed.filter((text) => text !== undefined)];
  } catch (error) {
    if ((error as Error).name.startsWith('NoSuchEntity')) return undefined;
    throw error;
  }
}
