import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  AddUserToGroupCommand, AttachRolePolicyCommand, AttachUserPolicyCommand, CreateRoleCommand, CreateUserCommand, DeleteAccountPasswordPolicyCommand, GetUserCommand,
  ListAccessKeysCommand, ListRolesCommand, ListUsersCommand, TagUserCommand, UpdateAccountPasswordPolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { day } from './account.ts';
import { Caller, type Clock } from './caller.ts';

/** One kind of call, and whether the policies let it pass. */
type Act = (who: Caller) => Promise<unknown>;

const acts: Record<string, Act> = {
  identity: (w) => w.sts.send(new GetCallerIdentityCommand({})),
  self: (w) => w.iam.send(new GetUserCommand({})),
  users: (w) => w.iam.send(new ListUsersCommand({ MaxItems: 10 })),
  roles: (w) => w.iam.send(new ListRolesCommand({ MaxItems: 10 })),
  keys: (w) => w.iam.send(new ListAccessKeysCommand({ UserName: 'ann.keller' })),
  lookup: (w) => w.trail.send(new LookupEventsCommand({ MaxResults: 1 })),
  escalate: (w) => w.iam.send(new AttachUserPolicyCommand({ UserName: 'dmitri.volkov', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' })),
  weaken: (w) => w.iam.send(new DeleteAccountPasswordPolicyCommand()),
  create: (w) => w.iam.send(new CreateUserCommand({ UserName: 'shadow' })),
};

/** Who does what in a working day. What the policies deny is tried all the same. */
const routines: Record<string, string[]> = {
  'ci-deploy': ['identity', 'identity', 'users'],
  'carla.ruiz': ['identity', 'self'],
  'dmitri.volkov': ['identity', 'keys', 'lookup'],
  'elena.rossi': ['identity', 'users', 'keys'],
  'metrics-exporter': ['identity', 'roles'],
  'legacy-etl': ['roles', 'users'],
};

/** What one principal tries within a minute at the end of the story. */
const incident = ['users', 'roles', 'keys', 'lookup', 'escalate', 'weaken', 'create', 'escalate', 'create', 'weaken', 'lookup', 'users'];

/** attempt makes a call whose denial is part of the story; anything else that goes wrong fails the seeding. */
export async function attempt(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (err) {
    if (!(err instanceof Error) || !/AccessDenied/.test(err.name)) throw err;
    return false;
  }
}

/** live has the people with keys do their work over the last days, then one of them try what is not theirs. */
export async function live(callers: Map<string, Caller>, clock: Clock, endpoint: string, account: string, days: number): Promise<void> {
  for (let d = days; d >= 1; d--) {
    const weekend = new Date(Date.now() - d * day).getUTCDay() % 6 === 0;
    for (const [i, [name, routine]] of Object.entries(routines).entries()) {
      if (weekend && !name.includes('-')) continue;
      clock.ago(d * day - (8 + i) * 3_600_000);
      for (const act of routine) await attempt(acts[act]!(callers.get(name)!));
    }
    if (!weekend) await deploy(callers.get('ci-deploy')!, clock, endpoint, account, `build-${4200 - d}`);
  }
  clock.ago(2.5 * 3_600_000);
  const intruder = callers.get('dmitri.volkov')!;
  for (const act of incident) await attempt(acts[act]!(intruder));
}

/** today is what an administrator changed today: some of it is daily work, and some of it is worth an alarm. */
export async function today({ iam }: Caller, clock: Clock, account: string): Promise<void> {
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::777788889999:root' }, Action: 'sts:AssumeRole' }] };
  const changes = [
    () => iam.send(new CreateUserCommand({ UserName: 'kira.novak', Tags: [{ Key: 'team', Value: 'tracking' }] })),
    () => iam.send(new AddUserToGroupCommand({ UserName: 'kira.novak', GroupName: 'Developers' })),
    () => iam.send(new TagUserCommand({ UserName: 'elena.rossi', Tags: [{ Key: 'team', Value: 'service desk' }] })),
    () => iam.send(new CreateRoleCommand({ RoleName: 'partner-analytics', Description: 'For the new analytics partner', AssumeRolePolicyDocument: JSON.stringify(trust) })),
    () => iam.send(new AttachRolePolicyCommand({ RoleName: 'partner-analytics', PolicyArn: `arn:aws:iam::${account}:policy/data-lake-read` })),
    () => iam.send(new AttachUserPolicyCommand({ UserName: 'grace.lin', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' })),
    () => iam.send(new UpdateAccountPasswordPolicyCommand({ MinimumPasswordLength: 12, RequireNumbers: true, RequireLowercaseCharacters: true, AllowUsersToChangePassword: true })),
  ];
  for (const [i, change] of changes.entries()) {
    clock.ago(2 * 3_600_000 - i * 900_000);
    await change();
  }
}

/** deploy assumes the role of the pipeline and uses it. */
async function deploy(ci: Caller, clock: Clock, endpoint: string, account: string, build: string): Promise<void> {
  const out = await ci.sts.send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/deploy-production`, RoleSessionName: build }));
  const c = out.Credentials!;
  const role = new Caller(endpoint, { accessKeyId: c.AccessKeyId!, secretAccessKey: c.SecretAccessKey!, sessionToken: c.SessionToken! }, clock);
  await attempt(acts['identity']!(role));
  await attempt(acts['users']!(role));
}
