import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Browser } from 'playwright-core';

import { accessible, launch, open, screenshot } from './fixture/browser.ts';
import { type Server, startServer } from './fixture/server.ts';
import { seed } from './seed.ts';

describe('the trail', () => {
  let server: Server;
  let browser: Browser;
  const storage = mkdtempSync(join(tmpdir(), 'warder-storage-'));
  before(async () => {
    mkdirSync(join(storage, 'trail-bucket'));
    [server, browser] = await Promise.all([startServer('--trail-storage', storage), launch()]);
    await seed(server.url, server.admin);
  });
  after(async () => {
    await Promise.all([browser?.close(), server?.stop()]);
    rmSync(storage, { recursive: true, force: true });
  });

  test('is searched by an attribute, page by page, and the search is in the address', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/trail');
    await page.getByRole('button', { name: 'Read older events' }).waitFor();
    await accessible(page);
    await page.getByRole('button', { name: /Find by/ }).press('Enter');
    await page.getByRole('option', { name: 'User name' }).click();
    await page.getByLabel('Value').fill('dmitri.volkov');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/trail?attribute=Username&value=dmitri.volkov');
    const others = page.getByRole('table').getByRole('link', { name: 'user admin' });
    await others.first().waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'DeleteAccountPasswordPolicy' }).first().waitFor();
    assert.equal(await others.count(), 0);
    await page.reload();
    await page.getByRole('link', { name: 'DeleteAccountPasswordPolicy' }).first().waitFor();
    await screenshot(page, 'trail-search');
    await close();
  });

  test('tells why a call was denied, shows the record as tree and JSON, and what belongs to it', async () => {
    for (const [scheme, width] of [['light', 1280], ['dark', 390]] as const) {
      const { page, goTo, close } = await open(browser, server, { scheme, width });
      await goTo('/trail?attribute=EventName&value=AttachUserPolicy&f=outcome%3Ddenied');
      await page.getByRole('link', { name: 'AttachUserPolicy' }).first().press('Enter');
      await page.getByRole('heading', { name: 'Why was this denied?' }).waitFor();
      await page.getByText(/Nothing in identity-based policies allows iam:AttachUserPolicy/).waitFor();
      await page.getByText('What would have to be otherwise').waitFor();
      const ask = await page.getByRole('link', { name: 'Ask again with other values' }).getAttribute('href');
      const asked = new URL(ask!, server.url);
      assert.equal(asked.pathname, '/console/ask');
      assert.equal(asked.searchParams.get('principal'), 'arn:aws:iam::123456789012:user/dmitri.volkov');
      assert.equal(asked.searchParams.get('action'), 'iam:AttachUserPolicy');
      assert.ok(asked.searchParams.getAll('c').some((entry) => entry.includes('aws:SourceIp=127.0.0.1')), 'the address is asked about too');
      await page.getByRole('heading', { name: /Related events/ }).waitFor();
      await page.getByRole('link', { name: 'DeleteAccountPasswordPolicy' }).first().waitFor();
      await page.getByText('eventVersion').first().waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'the page is wider than the window');
      await accessible(page);
      await screenshot(page, `trail-denied-${scheme}-${width}`);
      await page.getByRole('tab', { name: 'JSON' }).press('Enter');
      await page.getByText('"eventName": "AttachUserPolicy"').waitFor();
      await accessible(page);
      await close();
    }
  });

  test('shows the activity of a principal as a chart and as a table', async () => {
    for (const [scheme, width] of [['light', 1280], ['dark', 390]] as const) {
      const { page, goTo, close } = await open(browser, server, { scheme, width });
      await goTo('/activity');
      await page.getByRole('link', { name: 'user dmitri.volkov' }).press('Enter');
      await page.getByRole('heading', { name: 'Activity of user dmitri.volkov' }).waitFor();
      await page.getByRole('cell', { name: 'iam:AttachUserPolicy' }).or(page.getByRole('rowheader', { name: 'iam:AttachUserPolicy' })).first().waitFor();
      await accessible(page);
      await screenshot(page, `trail-activity-${scheme}-${width}`);
      await page.getByRole('tab', { name: 'Table' }).press('Enter');
      const table = page.getByRole('table', { name: 'Events over time' });
      await table.getByRole('row').nth(1).waitFor();
      await accessible(page);
      await close();
    }
  });

  test('is delivered by a trail that is made, looked at, stopped and deleted here', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/trails');
    await page.getByText('No trails').waitFor();
    await page.getByRole('button', { name: 'Create trail' }).press('Enter');
    await page.getByLabel('Bucket').fill('no-such-bucket');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('That did not work').waitFor();
    await page.getByLabel('Bucket').fill('trail-bucket');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'all-events' }).press('Enter');
    await page.getByRole('heading', { name: 'Digests', exact: true }).waitFor();
    await accessible(page);
    await screenshot(page, 'trail-trail');
    await page.getByRole('button', { name: 'Stop' }).press('Enter');
    await page.getByRole('button', { name: 'Start' }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).press('Enter');
    await page.keyboard.type('all-events');
    await page.keyboard.press('Enter');
    await page.getByText('No trails').waitFor();
    await close();
  });
});
