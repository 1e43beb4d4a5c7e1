import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  DeleteGroupPolicyCommand,
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetGroupPolicyCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupPoliciesCommand,
  ListRolePoliciesCommand,
  ListUserPoliciesCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  type AttachedPolicy,
} from '@aws-sdk/client-iam';

import { all } from '../api/all.ts';
import { iam } from '../api/clients/iam.ts';
import type { PolicyChange } from '../api/warder.ts';

/** Holder is a user, group or role, seen as something that holds policies. */
export interface Holder {
  kind: 'user' | 'group' | 'role';
  name: string;
}

const Kind = { user: 'User', group: 'Group', role: 'Role' } as const;

/** change is a call about a holder, as PreviewPolicyChange takes it. */
export function change(holder: Holder, verb: 'Put' | 'Delete' | 'Attach' | 'Detach', rest: Partial<PolicyChange>): PolicyChange {
  return { call: `${verb}${Kind[holder.kind]}Policy`, [`${holder.kind}Name`]: holder.name, ...rest } as PolicyChange;
}

/** named puts a holder's name where its kind of call wants it. */
function choose<T>({ kind }: Holder, calls: { user: () => T; group: () => T; role: () => T }): T {
  return calls[kind]();
}

/** inlineNames are the names of a holder's inline policies. */
export async function inlineNames(holder: Holder, abortSignal: AbortSignal): Promise<string[]> {
  const { name } = holder;
  const page = (Marker: string | undefined) =>
    choose<Promise<{ PolicyNames?: string[] | undefined; Marker?: string | undefined }>>(holder, {
      user: () => iam.send(new ListUserPoliciesCommand({ UserName: name, Marker }), { abortSignal }),
      group: () => iam.send(new ListGroupPoliciesCommand({ GroupName: name, Marker }), { abortSignal }),
      role: () => iam.send(new ListRolePoliciesCommand({ RoleName: name, Marker }), { abortSignal }),
    });
  return all(page, ({ PolicyNames = [] }) => PolicyNames);
}

/** inlineDocument is the text of an inline policy. */
export async function inlineDocument(holder: Holder, PolicyName: string, abortSignal?: AbortSignal): Promise<string> {
  const { name } = holder;
  const { PolicyDocument } = await choose<Promise<{ PolicyDocument?: string | undefined }>>(holder, {
    user: () => iam.send(new GetUserPolicyCommand({ UserName: name, PolicyName }), { abortSignal }),
    group: () => iam.send(new GetGroupPolicyCommand({ GroupName: name, PolicyName }), { abortSignal }),
    role: () => iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName }), { abortSignal }),
  });
  return decoded(PolicyDocument);
}

/** decoded is a policy document of IAM's answers, which are URL-encoded. */
export function decoded(document: string | undefined): string {
  return decodeURIComponent(document ?? '');
}

export async function putInline(holder: Holder, PolicyName: string, PolicyDocument: string): Promise<void> {
  const { name } = holder;
  await choose<Promise<unknown>>(holder, {
    user: () => iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName, PolicyDocument })),
    group: () => iam.send(new PutGroupPolicyCommand({ GroupName: name, PolicyName, PolicyDocument })),
    role: () => iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName, PolicyDocument })),
  });
}

export async function deleteInline(holder: Holder, PolicyName: string): Promise<void> {
  const { name } = holder;
  await choose<Promise<unknown>>(holder, {
    user: () => iam.send(new DeleteUserPolicyCommand({ UserName: name, PolicyName })),
    group: () => iam.send(new DeleteGroupPolicyCommand({ GroupName: name, PolicyName })),
    role: () => iam.send(new DeleteRolePolicyCommand({ RoleName: name, PolicyName })),
  });
}

/** attached are the managed policies of a holder. */
export async function attached(holder: Holder, abortSignal: AbortSignal): Promise<AttachedPolicy[]> {
  const { name } = holder;
  const page = (Marker: string | undefined) =>
    choose<Promise<{ AttachedPolicies?: AttachedPolicy[] | undefined; Marker?: string | undefined }>>(holder, {
      user: () => iam.send(new ListAttachedUserPoliciesCommand({ UserName: name, Marker }), { abortSignal }),
      group: () => iam.send(new ListAttachedGroupPoliciesCommand({ GroupName: name, Marker }), { abortSignal }),
      role: () => iam.send(new ListAttachedRolePoliciesCommand({ RoleName: name, Marker }), { abortSignal }),
    });
  return all(page, ({ AttachedPolicies = [] }) => AttachedPolicies);
}

export async function attach(holder: Holder, PolicyArn: string): Promise<void> {
  const { name } = holder;
  await choose<Promise<unknown>>(holder, {
    user: () => iam.send(new AttachUserPolicyCommand({ UserName: name, PolicyArn })),
    group: () => iam.send(new AttachGroupPolicyCommand({ GroupName: name, PolicyArn })),
    role: () => iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn })),
  });
}

export async function detach(holder: Holder, PolicyArn: string): Promise<void> {
  const { name } = holder;
  await choose<Promise<unknown>>(holder, {
    user: () => iam.send(new DetachUserPolicyCommand({ UserName: name, PolicyArn })),
    group: () => iam.send(new DetachGroupPolicyCommand({ GroupName: name, PolicyArn })),
    role: () => iam.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn })),
  });
}
