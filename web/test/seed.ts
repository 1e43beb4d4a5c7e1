// Fills a new account with people, programs and a history, through the public API. As a program:
//
//   npm run seed -- --endpoint http://127.0.0.1:4600 --credentials FILE
//
// FILE is what `warder serve --admin-credentials FILE` wrote. Against a server of clockserver.ts the history reaches back more
// than a year (--clock); against any other all of it happens now.
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { PutAlternateContactCommand, PutContactInformationCommand } from '@aws-sdk/client-account';
import {
  AddUserToGroupCommand, AttachGroupPolicyCommand, AttachRolePolicyCommand, AttachUserPolicyCommand, CreateAccessKeyCommand, CreateAccountAliasCommand,
  CreateGroupCommand, CreateLoginProfileCommand, CreateOpenIDConnectProviderCommand, CreatePolicyCommand, CreateRoleCommand, CreateUserCommand,
  CreateVirtualMFADeviceCommand, EnableMFADeviceCommand, UpdateAccountPasswordPolicyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { readKeys } from '../dev/session.ts';
import { day, groups, people, policies, roles, type Person } from './seed/account.ts';
import { live, today } from './seed/activity.ts';
import { Caller, Clock, totp, type Keys } from './seed/caller.ts';

export interface Seeded {
  account: string;
  /** Access keys by user, the newest. */
  keys: Map<string, Keys>;
  /** The console password that every person has. */
  password: string;
  /** Base32 seeds of the virtual MFA devices by user. */
  mfa: Map<string, string>;
}

export interface SeedOptions {
  /** The server takes its time from the requests. */
  clock?: boolean;
  /** How many days people work; 0 leaves the history out. */
  days?: number;
}

const password = 'correct-Horse-7-battery-staple';

/** seed fills the account of an administrator's keys. The account must be new. */
export async function seed(endpoint: string, admin: Keys, { clock: follows = false, days = 40 }: SeedOptions = {}): Promise<Seeded> {
  const clock = new Clock(follows);
  const root = new Caller(endpoint, admin, clock);
  clock.ago(430 * day);
  const account = (await root.sts.send(new GetCallerIdentityCommand({}))).Account!;
  const seeded: Seeded = { account, keys: new Map(), password, mfa: new Map() };
  await found(root, account);
  for (const [when, step] of story(root, account, seeded, clock)) {
    clock.ago(when * day);
    await step();
  }
  const callers = new Map([...seeded.keys].map(([name, keys]) => [name, new Caller(endpoint, keys, clock)] as const));
  if (days === 0) return seeded;
  await live(callers, clock, endpoint, account, follows ? days : 1);
  await today(root, clock, account);
  return seeded;
}

/** arnOf is the ARN of a policy that is named by its own ARN or by the name of one of the account. */
const arnOf = (account: string, policy: string) => (policy.startsWith('arn:') ? policy : `arn:aws:iam::${account}:policy/${policy}`);

/** found makes what was there from the beginning: settings, policies, groups, roles. */
async function found({ iam, account: contacts }: Caller, account: string): Promise<void> {
  await iam.send(new CreateAccountAliasCommand({ AccountAlias: 'meridian-freight' }));
  await iam.send(new UpdateAccountPasswordPolicyCommand({ MinimumPasswordLength: 10, RequireNumbers: true, RequireLowercaseCharacters: true, AllowUsersToChangePassword: true }));
  await contacts.send(new PutContactInformationCommand({ ContactInformation: {
    FullName: 'Meridian Freight', AddressLine1: 'Speicherstrasse 4', City: 'Hamburg', PostalCode: '20457', CountryCode: 'DE', PhoneNumber: '+49 40 5550100',
  } }));
  await contacts.send(new PutAlternateContactCommand({ AlternateContactType: 'BILLING', Name: 'Grace Lin', Title: 'Finance', EmailAddress: 'billing@meridian.example', PhoneNumber: '+49 40 5550101' }));
  for (const [PolicyName, p] of Object.entries(policies)) await iam.send(new CreatePolicyCommand({ PolicyName, Description: p.description, PolicyDocument: p.text }));
  for (const [GroupName, attached] of Object.entries(groups)) {
    await iam.send(new CreateGroupCommand({ GroupName }));
    for (const p of attached) await iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn: arnOf(account, p) }));
  }
}

type Step = [daysAgo: number, run: () => Promise<void>];

/** story is who came when, the oldest first. */
function story(root: Caller, account: string, seeded: Seeded, clock: Clock): Step[] {
  const steps: Step[] = people.flatMap((p): Step[] => [
    [p.made, () => join(root, account, p, seeded, clock)],
    ...(p.keys ?? []).map((made): Step => [made, async () => {
      const { AccessKey } = await root.iam.send(new CreateAccessKeyCommand({ UserName: p.name }));
      seeded.keys.set(p.name, { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! });
    }]),
  ]);
  steps.push([280, async () => {
    for (const r of roles(account)) {
      await root.iam.send(new CreateRoleCommand({ RoleName: r.name, Description: r.description, AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [r.trust] }) }));
      for (const p of r.policies) await root.iam.send(new AttachRolePolicyCommand({ RoleName: r.name, PolicyArn: arnOf(account, p) }));
    }
    await root.iam.send(new CreateOpenIDConnectProviderCommand({ Url: 'https://token.actions.githubusercontent.com', ClientIDList: ['sts.amazonaws.com'], ThumbprintList: ['6938fd4d98bab03faadb97b34396831e3780aea1'] }));
  }]);
  return steps.toSorted(([a], [b]) => b - a);
}

async function join({ iam }: Caller, account: string, p: Person, seeded: Seeded, clock: Clock): Promise<void> {
  const UserName = p.name;
  await iam.send(new CreateUserCommand({ UserName, Tags: Object.entries(p.tags ?? {}).map(([Key, Value]) => ({ Key, Value })) }));
  for (const GroupName of p.groups) await iam.send(new AddUserToGroupCommand({ GroupName, UserName }));
  for (const policy of p.policies ?? []) await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: arnOf(account, policy) }));
  if (p.password) await iam.send(new CreateLoginProfileCommand({ UserName, Password: password }));
  if (!p.mfa) return;
  const { VirtualMFADevice: device } = await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: UserName }));
  const base32 = Buffer.from(device!.Base32StringSeed!).toString();
  const at = clock.now;
  await iam.send(new EnableMFADeviceCommand({
    UserName, SerialNumber: device!.SerialNumber!, AuthenticationCode1: totp(base32, at - 30_000), AuthenticationCode2: totp(base32, at),
  }));
  seeded.mfa.set(UserName, base32);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { endpoint: { type: 'string' }, credentials: { type: 'string' }, clock: { type: 'boolean' }, days: { type: 'string' } } });
  if (!values.endpoint || !values.credentials) throw new Error('give --endpoint URL and --credentials FILE');
  const seeded = await seed(values.endpoint, readKeys(values.credentials), { clock: values.clock, days: Number(values.days ?? 40) });
  console.log(`account ${seeded.account}: ${people.length} users, password ${password}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
