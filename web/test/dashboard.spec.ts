import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { PutAlternateContactCommand } from '@aws-sdk/client-account';
import type { Browser } from 'playwright-core';

import { accessible, launch, open } from './fixture/browser.ts';
import { type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';
import { Caller, Clock } from './seed/caller.ts';
import { seed, type Seeded } from './seed.ts';

describe('the dashboard', () => {
  let server: Server;
  let browser: Browser;
  let seeded: Seeded;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    seeded = await seed(server.url, server.admin);
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('shows the checklist, the score, open alarms and recent changes', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/');
    assert.equal(new URL(page.url()).pathname, '/console/dashboard');
    await page.getByRole('heading', { name: /^Day one/ }).waitFor();
    await page.getByText('of 100').waitFor();
    await page.getByRole('table', { name: 'Open alarms' }).getByRole('link', { name: 'Somebody became an administrator' }).first().waitFor();
    await page.getByRole('table', { name: 'Recent changes' }).getByRole('link', { name: 'iam:UpdateAccountPasswordPolicy' }).first().waitFor();
    await close();
  });

  test('ticks an item off when it is done, without a reload', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/dashboard');
    const item = page.getByRole('list', { name: 'Checklist' }).getByRole('listitem').filter({ hasText: 'A security contact' });
    await item.getByRole('img', { name: 'open' }).waitFor();
    const admin = new Caller(server.url, server.admin, new Clock(false));
    const contact = { Name: 'Security', Title: 'Team', EmailAddress: 'security@meridian.example', PhoneNumber: '+49 40 5550102' };
    await admin.account.send(new PutAlternateContactCommand({ AlternateContactType: 'SECURITY', ...contact }));
    await item.getByRole('img', { name: 'done' }).waitFor({ timeout: 60_000 });
    await close();
  });

  test('says by keyboard what an item is about, and leads there', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/dashboard');
    await page.getByRole('button', { name: /A password policy/ }).press('Enter');
    const item = page.getByRole('listitem').filter({ hasText: 'A password policy' });
    await item.getByRole('link', { name: 'Do it here' }).press('Enter');
    await page.getByRole('heading', { name: 'Account settings', level: 1 }).waitFor();
    await close();
  });

  test('shows somebody without the right that it is missing, and nothing else', async () => {
    const { page, goTo, close } = await open(browser, server, { as: { user: 'dmitri.volkov', password: seeded.password } });
    await goTo('/dashboard');
    await page.getByText('You are not allowed to do this').first().waitFor();
    assert.equal(await page.getByRole('heading', { name: /^Day one/ }).count(), 0);
    assert.equal(await page.getByRole('link', { name: 'Somebody became an administrator' }).count(), 0);
    await accessible(page);
    await close();
  });
});
