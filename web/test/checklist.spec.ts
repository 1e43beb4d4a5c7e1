import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { after, before, describe } from 'node:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Browser, BrowserContext, Page } from 'playwright-core';

import { accessible, type Console, copied, launch, screenshot, tick, watch } from './fixture/browser.ts';
import { addPasskeys, Authenticator, inConsole } from './fixture/people.ts';
import { passwords, rootEmail, type Server, startFresh } from './fixture/server.ts';
import { test } from './fixture/test.ts';

/** titlesOf are the items of the checklist that the page shows with an icon of that name. */
function titlesOf(page: Page, icon: 'open' | 'done'): Promise<string[]> {
  const items = page.getByRole('list', { name: 'Checklist' }).getByRole('listitem');
  return items.filter({ has: page.getByRole('img', { name: icon }) }).getByRole('button').allInnerTexts();
}

describe('the checklist of the first day, done to its end by a new account', () => {
  const storage = mkdtempSync(join(tmpdir(), 'warder-storage-'));
  const syslog = createSocket('udp4');
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  /** Where the dashboard is, which is not read anew from the first item to the last. */
  let watching: Console;
  /** Where the items are done. */
  let working: Console;
  before(async () => {
    [server, browser] = await Promise.all([startFresh(), launch()]);
    context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await new Promise<void>((ready) => syslog.bind(0, '127.0.0.1', ready));
  });
  after(async () => {
    await Promise.all([browser?.close(), server?.stop()]);
    syslog.close();
    rmSync(storage, { recursive: true, force: true });
  });

  /** lead opens an item of the checklist, and what it says, and goes where it leads. */
  const lead = async ({ page, goTo }: Console, title: string, said: string, heading: string) => {
    await goTo('/dashboard');
    const item = page.getByRole('list', { name: 'Checklist' }).getByRole('listitem').filter({ hasText: title });
    await item.getByRole('img', { name: 'open' }).waitFor();
    await item.getByRole('button').first().click();
    await item.getByText(said).waitFor();
    await item.getByRole('link', { name: 'Do it here' }).click();
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
  };

  /** ticked waits until the dashboard shows by itself that an item is done. */
  const ticked = (title: string) =>
    watching.page.getByRole('list', { name: 'Checklist' }).getByRole('listitem').filter({ hasText: title }).getByRole('img', { name: 'done' }).waitFor({ timeout: 60_000 });

  test('the console is set up with passwords alone, and seven items are open', async () => {
    watching = await watch(context, server);
    const { page } = watching;
    await page.goto(server.setupLink);
    await page.getByLabel('E-mail address').fill(rootEmail);
    for (const password of [passwords.root, passwords.admin]) {
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByLabel('Password again').fill(password);
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByRole('button', { name: 'Later, without MFA for now' }).first().click();
    }
    await page.getByRole('button', { name: 'Finish and sign in' }).click();
    await inConsole(page, 'admin');
    await page.getByRole('heading', { name: 'Day one (6/13)' }).waitFor();
    assert.deepEqual((await titlesOf(page, 'open')).toSorted(), [
      'A password policy', 'A security contact', 'A trail is delivered elsewhere', 'Administrators need MFA for everything', 'Alarms reach somebody', 'MFA for people', 'The root user has MFA',
    ]);
    await screenshot(page, 'flow-checklist-first');
    working = await watch(context, server);
  });

  test('the root user signs in and adds a passkey', async () => {
    const own = await watch(await browser.newContext(), server);
    await addPasskeys(own.context, own.page);
    await own.page.goto(`${server.url}/signin/root`);
    await own.page.getByLabel('Root user e-mail address').fill(rootEmail);
    await own.page.getByLabel('Password').fill(passwords.root);
    await own.page.getByRole('button', { name: 'Sign in' }).click();
    await own.page.waitForURL('**/console/**');
    await lead(own, 'The root user has MFA', 'Sign in as the root user and add a passkey', 'Security credentials');
    await accessible(own.page);
    await screenshot(own.page, 'flow-checklist-root');
    await own.page.getByRole('button', { name: 'Add passkey' }).click();
    await own.page.getByLabel('Name of the passkey').fill('safe');
    await own.page.getByRole('button', { name: 'Go on in the browser' }).click();
    await own.page.getByText('Added passkey safe').waitFor();
    await ticked('The root user has MFA');
    await own.close();
  });

  test('the administrator adds an authenticator app', async () => {
    await lead(working, 'MFA for people', 'Have everybody who signs in register', 'Users');
    const { page } = working;
    await page.getByRole('link', { name: 'admin', exact: true }).click();
    await page.getByRole('tab', { name: 'Security credentials' }).click();
    await page.getByRole('button', { name: 'Add authenticator app' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Next' }).click();
    await page.getByRole('img', { name: 'Code for an authenticator app' }).waitFor();
    const [first, second] = new Authenticator(await copied(page, 'Copy key of the device')).pair();
    await page.getByLabel('2. A code of the app').fill(first);
    await page.getByLabel('3. The next code').fill(second);
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Added authenticator app').waitFor();
    await ticked('MFA for people');
  });

  test('the administrator’s long-term key is put out of use', async () => {
    await lead(working, 'Administrators need MFA for everything', 'with a long-term access key', 'Users');
    const { page } = working;
    await page.getByRole('link', { name: 'admin', exact: true }).click();
    await page.getByRole('tab', { name: 'Security credentials' }).click();
    await tick(page.getByRole('table', { name: 'Access keys' }).getByRole('radio'));
    await page.getByRole('button', { name: 'Deactivate', exact: true }).click();
    await page.getByText('Inactive').waitFor();
    await ticked('Administrators need MFA for everything');
  });

  test('a password policy is set', async () => {
    await lead(working, 'A password policy', 'Ask for long passwords', 'Account settings');
    const { page } = working;
    await page.getByRole('button', { name: 'Set a policy' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('The password policy is in force').waitFor();
    await ticked('A password policy');
  });

  test('a security contact is named', async () => {
    await lead(working, 'A security contact', 'Name an address that more than one person reads', 'Account settings');
    const { page } = working;
    await page.getByRole('button', { name: 'Edit the security contact' }).click();
    for (const [label, value] of [['Name', 'Security'], ['Title', 'Team'], ['E-mail', 'security@meridian.example'], ['Phone', '+49 40 5550102']] as const) await page.getByRole('dialog').getByLabel(label).fill(value);
    await page.keyboard.press('Enter');
    await page.getByText('The security contact is saved').waitFor();
    await ticked('A security contact');
  });

  test('the server is given what two items ask for, and the pages that are open go on', async () => {
    const { port } = syslog.address();
    mkdirSync(join(storage, 'trail-bucket'));
    await lead(working, 'A trail is delivered elsewhere', 'Give the server the setting trail-storage', 'Trails');
    await lead(working, 'Alarms reach somebody', 'Set alarm-mail, alarm-webhook or alarm-syslog where the server is started', 'Alarm rules');
    server = await server.restart('--trail-storage', storage, '--deliver-every', '1s', '--alarm-syslog', `udp://127.0.0.1:${port}`);
    await ticked('Alarms reach somebody');
    const message = new Promise<string>((resolve) => syslog.once('message', (text) => resolve(text.toString())));
    await working.page.getByRole('button', { name: 'Test the channels' }).click();
    await working.page.getByText('syslog took the message').waitFor();
    assert.match(await message, /warder/i);
    for (const { complaints } of [watching, working]) {
      for (const complaint of complaints.splice(0)) assert.match(complaint, /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/);
    }
  });

  test('a trail is made and delivers, and all is done', async () => {
    await lead(working, 'A trail is delivered elsewhere', 'make a trail and start it', 'Trails');
    await working.page.getByRole('button', { name: 'Create trail' }).click();
    await working.page.getByLabel('Bucket').fill('trail-bucket');
    await working.page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
    await working.page.getByText('Trail all-events delivers to trail-bucket').waitFor();
    const { page } = watching;
    await page.getByRole('heading', { name: 'Day one (13/13)' }).waitFor({ timeout: 60_000 });
    await page.getByText('All of it is done.').waitFor();
    assert.deepEqual(await titlesOf(page, 'open'), []);
    await accessible(page);
    await screenshot(page, 'flow-checklist-last');
    assert.ok(readdirSync(storage, { recursive: true }).some((file) => String(file).endsWith('.json.gz')), 'log files are there');
    for (const { complaints } of [watching, working]) assert.deepEqual(complaints, []);
  });
});
