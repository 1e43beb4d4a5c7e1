import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { GetAccountPasswordPolicyCommand, GetPolicyVersionCommand, ListAccessKeysCommand, ListGroupsForUserCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import type { Browser, Page } from 'playwright-core';

import { inEveryLook, launch, watch } from './fixture/browser.ts';
import { confirm, getsFocus, press, tabTo, write } from './fixture/keyboard.ts';
import { inConsole, signIn } from './fixture/people.ts';
import { passwords, rootEmail, type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';
import { Caller, Clock } from './seed/caller.ts';
import { seed } from './seed.ts';

const jobs = 'arn:aws:iam::123456789012:policy/jobs';

/** next chooses what comes after the chosen one of several buttons, of which Tab stops at one. */
async function next(page: Page, chosen: string, then: string, way = 'Tab'): Promise<void> {
  await tabTo(page, page.getByRole('button', { name: chosen, exact: true }), way);
  await page.keyboard.press('ArrowRight');
  await getsFocus(page.getByRole('button', { name: then, exact: true }));
  await page.keyboard.press('Enter');
}

/** Nothing here has a mouse, and no script moves the focus: what a page is opened with, or Tab, has to. */
describe('by keyboard alone', () => {
  let server: Server;
  let browser: Browser;
  let admin: Caller;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    await seed(server.url, server.admin);
    admin = new Caller(server.url, server.admin, new Clock(false));
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  const enter = async () => {
    const opened = await watch(await browser.newContext({ viewport: { width: 1280, height: 900 } }), server);
    await signIn(opened.page, server, 'admin', passwords.admin);
    await inConsole(opened.page, 'admin');
    return opened;
  };
  const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });

  test('somebody signs in, skips the navigation, goes through it, and signs out', async () => {
    const { page, close } = await watch(await browser.newContext({ viewport: { width: 1280, height: 900 } }), server);
    await page.goto(`${server.url}/signin?account=${server.account}`);
    await write(page, page.getByLabel('User name'), 'admin');
    await write(page, page.getByLabel('Password', { exact: true }), passwords.admin);
    await page.keyboard.press('Enter');
    await heading(page, 'Dashboard').waitFor();

    await press(page, page.getByRole('link', { name: 'Skip to the page' }));
    await getsFocus(heading(page, 'Dashboard'));
    await press(page, page.getByRole('link', { name: 'Roles', exact: true }), 'Shift+Tab');
    await getsFocus(heading(page, /^Roles/));
    await press(page, page.getByRole('link', { name: 'break-glass' }));
    await getsFocus(heading(page, 'break-glass'));
    await press(page, page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('link', { name: 'Roles' }), 'Shift+Tab');
    await getsFocus(heading(page, /^Roles/));

    await press(page, page.getByRole('button', { name: /^admin @/ }), 'Shift+Tab');
    await getsFocus(page.getByRole('menuitem', { name: 'Security credentials' }));
    await page.keyboard.press('Escape');
    await getsFocus(page.getByRole('button', { name: /^admin @/ }));
    await page.keyboard.press('Enter');
    for (const item of ['Security credentials', 'Account settings', 'Sign out']) {
      await getsFocus(page.getByRole('menuitem', { name: item }));
      if (item !== 'Sign out') await page.keyboard.press('ArrowDown');
    }
    await page.keyboard.press('Enter');
    await page.waitForURL('**/signin**');
    await close();
  });

  test('the root user signs in, ends a session of the list, and then all of them', async () => {
    const there = await watch(await browser.newContext(), server);
    const { page, close } = await watch(await browser.newContext(), server);
    for (const one of [there.page, page]) {
      await one.goto(`${server.url}/signin?next=/signin/sessions`);
      await press(one, one.getByRole('link', { name: 'Sign in as the root user' }));
      await getsFocus(one.getByLabel('Root user e-mail address'));
      await one.keyboard.type(rootEmail);
      await write(one, one.getByLabel('Password', { exact: true }), passwords.root);
      await one.keyboard.press('Enter');
      await heading(one, 'Your sessions').waitFor();
    }
    await inEveryLook(page, 'signin-root-sessions');
    const sessions = page.getByRole('row').filter({ has: page.getByRole('button') });
    await press(page, sessions.filter({ hasNotText: 'this one' }).getByRole('button', { name: /^Sign out/ }));
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
    await there.page.reload();
    await heading(there.page, 'Sign in').waitFor();
    await press(page, page.getByRole('button', { name: 'Sign out everywhere' }));
    await heading(page, 'You are signed out').waitFor();
    await Promise.all([close(), there.close()]);
  });

  test('users are made with group and key, found, and deleted together', async () => {
    const { page, goTo, close } = await enter();
    for (const name of ['nina.one', 'nina.two']) {
      await goTo('/users');
      await press(page, page.getByRole('link', { name: 'Create user' }));
      await getsFocus(page.getByLabel('User name'));
      await page.keyboard.type(name);
      await press(page, page.getByRole('button', { name: /^Groups/ }));
      await page.getByRole('option').first().waitFor(); // they are being read
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: /^Remove / }).waitFor();
      await page.keyboard.press('Escape');
      await tabTo(page, page.getByRole('checkbox', { name: 'Access key' }));
      await page.keyboard.press('Space');
      await press(page, page.getByRole('button', { name: 'Create user' }));
      await page.getByRole('heading', { name: `User ${name} is there` }).waitFor();
      const { Groups } = await admin.iam.send(new ListGroupsForUserCommand({ UserName: name }));
      const { AccessKeyMetadata } = await admin.iam.send(new ListAccessKeysCommand({ UserName: name }));
      assert.deepEqual([Groups?.length, AccessKeyMetadata?.length], [1, 1]);
    }
    await press(page, page.getByRole('link', { name: 'All users' }));
    await write(page, page.getByRole('combobox', { name: 'Find users' }), 'nina');
    await page.keyboard.press('Enter');
    await page.getByText('2 match').first().waitFor();
    await tabTo(page, page.getByRole('checkbox', { name: 'Select all users of this page' }));
    await page.keyboard.press('Space');
    const opener = page.getByRole('button', { name: 'Delete', exact: true });
    await press(page, opener, 'Shift+Tab');
    await getsFocus(page.getByLabel('To confirm, type delete'));
    for (let i = 0; i < 8; i++) {
      await page.keyboard.press('Tab');
      assert.ok(await page.getByRole('dialog').evaluate((dialog) => dialog.contains(document.activeElement)), 'the dialog keeps the focus');
    }
    await page.keyboard.press('Escape');
    await getsFocus(opener);
    await page.keyboard.press('Enter');
    await confirm(page, 'delete');
    await page.getByText('Deleted 2 users').waitFor();
    const { Users = [] } = await admin.iam.send(new ListUsersCommand({}));
    assert.ok(!Users.some(({ UserName }) => UserName?.startsWith('nina')));
    await close();
  });

  test('a policy is written with completion, then changed in the visual builder, and its tabs are gone through', async () => {
    const { page, goTo, close } = await enter();
    await goTo('/policies/create');
    await getsFocus(page.getByLabel('Policy name'));
    await page.keyboard.type('jobs');
    const editor = page.getByRole('textbox', { name: 'Policy document' });
    await tabTo(page, editor);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": "sqs:ListQ');
    await page.getByRole('option', { name: /sqs:ListQueues/ }).waitFor();
    await page.keyboard.press('Escape'); // closes what is offered, and does not leave
    await getsFocus(editor);
    await page.keyboard.type('ueues');
    await page.keyboard.press('Tab');
    assert.equal(await editor.evaluate((one) => (one.getRootNode() as ShadowRoot).activeElement === one), false, 'Tab leaves the editor');
    await tabTo(page, editor, 'Shift+Tab');
    await press(page, page.getByRole('button', { name: 'Create policy' }));
    await page.getByText('Policy jobs created').waitFor();

    await tabTo(page, page.getByRole('tab', { name: 'Permissions' }));
    for (const tab of ['Entities attached', 'Versions']) {
      await page.keyboard.press('ArrowRight');
      await getsFocus(page.getByRole('tab', { name: tab, selected: true }));
    }

    await press(page, page.getByRole('button', { name: 'Edit', exact: true }).or(page.getByRole('link', { name: 'Edit', exact: true })), 'Shift+Tab');
    await heading(page, 'Edit jobs').waitFor();
    await next(page, 'JSON', 'Visual');
    await next(page, 'Allow', 'Deny');
    await press(page, page.getByRole('button', { name: 'Review and save' }), 'Shift+Tab');
    await press(page, page.getByRole('button', { name: 'Save', exact: true }));
    await page.getByText('Policy jobs saved as version v2').waitFor();
    const { PolicyVersion } = await admin.iam.send(new GetPolicyVersionCommand({ PolicyArn: jobs, VersionId: 'v2' }));
    assert.deepEqual(JSON.parse(decodeURIComponent(PolicyVersion!.Document!)), { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Resource: '*', Action: 'sqs:ListQueues' }] });
    await close();
  });

  test('the map is searched, asked who reaches something, and read as a table', async () => {
    const { page, goTo, close } = await enter();
    await goTo('/map?kinds=user');
    await page.getByText('The account is being analysed').waitFor({ state: 'detached' });
    await write(page, page.getByRole('combobox', { name: 'Find on the map' }), 'elena.rossi');
    await page.keyboard.press('Enter');
    await page.getByTestId('map-selected').getByText('elena.rossi').waitFor();
    await press(page, page.getByRole('button', { name: 'What can this reach' }));
    await press(page, page.getByRole('button', { name: 'Back to its lines' }));
    await next(page, 'Picture', 'Table', 'Shift+Tab');
    const node = page.getByRole('row', { name: /farid\.haddad/ }).getByRole('button', { name: 'farid.haddad' });
    await press(page, node);
    await page.getByTestId('map-selected').getByText('farid.haddad').waitFor();
    await close();
  });

  test('a question is asked', async () => {
    const { page, goTo, close } = await enter();
    await goTo('/ask');
    await write(page, page.getByLabel('Principal', { exact: true }), 'arn:aws:iam::123456789012:user/carla.ruiz');
    await page.keyboard.press('Escape');
    await write(page, page.getByLabel('Action', { exact: true }), 's3:PutObject');
    await page.keyboard.press('Escape');
    await write(page, page.getByLabel('Resource', { exact: true }), 'arn:aws:s3:::meridian-ledger/2026');
    await page.keyboard.press('Escape');
    await press(page, page.getByRole('button', { name: 'Ask', exact: true }));
    await page.getByText(/^Denied/).first().waitFor();
    await page.getByText(/NotLedger/).first().waitFor();
    await close();
  });

  test('the trail is searched for an event, and the event is read', async () => {
    const { page, goTo, close } = await enter();
    await goTo('/trail');
    await press(page, page.getByRole('button', { name: /Find by/ }));
    await page.keyboard.type('U'); // no word, which has to be typed within a time
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /Find by User name/ }).waitFor();
    await write(page, page.getByLabel('Value'), 'dmitri.volkov');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/trail?attribute=Username&value=dmitri.volkov');
    await page.getByRole('table').getByRole('link', { name: 'user admin' }).first().waitFor({ state: 'detached' }); // what was found before
    await press(page, page.getByRole('link', { name: 'DeleteAccountPasswordPolicy' }));
    await getsFocus(heading(page, 'iam:DeleteAccountPasswordPolicy'));
    await page.getByRole('heading', { name: 'Why was this denied?' }).waitFor();
    await tabTo(page, page.getByRole('tab', { name: 'Tree' }));
    await page.keyboard.press('ArrowRight');
    await page.getByText('"eventName": "DeleteAccountPasswordPolicy"').waitFor();
    await close();
  });

  test('a finding is found, and what its remedy changes', async () => {
    const { page, goTo, close } = await enter();
    await goTo('/findings');
    await write(page, page.getByRole('combobox', { name: 'Find findings' }), 'Interns');
    await page.keyboard.press('Enter');
    await press(page, page.getByRole('link', { name: 'Group Interns has no members' }));
    await getsFocus(heading(page, 'Group Interns has no members'));
    await press(page, page.getByRole('button', { name: 'Preview the remedy' }));
    await page.getByText('Nobody loses anything').waitFor();
    await close();
  });

  test('the password policy is changed', async () => {
    const { page, goTo, close } = await enter();
    await goTo('/account-settings');
    const opener = page.getByRole('button', { name: 'Edit policy' });
    await press(page, opener);
    await write(page, page.getByLabel('Minimum length'), '16');
    await page.keyboard.press('Enter');
    await page.getByText('16 characters').waitFor();
    await getsFocus(opener);
    const { PasswordPolicy } = await admin.iam.send(new GetAccountPasswordPolicyCommand({}));
    assert.equal(PasswordPolicy?.MinimumPasswordLength, 16);
    await close();
  });
});
