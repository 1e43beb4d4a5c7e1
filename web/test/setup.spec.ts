import assert from 'node:assert/strict';
import { after, afterEach, before, describe } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { accessible, answered, heading, launch, screenshot, watch } from './fixture/browser.ts';
import { passwords, rootEmail, type Server, startFresh } from './fixture/server.ts';
import { addPasskeys, Authenticator, inConsole, signIn, signOut } from './fixture/people.ts';
import { test } from './fixture/test.ts';

/** step waits for a step by its heading, looks at it and takes a picture. */
async function step(page: Page, name: string, picture: string): Promise<void> {
  await heading(page, name);
  await accessible(page);
  await screenshot(page, picture);
}

/** choose types a password twice and goes on. */
async function choose(page: Page, password: string): Promise<void> {
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('Password again').fill(password);
  await answered(page, () => page.getByRole('button', { name: 'Next' }).click());
}

/** setAuthenticator goes through the step of the second factor with an application. */
async function setAuthenticator(page: Page): Promise<Authenticator> {
  await page.getByRole('button', { name: 'Use an authenticator app' }).click();
  await page.getByText('Show the key as text').click();
  const app = new Authenticator(await page.locator('.key code').innerText());
  await accessible(page);
  const [first, second] = app.pair();
  await page.getByLabel('MFA code 1').fill(first);
  await page.getByLabel('MFA code 2').fill(second);
  await page.keyboard.press('Enter');
  return app;
}

describe('the first run', () => {
  let server: Server | undefined;
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());
  afterEach(() => server?.stop());

  test('by the printed link, with an authenticator app, then signing in with a code', async () => {
    server = await startFresh();
    const { page, close } = await watch(await browser.newContext(), server);
    assert.notEqual(server.setupLink, '');
    await page.goto(server.setupLink);
    assert.equal(new URL(page.url()).search, '', 'the token leaves the address');
    await step(page, 'Set up the root user', 'setup-root');
    await page.getByLabel('E-mail address').fill(rootEmail);
    await choose(page, 'password');
    await page.getByRole('alert').waitFor();
    await choose(page, passwords.root);
    await step(page, `Protect ${rootEmail} with MFA`, 'setup-root-mfa');
    await setAuthenticator(page);
    await step(page, 'Set up the administrator', 'setup-admin');
    await choose(page, passwords.admin);
    await step(page, 'Protect admin with MFA', 'setup-admin-mfa');
    const app = await setAuthenticator(page);
    await step(page, 'Ready', 'setup-ready');
    await page.getByRole('button', { name: 'Finish and sign in' }).click();
    await inConsole(page, 'admin');
    await page.getByRole('heading', { name: /^Day one/ }).waitFor();

    await page.goto(server.setupLink);
    await page.getByRole('heading', { name: 'The console is set up' }).waitFor();

    await signOut(page, server);
    await signIn(page, server, 'admin', passwords.admin);
    await step(page, 'Multi-factor authentication', 'signin-code');
    await page.getByLabel('MFA code').fill('000000');
    const wrong = await answered(page, () => page.keyboard.press('Enter'));
    assert.equal(wrong.status(), 403);
    await page.getByText('The code is not right').waitFor();
    await page.getByLabel('MFA code').fill(app.next());
    await page.keyboard.press('Enter');
    await inConsole(page, 'admin');
    await page.goto(`${server.url}/console/security-credentials`);
    await page.getByText('with MFA', { exact: true }).waitFor();
    await close();
  });

  test('with passkeys for both, then signing in with one, as the administrator and as the root user', async () => {
    server = await startFresh();
    const { page, context, close } = await watch(await browser.newContext(), server);
    await addPasskeys(context, page);
    await page.goto(server.setupLink);
    await page.getByLabel('E-mail address').fill(rootEmail);
    await choose(page, passwords.root);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await step(page, 'Set up the administrator', 'setup-admin');
    await page.getByLabel('User name').fill('mira');
    await choose(page, passwords.admin);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await step(page, 'Ready', 'setup-ready-passkey');
    await page.getByRole('button', { name: 'Finish and sign in' }).click();
    await inConsole(page, 'mira');

    for (const who of ['mira', 'root'] as const) {
      await signOut(page, server);
      if (who === 'root') {
        await page.goto(`${server.url}/signin/root`);
        await page.getByLabel('Root user e-mail address').fill(rootEmail);
        await page.getByLabel('Password').fill(passwords.root);
        await page.keyboard.press('Enter');
      } else {
        await signIn(page, server, who, passwords.admin);
      }
      await step(page, 'Multi-factor authentication', `signin-passkey-${who}`);
      await page.getByRole('button', { name: 'Use passkey or security key' }).click();
      await inConsole(page, who === 'root' ? '.*' : who);
    }
    await close();
  });
});
