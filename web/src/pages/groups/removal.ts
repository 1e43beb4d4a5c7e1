import {
  DeleteGroupCommand,
  DeleteGroupPolicyCommand,
  DetachGroupPolicyCommand,
  GetGroupCommand,
  ListAttachedGroupPoliciesCommand,
  ListGroupPoliciesCommand,
  RemoveUserFromGroupCommand,
} from '@aws-sdk/client-iam';

import { all } from '../../api/all.ts';
import { iam } from '../../api/clients/iam.ts';
import { gone, type Step } from '../identity/steps.ts';

/** removalOfGroup is what it takes to delete a group: its members leave, its policies go, and then itself. Users stay. */
export async function removalOfGroup(GroupName: string): Promise<Step[]> {
  const [members, attached, inline] = await Promise.all([
    all((Marker) => iam.send(new GetGroupCommand({ GroupName, Marker, MaxItems: 1000 })), (a) => a.Users),
    all((Marker) => iam.send(new ListAttachedGroupPoliciesCommand({ GroupName, Marker })), (a) => a.AttachedPolicies),
    all((Marker) => iam.send(new ListGroupPoliciesCommand({ GroupName, Marker })), (a) => a.PolicyNames),
  ]);
  return [
    ...members.map(({ UserName }) => ({
      what: `Remove user ${UserName}`,
      run: () => gone(iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName }))),
    })),
    ...attached.map(({ PolicyArn, PolicyName }) => ({
      what: `Detach policy ${PolicyName}`,
      run: () => gone(iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn }))),
    })),
    ...inline.map((PolicyName) => ({
      what: `Delete inline policy ${PolicyName}`,
      run: () => gone(iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName }))),
    })),
    { what: `Delete group ${GroupName}`, run: () => gone(iam.send(new DeleteGroupCommand({ GroupName }))) },
  ];
}
