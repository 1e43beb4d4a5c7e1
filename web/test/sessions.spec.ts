import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import type { Browser, Response } from 'playwright-core';

import { accessible, type Console, heading, inEveryLook, launch, screenshot, watch } from './fixture/browser.ts';
import { addPerson, inConsole, type Person, signIn, type Statement } from './fixture/people.ts';
import { type Server, startServer } from './fixture/server.ts';
import { stepsOf } from './fixture/trail.ts';
import { toButton } from './fixture/keyboard.ts';
import { test } from './fixture/test.ts';

const reads: Statement = { Effect: 'Allow', Action: ['iam:Get*', 'iam:List*'], Resource: '*' };

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

interface Seat extends Console {
  /** The temporary credentials that the page got last. */
  keys: () => Promise<Keys>;
}

describe('sessions', () => {
  let server: Server;
  let browser: Browser;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    await addPerson(server, 'victim');
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  /** sit signs in with a browser of its own, and opens a path of the console. */
  const sit = async (at: Server, { user, password }: Person, path: string): Promise<Seat> => {
    const opened = await watch(await browser.newContext(), at);
    const given: Promise<Keys>[] = [];
    opened.page.on('response', (response) => {
      if (response.url().endsWith('/console/credentials') && response.ok()) given.push(keysOf(response));
    });
    await signIn(opened.page, at, user, password, `/console${path}`);
    await inConsole(opened.page, user);
    await opened.settled();
    return { ...opened, keys: () => given.at(-1)! };
  };

  /** dead fails where credentials are still good. */
  const dead = async (at: Server, keys: Promise<Keys>) => {
    const iam = new IAMClient({ endpoint: at.url, region: 'us-east-1', credentials: await keys });
    await assert.rejects(iam.send(new ListUsersCommand({})), { name: 'ExpiredToken' });
  };

  test('that another browser revokes end there with the next call, and nothing stays on the screen', async () => {
    const person = await addPerson(server, 'kim', reads);
    const [here, there] = [await sit(server, person, '/dashboard'), await sit(server, person, '/users?x=1')];
    await there.page.getByRole('link', { name: 'victim' }).waitFor();
    await new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: await there.keys() }).send(new ListUsersCommand({}));

    await here.page.goto(`${server.url}/signin/sessions`);
    await here.page.getByRole('row').nth(2).waitFor();
    assert.equal(await here.page.getByRole('row').count(), 3);
    await inEveryLook(here.page, 'signin-sessions');
    const row = here.page.getByRole('row').filter({ hasNotText: 'this one' }).filter({ has: here.page.getByRole('button') });
    await row.getByRole('button', { name: /^Sign out/ }).press('Enter');
    await here.page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);

    await there.page.getByRole('link', { name: 'victim' }).click();
    await there.page.waitForURL('**/signin?next=*');
    await heading(there.page, 'Sign in');
    assert.match(new URL(there.page.url()).searchParams.get('next') ?? '', /^\/console\/users/);
    assert.ok(!(await there.page.locator('body').innerText()).includes('victim'));
    await dead(server, there.keys());
    await there.page.getByLabel('User name').fill(person.user);
    await there.page.getByLabel('Password').fill(person.password);
    await there.page.keyboard.press('Enter');
    await heading(there.page, 'victim'); // where they were
    await Promise.all([here.close(), there.close()]);
    assert.deepEqual(await stepsOf(server, person.user), ['ConsoleLogin Success, MFA No', 'ConsoleLogin Success, MFA No', 'RevokeConsoleSession', 'ConsoleLogin Success, MFA No']);
  });

  test('end everywhere by one button, in pages too that nobody touches', async () => {
    const person = await addPerson(server, 'lea', reads);
    const [here, there] = [await sit(server, person, '/security-credentials'), await sit(server, person, '/users')];
    await there.page.getByRole('link', { name: 'victim' }).waitFor();
    await here.page.getByRole('button', { name: 'Sign out everywhere' }).press('Enter');
    await here.page.waitForURL('**/signin?next=*');
    await there.page.waitForURL('**/signin?next=*', { timeout: 60_000 });
    await Promise.all([dead(server, here.keys()), dead(server, there.keys())]);
    await Promise.all([here.close(), there.close()]);

    const again = await sit(server, person, '/dashboard');
    await again.page.goto(`${server.url}/signin/sessions`);
    await toButton(again.page, 'Sign out everywhere');
    await again.page.keyboard.press('Enter');
    await heading(again.page, 'You are signed out');
    await again.close();
    const once = ['ConsoleLogin Success, MFA No', 'RevokeConsoleSessions'];
    assert.deepEqual(await stepsOf(server, person.user), [once[0], ...once, ...once]);
  });

  test('end by signing out, and the way back shows nothing', async () => {
    const person = await addPerson(server, 'mia', reads);
    const { page, keys, close } = await sit(server, person, '/users');
    await page.getByRole('link', { name: 'victim' }).waitFor();
    await page.getByRole('button', { name: /^mia @ / }).press('Enter');
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await heading(page, 'Sign in');
    await dead(server, keys());
    await page.goBack();
    await heading(page, 'Sign in');
    assert.ok(!(await page.content()).includes('victim'));
    const { status, type } = await page.evaluate(async () => {
      const answer = await fetch('/console/session');
      return { status: answer.status, type: answer.headers.get('WWW-Authenticate') };
    });
    assert.deepEqual([status, type], [401, 'Cookie']);
    await close();
    assert.deepEqual(await stepsOf(server, person.user), ['ConsoleLogin Success, MFA No', 'Logout Success']);
  });

  test('that nobody uses, or that have lasted long enough, say so and end', async (t) => {
    const [idle, short] = await Promise.all([startServer('--console-idle', '1m'), startServer('--console-session', '1m')]);
    t.after(() => Promise.all([idle.stop(), short.stop()]));
    const [ofIdle, ofShort] = await Promise.all([addPerson(idle, 'noa', reads), addPerson(short, 'noa', reads)]);
    const ends = /^You will be signed out at/;
    const [left, used, lasting] = [await sit(idle, ofIdle, '/users'), await sit(idle, ofIdle, '/users'), await sit(short, ofShort, '/users')];

    await lasting.page.getByText('A session lasts no longer').waitFor();
    await accessible(lasting.page);
    await screenshot(lasting.page, 'session-limit');
    await Promise.all([left, used].map(({ page }) => page.getByText(ends).waitFor({ timeout: 90_000 })));
    await screenshot(left.page, 'session-idle');
    await used.page.mouse.move(300, 300);
    await used.page.mouse.move(310, 310);
    await used.page.getByText(ends).waitFor({ state: 'detached' });
    for (const { page } of [left, lasting]) {
      await page.waitForURL('**/signin?next=%2Fconsole%2Fusers', { timeout: 90_000 });
      await heading(page, 'Sign in');
    }
    await Promise.all([dead(idle, left.keys()), dead(short, lasting.keys())]);
    await used.goTo('/users');
    await used.page.getByRole('link', { name: 'noa' }).waitFor();
    await Promise.all([left.close(), used.close(), lasting.close()]);
  });
});

/** keysOf are the credentials that an answer gave to the page. */
async function keysOf(response: Response): Promise<Keys> {
  const { accessKeyId, secretAccessKey, sessionToken } = (await response.json()) as Keys;
  return { accessKeyId, secretAccessKey, sessionToken };
}
