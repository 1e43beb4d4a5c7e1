import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import type { Browser } from 'playwright-core';

import { heading, inEveryLook, launch } from './fixture/browser.ts';
import { addPerson, type Statement } from './fixture/people.ts';
import { dead, sit } from './fixture/seats.ts';
import { type Server, startServer } from './fixture/server.ts';
import { stepsOf } from './fixture/trail.ts';
import { toButton } from './fixture/keyboard.ts';
import { test } from './fixture/test.ts';

const reads: Statement = { Effect: 'Allow', Action: ['iam:Get*', 'iam:List*'], Resource: '*' };

describe('sessions', () => {
  let server: Server;
  let browser: Browser;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    await addPerson(server, 'victim');
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('that another browser revokes end there with the next call, and nothing stays on the screen', async () => {
    const person = await addPerson(server, 'kim', reads);
    const [here, there] = [await sit(browser, server, person, '/dashboard'), await sit(browser, server, person, '/users?x=1')];
    await there.page.getByRole('link', { name: 'victim' }).waitFor();
    await new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: await there.keys() }).send(new ListUsersCommand({}));

    await here.page.goto(`${server.url}/signin/sessions`);
    await here.page.getByRole('row').nth(2).waitFor();
    assert.equal(await here.page.getByRole('row').count(), 3);
    await inEveryLook(here.page, 'signin-sessions');
    await there.goTo('/users?x=1'); // it looks every half minute whether it still has a session: not in between
    await there.page.getByRole('link', { name: 'victim' }).waitFor();
    const row = here.page.getByRole('row').filter({ hasNotText: 'this one' }).filter({ has: here.page.getByRole('button') });
    await row.getByRole('button', { name: /^Sign out/ }).press('Enter');
    await here.page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);

    await there.page.getByRole('link', { name: 'victim' }).click();
    await there.page.waitForURL('**/signin?next=*');
    await heading(there.page, 'Sign in');
    assert.match(new URL(there.page.url()).searchParams.get('next') ?? '', /^\/console\/users/);
    assert.ok(!(await there.page.locator('body').innerText()).includes('victim'));
    await dead(server, there);
    await there.page.getByLabel('User name').fill(person.user);
    await there.page.getByLabel('Password').fill(person.password);
    await there.page.keyboard.press('Enter');
    await heading(there.page, 'victim'); // where they were
    await Promise.all([here.close(), there.close()]);
    assert.deepEqual(await stepsOf(server, person.user), ['ConsoleLogin Success, MFA No', 'ConsoleLogin Success, MFA No', 'RevokeConsoleSession', 'ConsoleLogin Success, MFA No']);
  });

  test('end everywhere by one button, in pages too that nobody touches', async () => {
    const person = await addPerson(server, 'lea', reads);
    const [here, there] = [await sit(browser, server, person, '/security-credentials'), await sit(browser, server, person, '/users')];
    await there.page.getByRole('link', { name: 'victim' }).waitFor();
    await here.page.getByRole('button', { name: 'Sign out everywhere' }).press('Enter');
    await here.page.waitForURL('**/signin?next=*');
    await there.page.waitForURL('**/signin?next=*', { timeout: 60_000 });
    await Promise.all([dead(server, here), dead(server, there)]);
    await Promise.all([here.close(), there.close()]);

    const again = await sit(browser, server, person, '/dashboard');
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
    const seat = await sit(browser, server, person, '/users');
    const { page, close } = seat;
    await page.getByRole('link', { name: 'victim' }).waitFor();
    await page.getByRole('button', { name: /^mia @ / }).press('Enter');
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await heading(page, 'Sign in');
    await dead(server, seat);
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
});
