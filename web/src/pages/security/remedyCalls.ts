import * as IAM from '@aws-sdk/client-iam';

import { iam } from '../../api/clients/iam.ts';
import type { RemedyCall, RemedyStep } from '../../api/warder.ts';

/** The calls that a remedy may consist of, as the server's plans have them; no other is made, whatever a preview names. */
const commands: Record<string, new (input: never) => unknown> = {
  AddUserToGroup: IAM.AddUserToGroupCommand,
  AttachGroupPolicy: IAM.AttachGroupPolicyCommand,
  AttachRolePolicy: IAM.AttachRolePolicyCommand,
  AttachUserPolicy: IAM.AttachUserPolicyCommand,
  CreateGroup: IAM.CreateGroupCommand,
  CreatePolicy: IAM.CreatePolicyCommand,
  CreatePolicyVersion: IAM.CreatePolicyVersionCommand,
  DeleteGroup: IAM.DeleteGroupCommand,
  DeleteGroupPolicy: IAM.DeleteGroupPolicyCommand,
  DeletePolicy: IAM.DeletePolicyCommand,
  DeletePolicyVersion: IAM.DeletePolicyVersionCommand,
  DeleteUserPolicy: IAM.DeleteUserPolicyCommand,
  DetachGroupPolicy: IAM.DetachGroupPolicyCommand,
  DetachRolePolicy: IAM.DetachRolePolicyCommand,
  DetachUserPolicy: IAM.DetachUserPolicyCommand,
  PutGroupPolicy: IAM.PutGroupPolicyCommand,
  PutUserPolicy: IAM.PutUserPolicyCommand,
  RemoveUserFromGroup: IAM.RemoveUserFromGroupCommand,
  UpdateAccessKey: IAM.UpdateAccessKeyCommand,
};

/** make makes a call with the rights of whoever is signed in. */
export async function make(call: RemedyCall): Promise<void> {
  const Command = commands[call.action];
  if (!Command) throw new Error(`No remedy calls ${call.action}.`);
  await iam.send(new Command(inputOf(call.parameters) as never) as Parameters<typeof iam.send>[0]);
}

type Value = string | boolean | Value[] | { [name: string]: Value };

/** inputOf makes the SDK's input of the query protocol's parameters: "Tags.member.1.Key" is a member of the first of Tags. */
export function inputOf(parameters: Record<string, string>): Record<string, Value> {
  const input: Record<string, Value> = {};
  for (const [path, text] of Object.entries(parameters)) {
    const [name = '', member, place, inner] = path.split('.');
    if (member === undefined) {
      input[name] = name === 'SetAsDefault' ? text === 'true' : text;
    } else if (member === 'member' && /^[1-9]\d*$/.test(place ?? '') && inner !== undefined) {
      const list = (input[name] ??= []) as { [name: string]: Value }[];
      (list[Number(place) - 1] ??= {})[inner] = text;
    } else {
      throw new Error(`The parameter ${path} cannot be read.`);
    }
  }
  return input;
}

/** callText is a call as a line of the AWS CLI would have it, to read and not to run: values are not quoted. */
export function callText({ action, parameters }: RemedyCall): string {
  return [action, ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`)].join(' ');
}

/** Progress is how far a run is: steps before done are made. */
export interface Progress {
  done: number;
  /** Of the step at done, where it failed. */
  error?: unknown;
}

/** apply makes the steps one after the other and tells of each; at the first that fails it stops. */
export async function apply(steps: RemedyStep[], tell: (progress: Progress) => void): Promise<void> {
  for (const [done, step] of steps.entries()) {
    tell({ done });
    try {
      await make(step.call);
    } catch (error) {
      tell({ done, error });
      return;
    }
  }
  tell({ done: steps.length });
}

/** undo takes back the first so many steps, the last first. */
export async function undo(steps: RemedyStep[]): Promise<void> {
  for (const step of steps.toReversed()) {
    for (const call of step.undo) await make(call);
  }
}
