import {
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  GetPolicyVersionCommand,
  ListEntitiesForPolicyCommand,
  ListPolicyVersionsCommand,
  type PolicyUsageType,
  type PolicyVersion,
} from '@aws-sdk/client-iam';

import { all } from '../../api/all.ts';
import { iam } from '../../api/clients/iam.ts';
import { decoded, detach, type Holder } from '../../editor/holder.ts';

/** versionsOf are a policy's versions, the newest first, without their documents. */
export function versionsOf(PolicyArn: string, abortSignal?: AbortSignal): Promise<PolicyVersion[]> {
  return all(
    (Marker) => iam.send(new ListPolicyVersionsCommand({ PolicyArn, Marker }), { abortSignal }),
    ({ Versions = [] }) => Versions,
  );
}

/** documentOf is the text of one version. */
export async function documentOf(PolicyArn: string, VersionId: string, abortSignal?: AbortSignal): Promise<string> {
  const { PolicyVersion: version } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }), { abortSignal });
  return decoded(version?.Document);
}

/** holdersOf are the users, groups and roles that a policy is attached to, or whose boundary it is. */
export async function holdersOf(PolicyArn: string, PolicyUsageFilter: PolicyUsageType, abortSignal?: AbortSignal): Promise<Holder[]> {
  return all(
    (Marker) => iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, PolicyUsageFilter, Marker }), { abortSignal }),
    ({ PolicyUsers = [], PolicyGroups = [], PolicyRoles = [] }) => [
      ...PolicyUsers.map(({ UserName }) => ({ kind: 'user' as const, name: UserName! })),
      ...PolicyGroups.map(({ GroupName }) => ({ kind: 'group' as const, name: GroupName! })),
      ...PolicyRoles.map(({ RoleName }) => ({ kind: 'role' as const, name: RoleName! })),
    ],
  );
}

/** removePolicy detaches a policy from all that have it and deletes it with its versions. */
export async function removePolicy(PolicyArn: string, holders: readonly Holder[]): Promise<void> {
  for (const holder of holders) await detach(holder, PolicyArn);
  for (const { VersionId, IsDefaultVersion } of await versionsOf(PolicyArn)) {
    if (!IsDefaultVersion) await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
  }
  await iam.send(new DeletePolicyCommand({ PolicyArn }));
}

/** nameOf is the name in a policy's ARN. */
export function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
