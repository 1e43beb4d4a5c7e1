import { warder } from '../../api/warder.ts';
import { askHref } from '../ask/question.ts';
import type { Denial, Record } from './record.ts';

/** Explanation is what Explain answers: policy/eval.Explanation. */
export interface Explanation {
  verdict: string;
  layer: string;
  reason: string;
  layers: { layer: string; allowed: boolean; denied: boolean; missing?: boolean; levels?: number[] }[];
  statements: Statement[];
  nearMisses?: Statement[];
  absentKeys?: string[];
  changes?: string[];
}

export interface Statement {
  layer: string;
  policy: string;
  sid?: string;
  /** Place in the document, from 0. */
  index: number;
  line: number;
  column: number;
  effect: 'Allow' | 'Deny';
  action: Fit;
  resource: Fit;
  conditions?: Condition[];
}

export interface Condition {
  operator: string;
  key: string;
  values: string[];
  request?: string[];
  absent?: boolean;
  held: Fit;
  note?: string;
}

export type Fit = 'yes' | 'no' | 'unknown';

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

/** again is the page that asks the same question, with other values if need be. */
export function again(record: Record, { action, resource }: Denial): string {
  const entries = Object.entries(contextOf(record)).map(([key, value]) => ({ key, type: types[key] ?? 'String', list: false, values: [value] }));
  return askHref({ principal: record.userIdentity?.arn ?? '', action, resource, entries, event: record.eventID });
}

/** types are those of the condition keys of contextOf that are no text. */
const types: { [key: string]: string } = { 'aws:SourceIp': 'IPAddress', 'aws:MultiFactorAuthPresent': 'Bool' };

/** contextOf are the condition keys that a record tells of. */
export function contextOf({ sourceIPAddress, userAgent, awsRegion, userIdentity }: Record): { [key: string]: string } {
  const context: { [key: string]: string } = {};
  if (sourceIPAddress && /^[0-9a-f.:]+$/i.test(sourceIPAddress)) context['aws:SourceIp'] = sourceIPAddress;
  if (userAgent) context['aws:UserAgent'] = userAgent;
  if (awsRegion) context['aws:RequestedRegion'] = awsRegion;
  const mfa = userIdentity?.sessionContext?.attributes?.mfaAuthenticated;
  if (mfa) context['aws:MultiFactorAuthPresent'] = mfa;
  return context;
}

/** explain decides the call of a record by the policies of now. */
export async function explain(record: Record, denial: Denial, abortSignal: AbortSignal): Promise<Explanation> {
  const { context } = await warder(
    'Explain',
    {
      subject: { type: subjectType(record), id: record.userIdentity?.arn ?? '' },
      action: { name: denial.action },
      resource: { type: 'resource', id: denial.resource },
      context: contextOf(record),
    },
    { abortSignal },
  );
  if (context?.error) throw new Error(context.error.message);
  return context?.explanation as Explanation;
}

function subjectType({ userIdentity }: Record): string {
  switch (userIdentity?.type) {
    case 'AssumedRole':
      return 'session';
    case 'Root':
      return 'root';
    default:
      return 'user';
  }
}
