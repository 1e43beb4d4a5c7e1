import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { PutAlternateContactCommand } from '@aws-sdk/client-account';
import {
  AddUserToGroupCommand, AttachRolePolicyCommand, CreateAccessKeyCommand, CreateGroupCommand, CreateOpenIDConnectProviderCommand, CreatePolicyCommand, CreateRoleCommand, CreateUserCommand, GetUserCommand,
  IAMClient, ListUsersCommand, PutUserPolicyCommand, UploadServerCertificateCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { Browser, Page } from 'playwright-core';

import { type Console, drawn, launch, overflow, screenshot, tick, watch } from './fixture/browser.ts';
import { admin, inConsole, signIn } from './fixture/people.ts';
import { type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';
import { Caller, Clock } from './seed/caller.ts';
import { certificate as selfSigned } from './seed/certificate.ts';

// What somebody writes who wants to run a script in the reader's page, or to make it read otherwise than it stands.
const markup = '</script><img src=x onerror=window.__pwned=1><svg/onload=window.__pwned=1>';
const url = 'javascript:window.__pwned=1';
const turned = 'pay-\u202eexe.gnp';
const spelled = 'pay-\\u202eexe.gnp';
const long = 'W'.repeat(64);
const path = '/<img/src=x/onerror=window.__pwned=1>/';
const formula = '=cmd,@A1';

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

/** attempt makes a call that the server refuses. */
const attempt = (call: Promise<unknown>) => assert.rejects(call);

/** agent has a client say that it is another one. */
function agent(client: IAMClient, name: string): IAMClient {
  client.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers['user-agent'] = Buffer.from(name).toString('latin1');
      return next(args);
    },
    { step: 'finalizeRequest' }, // after the client has said what it is
  );
  return client;
}

/** furnish fills an account with such texts, wherever one can be. */
async function furnish(server: Server): Promise<void> {
  const config = { endpoint: server.url, region: 'us-east-1', maxAttempts: 1 };
  const { iam, account, sts } = new Caller(server.url, server.admin, new Clock(false));
  const tags = [{ Key: url, Value: url }, { Key: 'W'.repeat(128), Value: 'W'.repeat(256) }, { Key: 'lines', Value: 'a\u2028b' }];
  const Sid = markup;
  const object = (name: string) => `arn:aws:s3:::box/${name}`;

  await iam.send(new CreateGroupCommand({ GroupName: 'G'.repeat(128), Path: path }));
  await iam.send(new CreateUserCommand({ UserName: long, Path: path, Tags: tags }));
  await iam.send(new CreateUserCommand({ UserName: formula, Tags: tags }));
  await iam.send(new AddUserToGroupCommand({ UserName: long, GroupName: 'G'.repeat(128) }));
  const text = policy({ Effect: 'Allow', Action: ['s3:GetObject', 'iam:GetUser'], Resource: '*', Condition: { StringLike: { 'aws:UserAgent': [markup] } } }, { Effect: 'Allow', Action: 's3:PutObject', Resource: [object('p/\\u202eexe.gnp'), object('<img>')] }).replaceAll('\\\\u', '\\u');
  await iam.send(new PutUserPolicyCommand({ UserName: long, PolicyName: 'P'.repeat(128), PolicyDocument: text }));
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'hostile', Path: '/W=,@/', Description: markup, PolicyDocument: text, Tags: tags }));
  await iam.send(new CreatePolicyCommand({ PolicyName: 'named', PolicyDocument: policy({ Sid, Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }) })).catch(() => undefined); // whether or not a Sid may be that
  const trust = policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: server.account } }, { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '999988887777' }, Condition: { StringEquals: { 'sts:ExternalId': 'a=b,@c' } } });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'R'.repeat(64), Path: path, Description: `${markup} soft\u00adhyphen`, AssumeRolePolicyDocument: trust, Tags: tags }));
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'R'.repeat(64), PolicyArn: Policy!.Arn }));
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url: `https://evil.example/${url}`, ClientIDList: [markup], ThumbprintList: ['0'.repeat(40)], Tags: tags }));
  const { certificate, privateKey } = selfSigned('web.example.org', new Date(), 30);
  await iam.send(new UploadServerCertificateCommand({ ServerCertificateName: 'C'.repeat(128), Path: path, CertificateBody: certificate, PrivateKey: privateKey, Tags: tags }));
  for (const AlternateContactType of ['BILLING', 'SECURITY', 'OPERATIONS'] as const) {
    await account.send(new PutAlternateContactCommand({ AlternateContactType, Name: `${turned} ad\u200bmin`, Title: markup.slice(0, 50), EmailAddress: 'a@b.example', PhoneNumber: '+1' }));
  }

  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: long }));
  const keys = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  const evil = agent(new IAMClient({ ...config, credentials: keys }), `${markup} ${turned}`);
  await attempt(evil.send(new ListUsersCommand({})));
  await attempt(evil.send(new GetUserCommand({ UserName: turned + markup })));
  await attempt(iam.send(new CreateUserCommand({ UserName: turned + markup })));
  await sts.send(new AssumeRoleCommand({ RoleArn: Role!.Arn, RoleSessionName: `=${'S'.repeat(60)}@,` }));
}

/** judge fails where a page that is open has run a script of the data, links to one, misleads, or is wider than its window. */
async function judge(page: Page, what: string): Promise<void> {
  const found = await page.evaluate((script) => {
    const texts = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    const misleading = [];
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const value = text.nodeValue ?? '';
      if (/(?![\t\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value) && !text.parentElement?.closest('textarea, .cm-content')) misleading.push(value.slice(0, 60));
    }
    const links = [...document.querySelectorAll('[href], [src], [action]')].filter((element) => ['href', 'src', 'action'].some((name) => element.getAttribute(name)?.trim().toLowerCase().startsWith(script)));
    return {
      ran: '__pwned' in window,
      made: [...document.querySelectorAll('img[onerror], svg[onload], img[src="x"], [onerror]')].map(({ outerHTML }) => outerHTML),
      links: links.map(({ outerHTML }) => outerHTML.slice(0, 200)),
      misleading,
    };
  }, 'javascript:');
  assert.deepEqual(found, { ran: false, made: [], links: [], misleading: [] }, what);
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await drawn(page);
    const wider = await overflow(page);
    assert.ok(wider <= 0, `${what} is ${wider} pixels wider than a window of ${width}`);
  }
}

const arn = (rest: string) => encodeURIComponent(`arn:aws:iam::123456789012:${rest}`);
const odd = encodeURIComponent(markup);

/** Every page that shows what others wrote, with a text that must be there to be read. */
const pages: [path: string, text?: string][] = [
  ['/users', formula], [`/users/${long}`, long], [`/users/${long}?tab=groups`], [`/users/${long}?tab=credentials`], [`/users/${long}?tab=tags`], [`/users/${long}?tab=accessed`], [`/users/${encodeURIComponent(formula)}?tab=tags`],
  ['/groups'], [`/groups/${'G'.repeat(128)}`], ['/roles'], [`/roles/${'R'.repeat(64)}`, 'soft\\u00adhyphen'], [`/roles/${'R'.repeat(64)}?tab=trust`], [`/roles/${'R'.repeat(64)}?tab=tags`],
  ['/policies?f=owner%3DThis+account', 'hostile'], [`/policies/${arn('policy/W=,@/hostile')}`, markup], [`/policies/${arn('policy/W=,@/hostile')}?tab=entities`], [`/policies/${arn('policy/W=,@/hostile')}?tab=versions`], [`/policies/${arn('policy/W=,@/hostile')}?tab=tags`], [`/policies/${arn('policy/W=,@/hostile')}/edit`],
  ['/providers', 'evil.example'], [`/providers/${arn(`oidc-provider/evil.example/${url}`)}`, markup], ['/certificates', 'C'.repeat(128)], [`/certificates/${'C'.repeat(128)}`],
  ['/account-settings', spelled], ['/security-credentials'], ['/dashboard', 'Day one'], ['/findings', long], ['/checks'], ['/alarms', 'R'.repeat(64)], ['/alarm-rules'], ['/credential-report', formula], ['/unused-access', long],
  ['/trail'], ['/trail?attribute=EventName&value=ListUsers', 'denied'], ['/activity'], [`/activity?principal=${arn(`user${path}${long}`)}`], ['/trails'],
  [`/ask?principal=${arn(`user${path}${long}`)}&action=s3:PutObject&resource=${encodeURIComponent(`arn:aws:s3:::box/p/\u202eexe.gnp`)}`],
  // Addresses that somebody made up.
  [`/users/${odd}`], [`/roles/${odd}`], [`/policies/${odd}`], [`/providers/${odd}`], [`/trail/${odd}`], [`/findings/${odd}`], [`/alarms/${odd}`], [`/trail?attribute=EventName&value=${odd}`], [`/users?f=${odd}`], [`/ask?principal=${odd}&action=${odd}&resource=${odd}&c=${odd}&event=${odd}`],
  [`/users/${encodeURIComponent(turned)}`, spelled], [`/map?node=${odd}`], [`/${odd}`],
];

describe('what others wrote', () => {
  let server: Server;
  let browser: Browser;
  let reader: Console;
  const dialogs: string[] = [];
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    await furnish(server);
    reader = await watch(await browser.newContext({ viewport: { width: 1280, height: 900 }, userAgent: `Mozilla/5.0 ${markup}` }), server);
    reader.page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      dialog.dismiss().catch(() => undefined); // gone with its page
    });
    await signIn(reader.page, server, admin.user, admin.password);
    await inConsole(reader.page, admin.user);
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('is text on every page: no script runs, no link leads to one, nothing reads otherwise than it stands, no page is too wide', async () => {
    const { page, goTo, complaints } = reader;
    const wrong: string[] = [];
    for (const [at, text] of pages) {
      await goTo(at);
      if (text) await page.locator('body').getByText(text).first().waitFor().catch(() => wrong.push(`${at} does not show ${text}`));
      await judge(page, at).catch((error: Error) => wrong.push(`${at}: ${error.message}`));
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual([dialogs, complaints], [[], []]);
  });

  test('is text in an event in full, as a tree and as JSON that means the same', async () => {
    const { page, goTo, complaints } = reader;
    // Headers are bytes, and Node.js writes each as a character of its own: what is hidden there is U+0080, of the three bytes of U+202E.
    const own = `Username&value=${long}`;
    for (const [call, search, text] of [['ListUsers', own, '\\u0080'], ['GetUser', own, '\\u0080'], ['CreateUser', 'EventName&value=CreateUser', 'CreateUser'], ['AssumeRole', 'EventName&value=AssumeRole', 'S'.repeat(60)]] as const) {
      await goTo(`/trail?attribute=${search}`);
      await page.getByRole('table').getByRole('link', { name: call, exact: true }).first().click();
      await page.getByRole('heading', { name: 'The record' }).waitFor();
      await page.locator('main').last().getByText(text).first().waitFor();
      await judge(page, `the event ${call}`);
      await page.getByRole('tab', { name: 'JSON' }).click();
      const record = await page.getByRole('region', { name: 'The record as JSON' }).innerText();
      assert.equal((JSON.parse(record) as { eventName: string }).eventName, call);
      await judge(page, `the event ${call} as JSON`);
      await screenshot(page, `hostile-${call}`);
    }
    assert.deepEqual([dialogs, complaints], [[], []]);
  });

  test('is text in the note of an alarm, in a message and in a preview', async () => {
    const { page, goTo, complaints } = reader;
    await goTo('/alarms');
    await page.getByRole('table').getByRole('link', { name: 'A role was opened to somebody outside of its account' }).first().click();
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill(`${turned} ${markup}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByRole('cell', { name: spelled }).waitFor();
    await judge(page, 'the alarm');
    await goTo(`/users/${encodeURIComponent(formula)}`);
    await page.getByRole('button', { name: 'Attach policies' }).click();
    await page.getByRole('searchbox', { name: 'Find policies by name' }).fill('hostile');
    await tick(page.getByRole('checkbox', { name: 'Select hostile', exact: true }));
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await page.getByRole('dialog').getByText('p/\\u202eexe.gnp').first().waitFor();
    await judge(page, 'the preview');
    await screenshot(page, 'hostile-preview');
    assert.deepEqual([dialogs, complaints], [[], []]);
  });

  test('is text on the map and in its table', async () => {
    const { page, goTo, complaints } = reader;
    await goTo('/map');
    await page.getByText('The account is being analysed').waitFor({ state: 'detached' });
    await page.setViewportSize({ width: 390, height: 900 }); // what is offered is laid out when it opens
    await page.getByRole('combobox', { name: 'Find on the map' }).fill('box/');
    await judge(page, 'the search of the map');
    await page.keyboard.press('Enter');
    await page.getByTestId('map-details').waitFor();
    await judge(page, 'the map');
    await page.getByRole('button', { name: 'Table', exact: true }).or(page.getByRole('tab', { name: 'Table' })).first().click();
    await page.getByRole('table').first().waitFor();
    await judge(page, 'the table of the map');
    assert.deepEqual([dialogs, complaints], [[], []]);
  });

  test('is no formula in a file for a spreadsheet', async () => {
    const { page, goTo, close } = reader;
    await goTo('/users/create');
    await page.getByLabel('User name').fill('+1-2');
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByRole('heading', { name: 'User +1-2 is there' }).waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download .csv' }).click()]);
    let text = '';
    for await (const part of await file.createReadStream()) text += String(part);
    const [, line = ''] = text.split('\n');
    assert.match(line, /^"'\+1-2","/);
    for (const field of line.split('","').slice(1)) assert.doesNotMatch(field, /^[=+\-@]/);
    await close();
  });
});
