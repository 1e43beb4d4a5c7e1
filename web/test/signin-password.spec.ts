import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe } from 'node:test';

import { IAMClient, UpdateLoginProfileCommand } from '@aws-sdk/client-iam';
import type { Browser, Page } from 'playwright-core';

import { answered, heading, inEveryLook, launch, watch } from './fixture/browser.ts';
import { addPerson, inConsole, signIn } from './fixture/people.ts';
import { passwords, rootEmail, type Server, startServer } from './fixture/server.ts';
import { line, recordsOf, stepsOf } from './fixture/trail.ts';
import { atField, enter, type } from './fixture/keyboard.ts';
import { test } from './fixture/test.ts';

const chosen = 'pewter-Falcon-26-ridge';
/** autocompletes are what password managers are told of the fields of the page. */
const autocompletes = (page: Page) => page.locator('input[autocomplete]').evaluateAll((inputs) => inputs.map((input) => input.getAttribute('autocomplete')));

describe('passwords', () => {
  let server: Server;
  let browser: Browser;
  let iam: IAMClient;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.admin });
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  /** visit is a browser that nobody has used. */
  const visit = async () => watch(await browser.newContext(), server);

  test('that an administrator has set are changed first, by keyboard alone', async () => {
    const { user, password } = await addPerson(server, 'gwen');
    await iam.send(new UpdateLoginProfileCommand({ UserName: user, PasswordResetRequired: true }));
    const { page, goTo, close } = await visit();
    await page.goto(`${server.url}/signin?account=${server.account}&next=/signin/sessions`);
    await enter(page, user, password);
    await heading(page, 'Set a new password');
    await inEveryLook(page, 'signin-new-password');
    await goTo('/users');
    await heading(page, 'Set a new password'); // nothing else opens
    const tries: [name: string, old: string, secret: string, again: string, status: number, says: string, at: string][] = [
      ['again', password, chosen, `${chosen}x`, 422, 'This is not the same as the new password.', 'New password again'],
      ['old', 'not-the-Password-1', chosen, chosen, 403, 'This is not your present password.', 'Present password'],
      ['policy', password, 'short', 'short', 422, 'The password was not changed.', 'New password'],
      ['guessable', password, 'Password123', 'Password123', 422, 'The password was not changed.', 'New password'],
    ];
    for (const [name, old, secret, again, status, says, at] of tries) {
      await page.getByLabel('Present password', { exact: true }).focus();
      const answer = await answered(page, () => type(page, old, secret, again));
      assert.equal(answer.status(), status);
      await page.getByText(says).waitFor();
      await atField(page, at);
      assert.equal(await page.getByLabel('User', { exact: true }).inputValue(), user);
      await inEveryLook(page, `signin-new-password-${name}`);
    }
    await page.getByLabel('Present password', { exact: true }).focus();
    await type(page, password, chosen, chosen);
    await page.waitForURL('**/console/users'); // where they wanted to go last
    await inConsole(page, user);
    await close();
    const steps = await stepsOf(server, user);
    assert.equal(steps[0], 'ConsoleLogin Success, MFA No');
    assert.deepEqual(steps.slice(1).map((text) => text.replace(/: .*/, ': refused')), ['ChangePassword: refused', 'ChangePassword: refused', 'ChangePassword: refused', 'ChangePassword']);
  });

  test('that have been changed let in, and the old ones do not', async () => {
    const { user, password } = await addPerson(server, 'hana', { Effect: 'Allow', Action: ['iam:ChangePassword', 'iam:GetAccountPasswordPolicy'], Resource: '*' });
    const { page, close } = await visit();
    await signIn(page, server, user, password, '/.well-known/change-password');
    await heading(page, 'Change password');
    assert.equal(new URL(page.url()).pathname, '/signin/password');
    assert.deepEqual(await autocompletes(page), ['username', 'current-password', 'new-password', 'new-password']);
    await inEveryLook(page, 'signin-change-password');
    await atField(page, 'Present password');
    await type(page, password, chosen, chosen);
    await heading(page, 'Your password was changed');
    await inEveryLook(page, 'signin-password-changed');
    await page.getByRole('link', { name: 'Go on' }).press('Enter');
    await inConsole(page, user);
    await close();
    const { page: later, close: closeLater } = await visit();
    await signIn(later, server, user, password);
    await later.getByText('The account, user name or password is not right.').waitFor();
    await signIn(later, server, user, chosen);
    await inConsole(later, user);
    await closeLater();
    assert.deepEqual(await stepsOf(server, user), ['ConsoleLogin Success, MFA No', 'ChangePassword', 'ConsoleLogin Failure, MFA No: Failed authentication', 'ConsoleLogin Success, MFA No']);
  });

  test('of the root user change likewise', async () => {
    const { page, close } = await visit();
    await page.goto(`${server.url}/signin/root?next=/signin/password`);
    assert.deepEqual(await autocompletes(page), ['username', 'current-password']);
    await atField(page, 'Root user e-mail address');
    await type(page, rootEmail, passwords.root);
    await heading(page, 'Change password');
    assert.equal(await page.getByLabel('User', { exact: true }).inputValue(), rootEmail);
    await atField(page, 'Present password');
    await answered(page, () => type(page, 'not-the-Password-1', chosen, chosen));
    await page.getByText('This is not your present password.').waitFor();
    await atField(page, 'Present password');
    await type(page, passwords.root, chosen, chosen);
    await heading(page, 'Your password was changed');
    await close();
    const changes = (await recordsOf(server, 'EventName', 'PasswordUpdated')).filter(({ userIdentity }) => userIdentity.type === 'Root').map(line);
    assert.deepEqual(changes, ['PasswordUpdated Failure: Failed authentication', 'PasswordUpdated Success']);
  });

  test('are pasted and filled in by password managers, and no page of another site signs anybody in or out', async (t) => {
    const { user, password } = await addPerson(server, 'ivan');
    const { page, context, close } = await visit();
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
    await page.goto(`${server.url}/signin?account=${server.account}&next=/signin/sessions`);
    assert.deepEqual(await autocompletes(page), ['organization', 'username', 'current-password']);
    await page.getByLabel('User name').fill(user);
    await page.evaluate((text) => navigator.clipboard.writeText(text), password);
    await page.getByLabel('Password').press('ControlOrMeta+v');
    await page.keyboard.press('Enter');
    await heading(page, 'Your sessions');
    const cookies = await context.cookies();
    const session = cookies.find(({ name }) => name === 'warder-session')!;
    assert.deepEqual([session.httpOnly, session.sameSite, session.path, session.domain, session.expires], [true, 'Lax', '/', 'localhost', -1]);
    assert.equal(await page.evaluate(() => document.cookie), '');

    const token = await page.locator('input[name=form]').first().inputValue();
    const forms = ['/signout', '/signin/sessions', '/signin/password'].map(
      (path) => `<form method="post" action="${server.url}${path}"><input name="form" value="${token}"><input name="session" value="all"><button>${path}</button></form>`,
    );
    const stranger = createServer((_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<!doctype html><title>x</title>${forms.join('')}`));
    await new Promise<void>((ready) => void stranger.listen(0, '127.0.0.1', ready));
    t.after(() => stranger.close());
    const from = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/`;
    for (const path of ['/signout', '/signin/sessions', '/signin/password']) {
      await page.goto(from);
      await page.getByRole('button', { name: path, exact: true }).click();
      await heading(page, 'The form came from another site');
    }
    await inEveryLook(page, 'signin-foreign-form');
    const read = await context.request.get(`${server.url}/console/session`, { headers: { Origin: from } });
    assert.deepEqual([read.status(), read.headers()['access-control-allow-origin']], [200, undefined], 'no script of another site reads it');
    await page.goto(`${server.url}/signin/sessions`);
    await heading(page, 'Your sessions');
    await page.goto(`${server.url.replace('localhost', 'warder.localhost')}/signin`);
    await heading(page, 'This is not a name of this server');
    await inEveryLook(page, 'signin-other-name');
    await close();
    assert.deepEqual(await stepsOf(server, user), ['ConsoleLogin Success, MFA No']);
  });
});
