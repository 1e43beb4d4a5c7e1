import { type ContextEntry, type ContextKeyTypeEnum, type EvaluationResult, SimulateCustomPolicyCommand } from '@aws-sdk/client-iam';

import { iam } from '../api/clients/iam.ts';
import type { Entry } from './entries.ts';
import type { PolicyKind } from './useFindings.ts';

/** TestRequest is a request that a policy is tried with, on the page only. */
export interface TestRequest {
  id: number;
  action: string;
  resource: string;
  /** ARN of the user or role that asks; of a trust policy it is needed. */
  caller: string;
  entries: Entry[];
}

/** Outcome is what a policy says of a request. */
export interface Outcome {
  decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** Lines of the statements that decided. */
  lines: number[];
  missing: string[];
}

const everything = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}';

/** tryRequest asks SimulateCustomPolicy what a policy says of a request: a trust policy as that of the role. */
export async function tryRequest(text: string, kind: PolicyKind, request: TestRequest, abortSignal: AbortSignal): Promise<Outcome> {
  const trust = kind === 'trust';
  const { EvaluationResults } = await iam.send(
    new SimulateCustomPolicyCommand({
      PolicyInputList: [trust ? everything : text],
      ActionNames: [request.action],
      ...(request.resource !== '' && { ResourceArns: [request.resource] }),
      ...(request.caller !== '' && { CallerArn: request.caller }),
      ...(trust && { ResourcePolicy: text }),
      ContextEntries: contextEntries(request.entries),
    }),
    { abortSignal },
  );
  return outcome(EvaluationResults?.[0], trust ? 'ResourcePolicy' : 'PolicyInputList.1');
}

function outcome(result: EvaluationResult | undefined, policy: string): Outcome {
  const own = (result?.MatchedStatements ?? []).filter(({ SourcePolicyId }) => SourcePolicyId === policy);
  return {
    decision: (result?.EvalDecision ?? 'implicitDeny') as Outcome['decision'],
    lines: own.flatMap(({ StartPosition }) => (StartPosition?.Line === undefined ? [] : [StartPosition.Line])),
    missing: result?.MissingContextValues ?? [],
  };
}

const types: Record<string, ContextKeyTypeEnum> = { Bool: 'boolean', Numeric: 'numeric', Date: 'date', IPAddress: 'ip', Binary: 'binary' };

/** contextEntries are condition keys as the simulator wants them; ARNs are strings to it. */
export function contextEntries(entries: readonly Entry[]): ContextEntry[] {
  return entries
    .filter(({ key, values }) => key !== '' && values.length > 0)
    .map(({ key, type, list, values }) => {
      const plain = types[type] ?? 'string';
      return { ContextKeyName: key, ContextKeyValues: values, ContextKeyType: list || values.length > 1 ? (`${plain}List` as ContextKeyTypeEnum) : plain };
    });
}
