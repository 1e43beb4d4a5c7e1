import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
  RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam';

import { all } from '../../api/all.ts';
import { iam } from '../../api/clients/iam.ts';
import { gone, type Step } from '../identity/steps.ts';

/** removalOfRole is what it takes to delete a role: out of instance profiles, its policies go, and then itself. */
export async function removalOfRole(RoleName: string): Promise<Step[]> {
  const [profiles, attached, inline] = await Promise.all([
    all((Marker) => iam.send(new ListInstanceProfilesForRoleCommand({ RoleName, Marker })), (a) => a.InstanceProfiles),
    all((Marker) => iam.send(new ListAttachedRolePoliciesCommand({ RoleName, Marker })), (a) => a.AttachedPolicies),
    all((Marker) => iam.send(new ListRolePoliciesCommand({ RoleName, Marker })), (a) => a.PolicyNames),
  ]);
  return [
    ...profiles.map(({ InstanceProfileName }) => ({
      what: `Remove from instance profile ${InstanceProfileName}`,
      run: () => gone(iam.send(new RemoveRoleFromInstanceProfileCommand({ RoleName, InstanceProfileName }))),
    })),
    ...attached.map(({ PolicyArn, PolicyName }) => ({
      what: `Detach policy ${PolicyName}`,
      run: () => gone(iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }))),
    })),
    ...inline.map((PolicyName) => ({
      what: `Delete inline policy ${PolicyName}`,
      run: () => gone(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }))),
    })),
    { what: `Delete role ${RoleName}`, run: () => gone(iam.send(new DeleteRoleCommand({ RoleName }))) },
  ];
}
