import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import {
  AttachUserPolicyCommand, CreateAccessKeyCommand, CreateGroupCommand, CreateLoginProfileCommand, CreatePolicyCommand, CreateRoleCommand, CreateUserCommand, CreateVirtualMFADeviceCommand,
  GetAccountAuthorizationDetailsCommand, IAMClient, PutUserPolicyCommand, SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import type { Browser } from 'playwright-core';

import { type Console, launch, open } from './fixture/browser.ts';
import { type Call, recordCalls, type Recorded } from './fixture/calls.ts';
import { type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';

const password = 'Larkspur-anvil-73-copper';
const policyText = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const trust = policyText({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } });

/** Every page that needs no more than its address. */
const pages = [
  '/dashboard', '/users', '/users/create', ...['permissions', 'groups', 'credentials', 'tags', 'accessed'].map((tab) => `/users/victim?tab=${tab}`),
  '/groups', '/groups/create', '/groups/Crew', '/roles', '/roles/create', '/roles/Machine', '/roles/Machine?tab=sessions', '/policies', '/policies/create',
  '/policies/arn%3Aaws%3Aiam%3A%3A123456789012%3Apolicy%2FCargo', '/policies/arn%3Aaws%3Aiam%3A%3A123456789012%3Apolicy%2FCargo/edit',
  '/providers', '/certificates', '/map', '/findings', '/checks', '/alarms', '/alarm-rules', '/credential-report', '/unused-access',
  '/trail', '/activity', '/trails', '/account-settings', '/security-credentials', '/ask',
];

/** What everybody may do without a policy: learn who one is, and see one's own sessions. */
const everybodys = new Set(['sts:GetCallerIdentity', 'warder:ListConsoleSessions']);

/** isSuggestion: what a page would have offered for a field, which takes what is typed as well, a short way to what it shows, or columns that the list is whole without. */
function isSuggestion(path: string, { action }: Call): boolean {
  return /^(warder:(ListCatalogServices|GetCatalogService|ListConditionKeys)|iam:GetAccountAuthorizationDetails)$/.test(action) || (path === '/ask' && /^iam:List(Users|Roles)$/.test(action)) || (path === '/users' && /^iam:(Generate|Get)CredentialReport$/.test(action));
}

interface Rights {
  /** ARN of a managed policy. */
  managed?: string;
  /** Text of an inline one. */
  inline?: string;
}

/** The people of the tests and their policies. */
const people: Record<string, Rights> = {
  reader: { managed: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess' },
  nobody: {},
  neighbour: {
    inline: policyText(
      { Effect: 'Allow', Action: ['iam:ListUsers', 'iam:ListGroups'], Resource: '*' },
      { Effect: 'Allow', Action: ['iam:Get*', 'iam:List*'], Resource: 'arn:aws:iam::123456789012:user/neighbour' },
    ),
  },
};

describe('rights', () => {
  let server: Server;
  let browser: Browser;
  let iam: IAMClient;
  /** What no page is to be told. */
  const secrets: string[] = [];
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.admin });
    await iam.send(new CreateGroupCommand({ GroupName: 'Crew' }));
    await iam.send(new CreateRoleCommand({ RoleName: 'Machine', AssumeRolePolicyDocument: trust }));
    await iam.send(new CreatePolicyCommand({ PolicyName: 'Cargo', PolicyDocument: policyText({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }) }));
    await iam.send(new CreateUserCommand({ UserName: 'victim' }));
    await iam.send(new CreateAccessKeyCommand({ UserName: 'victim' }));
    for (const [UserName, { managed, inline }] of Object.entries(people)) {
      await iam.send(new CreateUserCommand({ UserName }));
      await iam.send(new CreateLoginProfileCommand({ UserName, Password: password }));
      if (managed) await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: managed }));
      if (inline) await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument: inline }));
    }
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'reader' }));
    const { VirtualMFADevice } = await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'of-victim' }));
    secrets.push(AccessKey!.SecretAccessKey!, Buffer.from(VirtualMFADevice!.Base32StringSeed!).toString(), server.admin.secretAccessKey, password, '$argon2');
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  const enter = async (user: string): Promise<Console & { calls: Recorded }> => {
    const opened = await open(browser, server, { as: { user, password } });
    return { ...opened, calls: recordCalls(opened) };
  };

  /** allowed asks the simulator, which is an administrator's, what the policies of a user say of a call. */
  const allowed = async (user: string, { action, resource }: Call): Promise<boolean> => {
    if (everybodys.has(action) && (!resource || resource.endsWith(`:user/${user}`))) return true;
    const { EvaluationResults } = await iam.send(new SimulatePrincipalPolicyCommand({
      PolicySourceArn: `arn:aws:iam::${server.account}:user/${user}`, ActionNames: [action], ...(resource ? { ResourceArns: [resource] } : {}),
    }));
    return EvaluationResults?.[0]?.EvalDecision === 'allowed';
  };

  /** agree fails where the server did what the policies are against, or refused what they allow. */
  const agree = async (user: string, calls: Call[]) => {
    const judged = new Map<string, boolean>();
    const wrong = [];
    for (const call of calls) {
      const key = `${call.action} ${call.resource ?? '*'}`;
      const may = judged.get(key) ?? (await allowed(user, call));
      judged.set(key, may);
      if (call.code !== 'unread' && may === (call.code === 'AccessDenied')) wrong.push(`${key}: ${call.status} ${call.code}, the policies say ${may ? 'yes' : 'no'}`);
      if (!may && call.status < 400) wrong.push(`${key}: answered with ${call.status}`);
    }
    assert.deepEqual(wrong, []);
  };

  /** visit goes to every page as somebody, and has what the pages did not say. */
  const visit = async (user: string) => {
    const { page, goTo, calls, ...opened } = await enter(user);
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    const silent: string[] = [];
    for (const path of pages) {
      await page.goto('about:blank'); // the page before is told nothing more
      await calls.settled();
      const begin = calls.all.length;
      await goTo(path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await calls.settled();
      const text = await page.locator('main').last().innerText();
      if (text.trim().length <= 40) silent.push(`${path} is blank: ${text}`);
      const denied = calls.all.slice(begin).filter((call) => call.code === 'AccessDenied' && !isSuggestion(path, call));
      if (denied.length > 0 && !/is not authorized to perform|not allowed to/.test(text)) silent.push(`${path} does not say that ${denied.map(({ action }) => action).join(', ')} was denied`);
    }
    return { ...opened, page, calls, addresses, silent };
  };
  const visits = new Map<string, ReturnType<typeof visit>>();
  /** visited is the one visit of somebody. */
  const visited = (user: string) => {
    const known = visits.get(user) ?? visit(user);
    visits.set(user, known);
    return known;
  };

  for (const user of Object.keys(people)) {
    test(`${user} sees on every page what the policies of ${user} allow, and why not the rest`, async () => {
      const { calls, silent, complaints } = await visited(user);
      assert.deepEqual([silent, complaints], [[], []]);
      assert.ok(calls.all.length > 40, `${calls.all.length} calls`);
      assert.ok(calls.all.some(({ code }) => code === 'AccessDenied'));
      await agree(user, calls.all);
    });
  }

  test('what the buttons of reader do is denied with a reason, and nothing changes', async () => {
    const state = async () => JSON.stringify((await iam.send(new GetAccountAuthorizationDetailsCommand({}))).UserDetailList);
    const { page, goTo, calls, close } = await enter('reader');
    const was = await state();
    await goTo('/users/create');
    await page.getByLabel('User name').fill('mallory');
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByText(/reader is not authorized to perform: iam:CreateUser/).first().waitFor();
    await goTo('/users/victim');
    await page.getByRole('button', { name: 'Delete' }).first().click();
    await page.getByLabel('To confirm, type victim').fill('victim');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText(/reader is not authorized to perform: iam:Delete/).first().waitFor();
    await calls.settled();
    await agree('reader', calls.all);
    assert.equal(await state(), was);
    await close();
  });

  test('the browser gets no secret that is not its own, and keeps none', async () => {
    const other = await enter('nobody');
    const cookieOfOther = (await other.context.cookies()).find(({ name }) => name.endsWith('warder-session'))!.value;
    const foreign = [...secrets, cookieOfOther, cookieOfOther.slice(cookieOfOther.lastIndexOf('.') + 1)];
    const { page, context, calls, addresses, close } = await visited('reader');
    const cookies = await context.cookies();
    assert.ok(cookies.length > 0 && cookies.every(({ httpOnly, sameSite }) => httpOnly && sameSite === 'Lax'));
    const bodies = calls.bodies.map(({ text }) => text);
    const ours = bodies.flatMap((text) => [...text.matchAll(/"(?:secretAccessKey|sessionToken)":"([^"]+)"/g)].map(([, value]) => value!));
    assert.ok(ours.length >= 2, 'the page got credentials');
    assert.ok(bodies.join().includes('victim'), 'what the page is told is read');
    for (const secret of foreign) assert.ok(!bodies.some((text) => text.includes(secret)), `${secret.slice(0, 8)} reached the browser`);
    const kept = await page.evaluate(async () => ({
      local: JSON.stringify(localStorage), session: JSON.stringify(sessionStorage), cookie: document.cookie, databases: await indexedDB.databases(),
      caches: await caches.keys(), workers: (await navigator.serviceWorker.getRegistrations()).length, html: document.documentElement.outerHTML, name: window.name,
      history: JSON.stringify(history.state),
    }));
    assert.deepEqual([kept.cookie, kept.databases, kept.caches, kept.workers, kept.name], ['', [], [], 0, '']);
    const held = [kept.local, kept.session, kept.html, kept.history, ...addresses].join('\n');
    for (const secret of [...foreign, ...ours, ...cookies.map(({ value }) => value)]) assert.ok(!held.includes(secret), `${secret.slice(0, 8)} is kept`);
    await Promise.all([close(), other.close()]);
  });
});
