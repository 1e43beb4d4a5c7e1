import { GetPolicyCommand, GetPolicyVersionCommand, ListGroupsForUserCommand } from '@aws-sdk/client-iam';

import { iam } from '../../api/clients/iam.ts';
import { readArn } from '../../components/arn.ts';
import { decoded, type Holder, inlineDocument, inlineNames } from '../../editor/holder.ts';
import type { Question } from './question.ts';

/**
 * documentOf is the text of a policy that an explanation names: an ARN, "inline NAME" of the principal or of its groups, or
 * "session policy N" of the question.
 */
export async function documentOf(policy: string, { principal, policies = [] }: Pick<Question, 'principal' | 'policies'>, signal: AbortSignal): Promise<string | undefined> {
  const number = /^session policy (\d+)$/.exec(policy)?.[1];
  if (number !== undefined) return policies[Number(number) - 1];
  if (policy.startsWith('arn:')) {
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: policy }), { abortSignal: signal });
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn: policy, VersionId: Policy?.DefaultVersionId }), { abortSignal: signal });
    return decoded(PolicyVersion?.Document);
  }
  const name = /^inline (.*)$/.exec(policy)?.[1];
  const holder = holderOf(principal);
  if (name === undefined || !holder) return undefined;
  for (const one of [holder, ...(await groupsOf(holder, signal))]) {
    if ((await inlineNames(one, signal)).includes(name)) return inlineDocument(one, name, signal);
  }
  return undefined;
}

/** holderOf is who holds the policies of a principal: of a role's session, the role. */
export function holderOf(principal: string): Holder | undefined {
  const named = readArn(principal);
  return named?.kind === 'user' || named?.kind === 'role' ? { kind: named.kind, name: named.name } : undefined;
}

/** groupsOf are a user's groups. */
export async function groupsOf({ kind, name }: Holder, abortSignal: AbortSignal): Promise<Holder[]> {
  if (kind !== 'user') return [];
  const { Groups = [] } = await iam.send(new ListGroupsForUserCommand({ UserName: name }), { abortSignal });
  return Groups.map(({ GroupName }) => ({ kind: 'group', name: GroupName! }));
}
