import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import type { Browser, Page, Route } from 'playwright-core';

import { inEveryLook, launch, open } from './fixture/browser.ts';
import { press, tabTo } from './fixture/keyboard.ts';
import { addAuthenticator, addPerson } from './fixture/people.ts';
import { type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';

const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().replace(/\.\d+Z$/, '+00:00');

/** What makes bob's password and kim's key old, by user and column of the report. */
const old: Record<string, Record<string, string>> = {
  bob: { password_last_changed: ago(400), password_last_used: ago(50) },
  kim: { access_key_1_last_rotated: ago(120), access_key_1_last_used_date: ago(3) },
};

/** aged is a report as it would be of older credentials. Its names and values have no commas. */
function aged(csv: string): string {
  const [head = '', ...lines] = csv.split('\n');
  const names = head.split(',');
  return [head, ...lines.map((line) => line.split(',').map((field, i, [user = '']) => old[user]?.[names[i]!] ?? field).join(','))].join('\n');
}

describe('what the list of users has from the credential report', () => {
  let server: Server;
  let browser: Browser;
  let iam: IAMClient;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.admin });
    for (const name of ['ada', 'bob']) await addPerson(server, name);
    await addAuthenticator(server, 'ada');
    for (const UserName of ['eve', 'kim']) await iam.send(new CreateUserCommand({ UserName }));
    await iam.send(new CreateAccessKeyCommand({ UserName: 'kim' }));
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  /** onReport has answers with the credential report go through a function. */
  const onReport = (page: Page, handle: (route: Route) => Promise<void>) =>
    page.route(`${server.url}/`, (route) => (route.request().postData()?.includes('Action=GetCredentialReport') ? handle(route) : route.fallback()));
  const makeOld = (page: Page) =>
    onReport(page, async (route) => {
      const response = await route.fetch();
      const text = await response.text();
      const body = text.replace(/(<Content>)([^<]+)/, (_, tag: string, content: string) => tag + Buffer.from(aged(Buffer.from(content, 'base64').toString())).toString('base64'));
      await route.fulfill({ response, body });
    });

  /** cell is what a user's row has in a column. */
  const cell = async (page: Page, user: string, column: string) => {
    const headers = await page.getByRole('columnheader').allInnerTexts();
    const at = headers.findIndex((text) => text.trim().startsWith(column));
    assert.notEqual(at, -1, `no column ${column} in ${headers.join()}`);
    return page.getByRole('row').filter({ has: page.getByRole('link', { name: user, exact: true }) }).locator('td, th').nth(at);
  };
  const shows = async (page: Page, user: string, column: string, text: string) => (await cell(page, user, column)).getByText(text, { exact: true }).waitFor();
  const names = (page: Page) => page.locator('table tbody').getByRole('link').allInnerTexts();

  test('comes when the list is there, is chosen by keyboard, and leaves out who was not there yet', async () => {
    const { page, goTo, settled, close } = await open(browser, server);
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await onReport(page, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(`${server.url}/console/users`);
    await page.getByRole('link', { name: 'kim' }).waitFor();
    await shows(page, 'ada', 'MFA', '–');
    await shows(page, 'ada', 'Password age', '–');
    release();
    await shows(page, 'ada', 'MFA', 'Yes');
    await shows(page, 'bob', 'MFA', 'No');
    await shows(page, 'kim', 'MFA', 'No password');
    await shows(page, 'ada', 'Password age', 'set today');
    await shows(page, 'kim', 'Password age', '–');
    await settled();

    assert.equal(await page.getByRole('columnheader', { name: 'Active key age' }).count(), 0);
    await press(page, page.getByRole('button', { name: 'Preferences' }));
    for (const column of ['Active key age', 'Last activity']) {
      await tabTo(page, page.getByRole('dialog').getByRole('checkbox', { name: column }));
      await page.keyboard.press('Space');
    }
    await press(page, page.getByRole('button', { name: 'Confirm' }));
    await shows(page, 'kim', 'Active key age', 'made today');
    await shows(page, 'kim', 'Last activity', 'never');
    await shows(page, 'ada', 'Active key age', '–');
    await shows(page, 'eve', 'Last activity', '–');
    await inEveryLook(page, 'user-columns');

    await iam.send(new CreateUserCommand({ UserName: 'late' }));
    await goTo('/users');
    await shows(page, 'ada', 'MFA', 'Yes');
    await shows(page, 'late', 'MFA', '–');
    await close();
  });

  test('is judged as in the credential report, sorted, and filtered by more and less', async () => {
    const { page, goTo, close } = await open(browser, server);
    await makeOld(page);
    /** judged are the texts and the colours of judgements. */
    const judged = async (user: string, columns: string[]) => {
      const cells = await Promise.all(columns.map((column) => cell(page, user, column)));
      await cells[0]!.getByText('old').waitFor();
      return Promise.all(cells.map((one) => one.locator('span').filter({ hasText: /\S/ }).first().evaluate((span) => [span.textContent, getComputedStyle(span).color])));
    };
    await goTo('/credential-report');
    const inReport = [await judged('bob', ['Password', 'MFA']), await judged('kim', ['Access keys'])];
    assert.deepEqual(inReport.flat().map(([text]) => text), ['400 days old', 'No', '120 days old']);
    await page.evaluate(() => localStorage.setItem('warder.table.users', JSON.stringify({ visible: ['name', 'mfa', 'password', 'key-age', 'activity'] })));
    await goTo('/users');
    await shows(page, 'bob', 'Password age', '400 days old');
    assert.deepEqual([await judged('bob', ['Password age', 'MFA']), await judged('kim', ['Active key age'])], inReport);
    await shows(page, 'bob', 'Last activity', 'last month');
    await shows(page, 'kim', 'Last activity', '3 days ago');
    await inEveryLook(page, 'user-columns-old');

    await goTo('/users?f=password%3E365');
    await page.getByText('1 match').first().waitFor();
    assert.deepEqual(await names(page), ['bob']);
    await goTo('/users?f=key-age%3E%3D120');
    await page.getByText('1 match').first().waitFor();
    assert.deepEqual(await names(page), ['kim']);
    await goTo('/users?f=mfa%3DYes');
    await page.getByText('1 match').first().waitFor();
    assert.deepEqual(await names(page), ['ada']);
    const find = page.getByRole('combobox', { name: 'Find users' });
    await page.getByRole('button', { name: /^Clear filter/ }).first().click();
    await find.fill('400'); // the digits of an age are no text of it
    await find.press('Enter');
    await page.getByText('No users match').waitFor();
    await page.getByRole('button', { name: /^Clear filter/ }).first().click();
    for (const first of ['ada', 'bob']) {
      await page.getByRole('columnheader', { name: 'Password age' }).getByRole('button').first().press('Enter');
      const people = (await names(page)).filter((name) => ['ada', 'bob'].includes(name));
      assert.equal(people[0], first);
    }
    await close();
  });

  test('is not there, without an error, for whoever may not read it', async () => {
    const lister = await addPerson(server, 'lister', { Effect: 'Allow', Action: 'iam:ListUsers', Resource: '*' });
    const { page, goTo, close } = await open(browser, server, { as: lister });
    await goTo('/users');
    await page.getByRole('link', { name: 'ada', exact: true }).waitFor();
    await shows(page, 'ada', 'MFA', '–');
    await shows(page, 'ada', 'Password age', '–');
    assert.equal(await page.getByText('not allowed').count(), 0);
    await close();
  });
});
