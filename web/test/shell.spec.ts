import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import type { Browser } from 'playwright-core';

import { accessible, launch, open } from './fixture/browser.ts';
import { type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';

describe('the shell', () => {
  let server: Server;
  let browser: Browser;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('shows who is signed in, and where', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/users');
    await page.getByRole('button', { name: /admin @ 1234-5678-9012/ }).waitFor();
    assert.equal(await page.title(), 'Users – Warder');
    await accessible(page);
    await close();
  });

  test('is light or dark as the system says, until the reader chooses', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const { page, goTo, close } = await open(browser, server, { scheme });
      await goTo('/users');
      const dark = () => page.evaluate(() => document.body.classList.contains('awsui-dark-mode'));
      assert.equal(await dark(), scheme === 'dark');
      const other = scheme === 'dark' ? 'Light' : 'Dark';
      await page.getByRole('button', { name: 'Look' }).click();
      await page.getByRole('menuitemcheckbox', { name: other }).click();
      assert.equal(await dark(), other === 'Dark');
      await page.reload();
      await page.getByRole('heading', { name: /^Users/ }).waitFor();
      assert.equal(await dark(), other === 'Dark');
      await accessible(page);
      await close();
    }
  });

  test('begins with few files', async () => {
    const { page, goTo, close } = await open(browser, server);
    const files: string[] = [];
    page.on('request', (request) => {
      if (['script', 'stylesheet'].includes(request.resourceType())) files.push(new URL(request.url()).pathname);
    });
    await goTo('/dashboard');
    assert.ok(files.length > 0 && files.length <= 6, `the first page is made of ${files.length} files:\n${files.join('\n')}`);
    await close();
  });

  test('says that a page is not there', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/nowhere/at.all');
    await page.getByRole('heading', { name: 'Nothing here' }).waitFor();
    await page.getByRole('link', { name: 'Go to the first page' }).click();
    await page.waitForURL('**/console/dashboard');
    await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor();
    await close();
  });
});
