import { GetRoleCommand, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';

import { iam } from '../../api/clients/iam.ts';
import { warder } from '../../api/warder.ts';
import { context } from '../../editor/entries.ts';
import { decoded } from '../../editor/holder.ts';
import { contextEntries } from '../../editor/requests.ts';
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

/** Answer is an explanation; or, of a request with keys that only Warder knows, what the simulator says. */
export type Answer = { allowed: boolean; reason?: string } & (
  | { explanation: Explanation; supposed?: undefined }
  | { explanation?: undefined; supposed: { key: string; lines: { policy: string; line: number }[]; missing: string[] } }
);

/** ask has Warder decide a question, and say why. */
export async function ask(question: Question, signal: AbortSignal): Promise<Answer> {
  const tags = tagsOf(question);
  const policy = await trustOf(question, signal);
  const input = {
    subject: { type: kindOf(question.principal), id: question.principal },
    action: { name: question.action },
    resource: { type: 'resource', id: question.resource, properties: { ...(Object.keys(tags).length > 0 && { tags }), ...(policy && { policy }) } },
    context: context(question.entries.filter(({ key }) => !isTag(key))),
  };
  try {
    const { decision, context: detail } = await warder('Explain', input, { abortSignal: signal });
    if (detail?.error) throw Object.assign(new Error(detail.error.message), { name: detail.error.code });
    return { allowed: decision, ...(detail?.reason && { reason: detail.reason }), explanation: detail?.explanation as Explanation };
  } catch (error) {
    const key = suppositionOf(error);
    if (key === undefined) throw error;
    return suppose(question, key, policy, signal);
  }
}

const isTag = (key: string) => /^aws:resourcetag\//i.test(key);

function tagsOf({ entries }: Question): Record<string, string> {
  return Object.fromEntries(entries.filter(({ key, values }) => isTag(key) && values.length > 0).map(({ key, values }) => [key.slice('aws:ResourceTag/'.length), values[0]!]));
}

function kindOf(arn: string): string {
  return /:(user|role|root)(\/|$)/.exec(arn)?.[1] ?? 'principal';
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

/** suppositionOf is the key that the authorization API does not take from whoever asks; undefined for any other error. */
function suppositionOf(error: unknown): string | undefined {
  return /the key (\S+) .*only Warder gives it/.exec((error as Error).message ?? '')?.[1];
}

/** suppose asks the simulator, which takes any key. */
async function suppose(question: Question, key: string, policy: string | undefined, abortSignal: AbortSignal): Promise<Answer> {
  const { EvaluationResults } = await iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: question.principal,
      ActionNames: [question.action],
      ResourceArns: [question.resource],
      ContextEntries: contextEntries(question.entries),
      ...(policy && { ResourcePolicy: policy }),
    }),
    { abortSignal },
  );
  const result = EvaluationResults?.[0];
  return {
    allowed: result?.EvalDecision === 'allowed',
    supposed: {
      key,
      lines: (result?.MatchedStatements ?? []).map(({ SourcePolicyId = '', StartPosition }) => ({ policy: SourcePolicyId, line: StartPosition?.Line ?? 0 })),
      missing: result?.MissingContextValues ?? [],
    },
  };
}
