import { GetRoleCommand } from '@aws-sdk/client-iam';

import { iam } from '../../api/clients/iam.ts';
import { warder } from '../../api/warder.ts';
import { context } from '../../editor/entries.ts';
import { decoded } from '../../editor/holder.ts';
import type { Question } from './question.ts';

/** Explanation is a decision with its reasons, in the form of the authorization API's explanations. */
export interface Explanation {
  verdict: 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';
  reason: string;
  layers: LayerReport[];
  statements: StatementReport[];
  nearMisses?: StatementReport[];
  absentKeys?: string[];
  changes?: string[];
}
export interface LayerReport {
  layer: string;
  allowed: boolean;
  denied: boolean;
  missing?: boolean;
  levels?: number[];
}
/** Fit says whether a part of a statement fits the request; what cannot be evaluated is unknown, and fails closed. */
export type Fit = 'yes' | 'no' | 'unknown';
export interface StatementReport {
  layer: string;
  policy: string;
  sid?: string;
  index: number;
  line: number;
  column: number;
  effect: 'Allow' | 'Deny';
  action: Fit;
  caller: Fit;
  resource: Fit;
  resources?: string[];
  notResources?: string[];
  resolved?: string[];
  conditions?: ConditionReport[];
}
export interface ConditionReport {
  operator: string;
  key: string;
  values: string[];
  resolved?: string[];
  request?: string[];
  absent?: boolean;
  held: Fit;
  note?: string;
}

/** Answer is a decision, why it is that, and which keys were supposed because otherwise only Warder says them of a principal. */
export interface Answer {
  allowed: boolean;
  reason?: string;
  explanation: Explanation;
  supposed: string[];
}

/** ask has Warder decide a question, and say why. What only Warder may say of a principal is supposed: the server knows what that is. */
export async function ask(question: Question, abortSignal: AbortSignal): Promise<Answer> {
  const policy = await trustOf(question, abortSignal);
  const supposed: string[] = [];
  for (;;) {
    try {
      return await once(question, policy, supposed, abortSignal);
    } catch (error) {
      const key = suppositionOf(error);
      if (key === undefined || supposed.includes(key)) throw error;
      supposed.push(key);
    }
  }
}

async function once(question: Question, policy: string | undefined, supposed: string[], abortSignal: AbortSignal): Promise<Answer> {
  const { principal, action, resource, entries, policies } = question;
  const own = entries.filter(({ key }) => !isTag(key) && !isAccount(key));
  const keys = context(own.filter(({ key }) => supposed.includes(key)));
  const tags = tagsOf(question);
  const account = entries.find(({ key }) => isAccount(key))?.values[0];
  const { decision, context: detail } = await warder(
    'Explain',
    {
      subject: { type: kindOf(principal), id: principal },
      action: { name: action },
      resource: { type: 'resource', id: resource, properties: { ...(Object.keys(tags).length > 0 && { tags }), ...(policy && { policy }), ...(account && { account }) } },
      context: context(own.filter(({ key }) => !supposed.includes(key))),
      ...((Object.keys(keys).length > 0 || policies) && { suppose: { keys, ...(policies && { sessionPolicies: policies }) } }),
    },
    { abortSignal },
  );
  if (detail?.error) throw Object.assign(new Error(detail.error.message), { name: detail.error.code });
  return { allowed: decision, ...(detail?.reason && { reason: detail.reason }), explanation: detail?.explanation as Explanation, supposed };
}

const isAccount = (key: string) => /^aws:resourceaccount$/i.test(key);

const isTag = (key: string) => /^aws:resourcetag\//i.test(key);

function tagsOf({ entries }: Question): Record<string, string> {
  return Object.fromEntries(entries.filter(({ key, values }) => isTag(key) && values.length > 0).map(({ key, values }) => [key.slice('aws:ResourceTag/'.length), values[0]!]));
}

function kindOf(arn: string): string {
  const kind = /:(user|role|assumed-role|root)(\/|$)/.exec(arn)?.[1] ?? 'principal';
  return kind === 'assumed-role' ? 'session' : kind;
}

/** trustOf is the trust policy of a role that is to be assumed: it must allow by itself. */
async function trustOf({ action, resource }: Question, abortSignal: AbortSignal): Promise<string | undefined> {
  const name = /^arn:[^:]*:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/.exec(resource)?.[1];
  if (name === undefined || !/^sts:assumerole/i.test(action)) return undefined;
  try {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }), { abortSignal });
    return Role?.Arn === resource ? decoded(Role.AssumeRolePolicyDocument) : undefined;
  } catch (error) {
    if ((error as Error).name === 'NoSuchEntityException' || (error as Error).name === 'NoSuchEntity') return undefined;
    throw error;
  }
}

/** suppositionOf is the key that is no part of a request, so that it can only be supposed; undefined for any other error. */
function suppositionOf(error: unknown): string | undefined {
  return /the key (\S+) .*only Warder gives it/.exec((error as Error).message ?? '')?.[1];
}
