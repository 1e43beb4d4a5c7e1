import {
  GetGroupPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
} from '@aws-sdk/client-iam';

import { iam } from '../../api/clients/iam.ts';

/** Place is where a policy is kept, as evidence and explanations name it. */
export type Place =
  | { kind: 'managed'; arn: string }
  | { kind: 'inline'; name: string; holder: 'user' | 'group' | 'role'; of: string }
  | { kind: 'trust'; role: string };

/**
 * readPlace understands what the audit calls a policy: an ARN, "inline policy p of user u" or "trust policy of role r". Others,
 * such as an organization's, are kept elsewhere.
 */
export function readPlace(name: string): Place | undefined {
  if (/^arn:[^:]+:iam::[^:]+:policy\//.test(name)) return { kind: 'managed', arn: name };
  const inline = /^inline policy (\S+) of (user|group|role) (\S+)$/.exec(name);
  if (inline) return { kind: 'inline', name: inline[1]!, holder: inline[2] as 'user' | 'group' | 'role', of: inline[3]! };
  const trust = /^trust policy of role (\S+)$/.exec(name);
  return trust ? { kind: 'trust', role: trust[1]! } : undefined;
}

/** policyText reads a policy as it was written; of a managed one the default version. */
export async function policyText(place: Place, abortSignal: AbortSignal): Promise<string> {
  return decodeURIComponent((await encodedText(place, abortSignal)) ?? '');
}

async function encodedText(place: Place, abortSignal: AbortSignal): Promise<string | undefined> {
  const options = { abortSignal };
  if (place.kind === 'trust') return (await iam.send(new GetRoleCommand({ RoleName: place.role }), options)).Role?.AssumeRolePolicyDocument;
  if (place.kind === 'managed') {
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: place.arn }), options);
    const version = { PolicyArn: place.arn, VersionId: Policy?.DefaultVersionId };
    return (await iam.send(new GetPolicyVersionCommand(version), options)).PolicyVersion?.Document;
  }
  const PolicyName = place.name;
  switch (place.holder) {
    case 'user':
      return (await iam.send(new GetUserPolicyCommand({ UserName: place.of, PolicyName }), options)).PolicyDocument;
    case 'group':
      return (await iam.send(new GetGroupPolicyCommand({ GroupName: place.of, PolicyName }), options)).PolicyDocument;
    case 'role':
      return (await iam.send(new GetRolePolicyCommand({ RoleName: place.of, PolicyName }), options)).PolicyDocument;
  }
}
