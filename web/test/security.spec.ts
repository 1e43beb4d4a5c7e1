import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe } from 'node:test';

import { CreateRoleCommand, GetGroupCommand } from '@aws-sdk/client-iam';
import type { Browser, Page } from 'playwright-core';

import { accessible, launch, open, screenshot } from './fixture/browser.ts';
import { type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';
import { Caller, Clock } from './seed/caller.ts';
import { seed } from './seed.ts';

describe('the security pages', () => {
  let server: Server;
  let browser: Browser;
  let admin: Caller;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    await seed(server.url, server.admin);
    admin = new Caller(server.url, server.admin, new Clock(false));
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('list findings, checks, alarms, rules, credentials and unused access', async () => {
    const pages: [path: string, text: string][] = [
      ['/findings', 'User legacy-etl is an administrator'],
      ['/checks', 'Nobody can become an administrator'],
      ['/alarms', 'A role was opened to somebody outside of its account'],
      ['/alarm-rules', 'The root user was used'],
      ['/credential-report', 'legacy-etl'],
      ['/unused-access', 'user legacy-etl'],
    ];
    const { page, goTo, close } = await open(browser, server);
    for (const [path, text] of pages) {
      await goTo(path);
      await page.getByText(text, { exact: true }).first().waitFor();
    }
    await close();
  });

  test('give the credential report as a file', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/credential-report');
    await page.getByRole('link', { name: 'legacy-etl' }).waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download .csv' }).click()]);
    assert.equal(file.suggestedFilename(), 'credential-report.csv');
    const text = readFileSync(await file.path(), 'utf8');
    assert.match(text, /^user,arn,user_creation_time,/);
    assert.match(text, /^legacy-etl,arn:aws:iam::123456789012:user\/legacy-etl,/m);
    await close();
  });

  test('filter findings by what stands in the address', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/findings?f=check%3Descalation');
    await page.getByRole('link', { name: 'User elena.rossi can become an administrator in 1 step' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'User legacy-etl is an administrator' }).count(), 0);
    await close();
  });

  test('show the policy behind a finding, with the line marked', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/findings?f=check%3Descalation');
    await page.getByRole('link', { name: 'User elena.rossi can become an administrator in 1 step' }).press('Enter');
    const policy = page.getByRole('region', { name: /Text of arn:aws:iam::123456789012:policy\/support-desk/ });
    await policy.waitFor();
    assert.match((await policy.locator('li', { hasText: '← here' }).first().innerText()).replace(/\s+/g, ' '), /14 \{ ← here/);
    await accessible(page);
    await screenshot(page, 'security-finding');
    await close();
  });

  test('preview a remedy, apply it step by step, and take it back', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/findings?f=check%3Dgroup-empty');
    await page.getByRole('link', { name: 'Group Interns has no members' }).click();
    await page.getByRole('button', { name: 'Preview the remedy' }).press('Enter');
    await page.getByText('Nobody loses anything').waitFor();
    await page.getByText('CreateGroup GroupName=Interns').waitFor();
    await accessible(page);
    await page.getByRole('button', { name: 'Make the change' }).press('Enter');
    await page.getByText('Mended').waitFor();
    await assert.rejects(admin.iam.send(new GetGroupCommand({ GroupName: 'Interns' })), { name: 'NoSuchEntityException' });
    await screenshot(page, 'security-remedy');
    await page.getByRole('button', { name: 'Take it back' }).press('Enter');
    await page.getByText('What the remedy changed is as it was.').waitFor();
    assert.equal((await admin.iam.send(new GetGroupCommand({ GroupName: 'Interns' }))).Group?.GroupName, 'Interns');
    await close();
  });

  test('show a new alarm without a reload, and take a note by keyboard alone', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/alarms');
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::999988887777:root' }, Action: 'sts:AssumeRole' }] };
    await admin.iam.send(new CreateRoleCommand({ RoleName: 'opened-now', AssumeRolePolicyDocument: JSON.stringify(trust) }));
    const row = page.getByRole('row', { name: /role opened-now/ });
    await row.waitFor({ timeout: 60_000 });
    await row.getByRole('link', { name: 'A role was opened to somebody outside of its account' }).press('Enter');
    await page.getByRole('heading', { name: 'The event that raised it' }).waitFor();
    await accessible(page);
    await page.getByRole('button', { name: 'Acknowledge' }).press('Enter');
    await page.waitForFunction(() => document.activeElement?.tagName === 'INPUT');
    await page.keyboard.type('it is the new partner, ticket 17');
    await page.keyboard.press('Enter');
    await page.getByRole('cell', { name: 'it is the new partner, ticket 17' }).waitFor();
    await state(page, 'Acknowledged');
    await page.getByRole('button', { name: 'Mute' }).press('Enter');
    await page.getByLabel('Reason').fill('until the contract is signed');
    await page.route(/\/alarms\/v1\/alarms\//, (route) => route.fulfill({ status: 429, json: { __type: 'ThrottlingException', message: 'Rate exceeded' } }));
    await admin.iam.send(new CreateRoleCommand({ RoleName: 'opened-too', AssumeRolePolicyDocument: JSON.stringify(trust) }));
    await page.getByText('Too many requests').waitFor({ timeout: 60_000 }); // for the page, which reloads by itself
    await page.unrouteAll({ behavior: 'wait' });
    assert.equal(await page.getByLabel('Reason').inputValue(), 'until the contract is signed');
    await page.getByRole('dialog').getByRole('button', { name: 'Mute' }).press('Enter');
    await state(page, 'Muted');
    await page.getByRole('button', { name: 'Unmute' }).press('Enter');
    await page.getByRole('button', { name: 'Mute', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Resolve' }).press('Enter');
    await page.waitForFunction(() => document.activeElement?.tagName === 'INPUT');
    await page.keyboard.press('Enter');
    await state(page, 'Resolved');
    await screenshot(page, 'security-alarm');
    await close();
  });
});

/** state waits for an alarm's state in its overview. */
async function state(page: Page, text: string): Promise<void> {
  await page.locator('dd', { hasText: text }).first().waitFor();
}
