import { CreatePolicyCommand } from '@aws-sdk/client-iam';

import { iam } from '../../api/clients/iam.ts';
import { attach, type Holder } from '../../editor/holder.ts';
import { type Duty, type DutyPolicy, documentOf, dutyPath, policiesOf } from './duties.ts';
import type { Step } from './steps.ts';

interface Place {
  partition: string;
  account: string;
}

/** dutySteps make a duty's policies, as far as they are not there, and attach them. */
export function dutySteps(duty: Duty, holder: Holder & { kind: 'group' | 'role' }, place: Place): Step[] {
  return policiesOf(duty, holder.kind).flatMap((policy) => [
    { what: `Create policy ${policy.name}`, run: () => create(policy, place) },
    { what: `Attach policy ${policy.name}`, run: () => attach(holder, arnOf(policy, place)) },
  ]);
}

function arnOf({ name }: DutyPolicy, { partition, account }: Place): string {
  return `arn:${partition}:iam::${account}:policy${dutyPath}${name}`;
}

/** create leaves a policy alone that is there already: somebody may have changed it on purpose. */
async function create(policy: DutyPolicy, place: Place): Promise<void> {
  try {
    await iam.send(new CreatePolicyCommand({ PolicyName: policy.name, Path: dutyPath, Description: policy.description, PolicyDocument: documentOf(policy, place) }));
  } catch (error) {
    if ((error as Error).name !== 'EntityAlreadyExistsException') throw error;
  }
}
