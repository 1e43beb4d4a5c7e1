import { GetPolicyCommand, GetPolicyVersionCommand, ListGroupsForUserCommand } from '@aws-sdk/client-iam';

import { iam } from '../../api/clients/iam.ts';
import { decoded, type Holder, inlineDocument, inlineNames } from '../../editor/holder.ts';

/** documentOf is the text of a policy that an explanation names, of a principal: an ARN, or "inline NAME" of it or of its groups. */
export async function documentOf(policy: string, principal: string, signal: AbortSignal): Promise<string | undefined> {
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

function holderOf(arn: string): Holder | undefined {
  const found = /:(user|role)\/(?:.*\/)?([^/]+)$/.exec(arn);
  return found ? { kind: found[1] as 'user' | 'role', name: found[2]! } : undefined;
}

async function groupsOf({ kind, name }: Holder, abortSignal: AbortSignal): Promise<Holder[]> {
  if (kind !== 'user') return [];
  const { Groups = [] } = await iam.send(new ListGroupsForUserCommand({ UserName: name }), { abortSignal });
  return Groups.map(({ GroupName }) => ({ kind: 'group', name: GroupName! }));
}
