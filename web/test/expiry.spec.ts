import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { after, before, describe } from 'node:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { IAMClient, UpdateAccountPasswordPolicyCommand } from '@aws-sdk/client-iam';
import type { Browser } from 'playwright-core';

import { buildOldPasswordServer } from './clockserver.ts';
import { answered, heading, inEveryLook, launch, watch } from './fixture/browser.ts';
import { atField, enter, press, type } from './fixture/keyboard.ts';
import { addPerson, inConsole, signIn, type Statement } from './fixture/people.ts';
import { dead, sit } from './fixture/seats.ts';
import { type Server, startOther, startServer } from './fixture/server.ts';
import { stepsOf } from './fixture/trail.ts';
import { test } from './fixture/test.ts';

const reads: Statement = { Effect: 'Allow', Action: ['iam:Get*', 'iam:List*'], Resource: '*' };
const chosen = 'pewter-Falcon-26-ridge';

describe('in time', () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  test('a session that nobody uses, or that has lasted long enough, says so and ends', async (t) => {
    const [idle, short] = await Promise.all([startServer('--console-idle', '2m'), startServer('--console-session', '2m')]);
    t.after(() => Promise.all([idle.stop(), short.stop()]));
    const [ofIdle, ofShort] = await Promise.all([addPerson(idle, 'noa', reads), addPerson(short, 'noa', reads)]);
    const ends = /^You will be signed out at/;
    const [lasting, used, left] = [await sit(browser, short, ofShort, '/users'), await sit(browser, idle, ofIdle, '/users'), await sit(browser, idle, ofIdle, '/users')];

    await lasting.page.getByText('A session lasts no longer').waitFor();
    await inEveryLook(lasting.page, 'session-limit');
    await used.page.getByText(ends).waitFor({ timeout: 150_000 });
    for (let x = 300; x < 600 && (await used.page.getByText(ends).isVisible()); x++) {
      await used.page.mouse.move(x, 300);
      await used.settled();
    }
    await used.page.getByText(ends).waitFor({ state: 'detached' });
    await left.page.getByText(ends).waitFor({ timeout: 150_000 }); // half a minute before the end
    await inEveryLook(left.page, 'session-idle');
    await left.page.getByText(ends).waitFor();
    for (const { page } of [left, lasting]) {
      await page.waitForURL('**/signin?next=%2Fconsole%2Fusers', { timeout: 150_000 });
      await heading(page, 'Sign in');
    }
    await Promise.all([dead(idle, left), dead(short, lasting)]);
    await used.goTo('/users');
    await used.page.getByRole('link', { name: 'noa' }).waitFor();
    await Promise.all([left.close(), used.close(), lasting.close()]);
  });
});

describe('a password of last year', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warder-old-'));
  let server: Server;
  let browser: Browser;
  let iam: IAMClient;
  before(async () => {
    const program = join(folder, 'warder');
    await buildOldPasswordServer(fileURLToPath(new URL('../..', import.meta.url)), program);
    [server, browser] = await Promise.all([startOther(program), launch()]);
    iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.admin });
  });
  after(async () => {
    await Promise.all([browser?.close(), server?.stop()]);
    rmSync(folder, { recursive: true });
  });

  /** expire sets how old passwords may be, and whether their owners may set new ones then. */
  const expire = (HardExpiry: boolean) => iam.send(new UpdateAccountPasswordPolicyCommand({ MinimumPasswordLength: 8, MaxPasswordAge: 90, AllowUsersToChangePassword: true, PasswordReusePrevention: 1, HardExpiry }));

  test('is changed at the next sign-in, by keyboard alone, and the new one lets in', async () => {
    const { user, password } = await addPerson(server, 'olga', reads);
    await expire(false);
    const { page, goTo, close } = await watch(await browser.newContext(), server);
    await page.goto(`${server.url}/signin?account=${server.account}&next=/console/users`);
    await enter(page, user, password);
    await heading(page, 'Set a new password');
    await page.getByText('Your password has expired, or an administrator has set it.').waitFor();
    await inEveryLook(page, 'signin-expired');
    await goTo('/users');
    await heading(page, 'Set a new password'); // nothing else opens
    await atField(page, 'Present password');
    await answered(page, () => type(page, password, password, password));
    await page.getByText('The password was not changed.').waitFor(); // it is the old one
    await page.getByLabel('Present password', { exact: true }).focus();
    await type(page, password, chosen, chosen);
    await page.getByRole('link', { name: user, exact: true }).waitFor();
    await page.goto(`${server.url}/signout`);
    await press(page, page.getByRole('button', { name: 'Sign out', exact: true }));
    await heading(page, 'You are signed out');
    await signIn(page, server, user, chosen);
    await inConsole(page, user);
    await close();
    const steps = await stepsOf(server, user);
    assert.deepEqual(steps.map((text) => text.replace(/: .*/, ': refused')), ['ConsoleLogin Success, MFA No', 'ChangePassword: refused', 'ChangePassword', 'Logout Success', 'ConsoleLogin Success, MFA No']);
  });

  test('lets nobody in where only an administrator may set a new one, and says whom to ask', async () => {
    const { user, password } = await addPerson(server, 'pia', reads);
    await expire(true);
    const { page, goTo, close } = await watch(await browser.newContext(), server);
    await signIn(page, server, user, 'not-the-Password-1');
    await page.getByText('The account, user name or password is not right.').waitFor(); // who does not know it is not told that it has expired
    await signIn(page, server, user, password);
    await heading(page, 'Your password has expired');
    await page.getByText('Ask an administrator for it.').waitFor();
    await inEveryLook(page, 'signin-locked');
    await goTo('/users');
    await heading(page, 'Sign in');
    await expire(false); // what an administrator may do about it, beside a new password
    await signIn(page, server, user, password);
    await heading(page, 'Set a new password');
    await close();
    assert.deepEqual(await stepsOf(server, user), [
      'ConsoleLogin Failure, MFA No: Failed authentication', 'ConsoleLogin Failure, MFA No: The password has expired', 'ConsoleLogin Success, MFA No',
    ]);
  });
});
