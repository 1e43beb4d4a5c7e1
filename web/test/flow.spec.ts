import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { CreateUserCommand, GetUserCommand, IAMClient, ListAccessKeysCommand, ListUsersCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import type { Browser, Page } from 'playwright-core';

import { accessible, type Console, copied, launch, open, screenshot, tick, watch } from './fixture/browser.ts';
import { write } from './fixture/editor.ts';
import { inConsole, signIn } from './fixture/people.ts';
import { passwords, type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement }, null, 2);

/** choose takes an option of a select, multiselect or suggestion that is called so. */
async function choose(page: Page, label: RegExp, option: string): Promise<void> {
  await page.getByRole('button', { name: label }).click();
  await page.getByRole('option', { name: option }).click();
}

/** filter types a property, = and a value into the filter of a list. */
async function filter(page: Page, list: string, text: string): Promise<void> {
  await page.getByRole('combobox', { name: list }).fill(text);
  await page.keyboard.press('Enter');
}

/** kept is everything that a page has, or has left, where a secret could be found again. */
function kept(page: Page): Promise<string> {
  return page.evaluate(async () =>
    JSON.stringify([document.documentElement.outerHTML, [...document.querySelectorAll('input')].map(({ value }) => value), { ...localStorage }, { ...sessionStorage }, location.href, history.state, document.cookie, await indexedDB.databases(), await caches.keys()]),
  );
}

/** create makes a user in the pages; what it is to have is chosen before the form is sent. */
async function create({ page, goTo }: Console, user: string, chosen: () => Promise<void>): Promise<void> {
  await goTo('/users/create');
  await page.getByLabel('User name').fill(user);
  await chosen();
  await page.getByRole('button', { name: 'Create user' }).click();
  await page.getByRole('heading', { name: `User ${user} is there` }).waitFor();
}

/** denied finds the event of a user's call that was denied, and opens it. */
async function denied({ page, goTo }: Console, user: string, call: string): Promise<void> {
  await goTo('/trail');
  await choose(page, /Find by/, 'User name');
  await page.getByLabel('Value').fill(user);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.waitForURL(`**/trail?attribute=Username&value=${user}`);
  await filter(page, 'Find events', 'Outcome = denied');
  await page.getByRole('link', { name: call, exact: true }).click();
  await page.getByRole('heading', { name: 'Why was this denied?' }).waitFor();
}

describe('from a new user to a denied call, and back to one that is allowed', () => {
  let server: Server;
  let browser: Browser;
  let admin: Console;
  let kim: IAMClient;
  const cannot = { name: 'AccessDenied' };
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    admin = await open(browser, server);
    await admin.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('a policy is written, with a finding that is mended before it is made', async () => {
    const { page, goTo } = admin;
    await goTo('/policies/create');
    await page.getByLabel('Policy name').fill('look');
    const own = { Sid: 'Self', Effect: 'Allow', Action: 'iam:GetUser', Resource: 'arn:aws:iam::123456789012:user/${aws:username}' };
    const keys = { Sid: 'KeysAreSecret', Effect: 'Deny', Action: 'iam:ListAccessKeys', Resource: '*' };
    await write(page, policy({ ...own, Action: 'iam:GetUsr' }, keys));
    await page.getByText('INVALID_ACTION').waitFor();
    await write(page, policy(own, keys));
    await page.getByText('Nothing was found').waitFor();
    await page.getByRole('button', { name: 'Create policy' }).click();
    await page.getByText('Policy look created').waitFor();
  });

  test('a user is made with a key, whose secret is shown once and kept nowhere', async () => {
    const { page, goTo } = admin;
    await create(admin, 'kim', async () => {
      await page.getByRole('checkbox', { name: 'Console access' }).uncheck();
      await page.getByRole('checkbox', { name: 'Access key' }).check();
    });
    const accessKeyId = await copied(page, 'Copy access key ID');
    const secretAccessKey = await copied(page, 'Copy secret access key');
    assert.match(secretAccessKey, /^[A-Za-z0-9+/]{40}$/);
    assert.ok(!(await kept(page)).includes(secretAccessKey), 'not on the page before it is asked for');
    await page.getByRole('button', { name: 'Show secret access key' }).click();
    assert.ok((await page.locator('main').last().innerText()).includes(secretAccessKey));
    const gone = async (when: string) => {
      assert.ok(!(await kept(page)).includes(secretAccessKey), when);
      assert.equal(await page.getByRole('button', { name: 'Copy secret access key' }).count(), 0, when);
    };
    await page.getByRole('link', { name: 'Go to the user' }).click();
    await page.getByRole('heading', { name: 'kim', level: 1, exact: true }).waitFor();
    await gone('on the next page');
    await page.goBack();
    await page.getByLabel('User name').waitFor();
    await gone('after going back');
    await page.reload();
    await page.getByLabel('User name').waitFor();
    await gone('after reading anew');
    await page.goForward();
    await page.getByRole('heading', { name: 'kim', level: 1, exact: true }).waitFor();
    await gone('after going forward');
    await goTo('/users/kim?tab=credentials');
    await page.getByText(accessKeyId).waitFor();
    await gone('where the keys are listed');
    kim = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 });
    await assert.rejects(kim.send(new GetUserCommand({})), cannot);
  });

  test('the policy is attached, after a look at who gains what', async () => {
    const { page, goTo } = admin;
    await goTo('/users/kim');
    await page.getByRole('button', { name: 'Attach policies' }).click();
    await page.getByRole('searchbox', { name: 'Find policies by name' }).fill('look');
    await tick(page.getByRole('checkbox', { name: 'Select look', exact: true }));
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await page.getByText(/user\/kim: iam:GetUser on/).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Attach', exact: true }).click();
    await page.getByText('1 policy attached to user kim').waitFor();
  });

  test('the key makes a call that is allowed, one that nothing allows, and one that a statement denies', async () => {
    assert.equal((await kim.send(new GetUserCommand({}))).User?.UserName, 'kim');
    await assert.rejects(kim.send(new ListUsersCommand({})), cannot);
    await assert.rejects(kim.send(new ListAccessKeysCommand({})), cannot);
  });

  test('the trail says why: no statement allows it, and Ask says the same, by its link too', async () => {
    const { page } = admin;
    await denied(admin, 'kim', 'ListUsers');
    await page.getByText('Nothing in identity-based policies allows iam:ListUsers').first().waitFor();
    await accessible(page);
    await page.getByRole('link', { name: 'Ask again with other values' }).click();
    await page.getByText('Denied: nothing allows it').waitFor();
    await page.getByText('From event').waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'Action' }).inputValue(), 'iam:ListUsers');
    await page.reload();
    await page.getByText('Denied: nothing allows it').waitFor();
    await screenshot(page, 'flow-ask');
  });

  test('the trail says why: the statement that denies it, by name, on its line', async () => {
    const { page } = admin;
    await denied(admin, 'kim', 'ListAccessKeys');
    await page.getByText('A statement in identity-based policies denies iam:ListAccessKeys').waitFor();
    await page.getByText('Deny KeysAreSecret in policy/look').waitFor();
    await page.getByText(/, in line 10 of the document/).waitFor();
    await page.getByRole('link', { name: 'Ask again with other values' }).click();
    await page.getByText('Denied by a Deny statement').waitFor();
    await page.getByText('Deny KeysAreSecret in policy/look').waitFor();
  });

  test('the policy is mended after a look at what changes, and the call is allowed', async () => {
    const { page, goTo, close } = admin;
    await goTo('/users/kim');
    await page.getByRole('link', { name: 'look', exact: true }).click();
    await page.getByRole('link', { name: 'Edit' }).or(page.getByRole('button', { name: 'Edit' })).first().click();
    await page.getByRole('textbox', { name: 'Policy document' }).waitFor();
    await write(page, policy({ Sid: 'People', Effect: 'Allow', Action: ['iam:GetUser', 'iam:ListUsers'], Resource: '*' }));
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByText(/user\/kim: \d actions? on/).first().waitFor();
    await screenshot(page, 'flow-review');
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Policy look saved as version v2').waitFor();
    assert.ok((await kim.send(new ListUsersCommand({}))).Users?.some(({ UserName }) => UserName === 'kim'));
    await close();
  });
});

describe('an ordinary administrator of IAM, of the duties IAM master and audit', () => {
  let server: Server;
  let browser: Browser;
  let tess: Console;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    const iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.admin });
    await iam.send(new CreateUserCommand({ UserName: 'milo' }));
    const ladder = policy({ Sid: 'Ladder', Effect: 'Allow', Action: 'iam:CreateAccessKey', Resource: 'arn:aws:iam::123456789012:user/admin' });
    await iam.send(new PutUserPolicyCommand({ UserName: 'milo', PolicyName: 'ladder', PolicyDocument: ladder }));
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('is made by the duties’ templates, and chooses a password at the first sign-in', async () => {
    const admin = await open(browser, server);
    const { page, goTo } = admin;
    for (const [duty, name] of [['IAMMaster', 'IAMMaster'], ['Audit', 'Audit']] as const) {
      await goTo('/groups/create');
      await choose(page, /^Duty/, duty);
      await page.getByRole('button', { name: 'Create group' }).click();
      await page.getByText(`Created group ${name}`).waitFor();
    }
    await create(admin, 'tess', async () => {
      await page.getByRole('button', { name: /^Groups/ }).click();
      for (const group of ['Audit', 'IAMMaster']) await page.getByRole('option', { name: group }).click();
      await page.keyboard.press('Escape');
      await page.getByRole('radio', { name: 'Type one' }).check();
      await page.getByLabel('Password of the user').fill(passwords.other);
    });
    await admin.close();

    tess = await watch(await browser.newContext({ viewport: { width: 1280, height: 900 } }), server);
    await signIn(tess.page, server, 'tess', passwords.other);
    await tess.page.getByLabel('Present password').fill(passwords.other);
    await tess.page.getByLabel('New password', { exact: true }).fill('thistle-Barge-83-plum');
    await tess.page.getByLabel('New password again').fill('thistle-Barge-83-plum');
    await tess.page.keyboard.press('Enter');
    await inConsole(tess.page, 'tess');
  });

  test('finds on the map who can become administrator', async () => {
    const { page, goTo } = tess;
    await goTo('/map');
    await page.getByText('The account is being analysed').waitFor({ state: 'detached' });
    await page.getByRole('combobox', { name: 'Find on the map' }).fill('milo');
    await page.keyboard.press('Enter');
    await page.getByTestId('map-details').getByText('Can become administrator', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'What can this reach' }).click();
    await page.getByText('Yes').first().waitFor();
    await accessible(page, 'main div[aria-busy]');
  });

  test('writes a policy with what is found in it, and sees that nobody gains by it yet', async () => {
    const { page, goTo } = tess;
    await goTo('/policies/create');
    await page.getByLabel('Policy name').fill('queue');
    await write(page, policy({ Effect: 'Allow', Action: ['sqs:SendMesage', 'iam:PassRole'], Resource: '*' }));
    await page.getByText('INVALID_ACTION').waitFor();
    await page.getByText(/1 error, \d security warning/).waitFor();
    await write(page, policy({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:*:123456789012:jobs' }));
    await page.getByText('Nothing was found').waitFor();
    await page.getByRole('button', { name: 'Create policy' }).click();
    await page.getByText('Policy queue created').waitFor();
    await page.getByRole('link', { name: 'Edit' }).or(page.getByRole('button', { name: 'Edit' })).first().click();
    await page.getByRole('textbox', { name: 'Policy document' }).waitFor();
    await write(page, policy({ Effect: 'Allow', Action: ['sqs:SendMessage', 'sqs:GetQueueUrl'], Resource: 'arn:aws:sqs:*:123456789012:jobs' }));
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByText('Nobody gains or loses access').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Policy queue saved as version v2').waitFor();
  });

  test('may not hand it out, is told so, and reads on the trail which statement denied it', async () => {
    const { page, goTo, close } = tess;
    await goTo('/users/milo');
    await page.getByRole('button', { name: 'Attach policies' }).click();
    await page.getByRole('searchbox', { name: 'Find policies by name' }).fill('queue');
    await tick(page.getByRole('checkbox', { name: 'Select queue', exact: true }));
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await page.getByText(/user\/milo: 2 actions/).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Attach', exact: true }).click();
    await page.getByRole('dialog').getByText(/tess is not authorized to perform: iam:AttachUserPolicy/).waitFor();
    await denied(tess, 'tess', 'AttachUserPolicy');
    await page.getByText('A statement in identity-based policies denies iam:AttachUserPolicy').waitFor();
    await page.getByText(/^Deny HandNothingOut in /).waitFor();
    await page.getByRole('link', { name: 'Ask again with other values' }).click();
    await page.getByText('Denied by a Deny statement').waitFor();
    await page.getByText('Deny HandNothingOut in policy/duty/IAMMaster').waitFor();
    await close();
  });
});
