import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { GetAlternateContactCommand } from '@aws-sdk/client-account';
import { GetAccountPasswordPolicyCommand, ListAccountAliasesCommand, ListOpenIDConnectProvidersCommand } from '@aws-sdk/client-iam';
import type { Browser } from 'playwright-core';

import { accessible, launch, open, screenshot } from './fixture/browser.ts';
import { type Server, startServer } from './fixture/server.ts';
import { Caller, Clock } from './seed/caller.ts';
import { seed, type Seeded } from './seed.ts';

describe('the settings', () => {
  let server: Server;
  let browser: Browser;
  let admin: Caller;
  let seeded: Seeded;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    seeded = await seed(server.url, server.admin, { days: 0 });
    admin = new Caller(server.url, server.admin, new Clock(false));
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('change the alias, and refuse what is none', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/account-settings');
    await page.getByRole('button', { name: 'Change alias' }).press('Enter');
    await page.getByLabel('Alias', { exact: true }).fill('Not--One');
    await page.getByText('This is no alias.').waitFor();
    await page.getByLabel('Alias', { exact: true }).fill('meridian');
    await page.keyboard.press('Enter');
    await page.getByText('People can sign in to meridian').waitFor();
    assert.deepEqual((await admin.iam.send(new ListAccountAliasesCommand({}))).AccountAliases, ['meridian']);
    await close();
  });

  test('set the password policy, its own numbers within their limits', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/account-settings');
    await page.getByRole('button', { name: 'Edit policy' }).press('Enter');
    await page.getByLabel('Minimum length').fill('200');
    await page.getByText('From 6 to 128.').waitFor();
    await page.getByLabel('Minimum length').fill('16');
    await page.getByLabel('Passwords not used again').fill('24');
    await page.getByRole('checkbox', { name: 'Symbols' }).press('Space');
    await accessible(page);
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await page.getByText('at least 16').waitFor();
    const { PasswordPolicy } = await admin.iam.send(new GetAccountPasswordPolicyCommand({}));
    assert.deepEqual([PasswordPolicy?.MinimumPasswordLength, PasswordPolicy?.PasswordReusePrevention, PasswordPolicy?.RequireSymbols, PasswordPolicy?.RequireNumbers], [16, 24, true, true]);
    await close();
  });

  test('name a security contact', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/account-settings');
    await page.getByRole('button', { name: 'Edit the security contact' }).press('Enter');
    for (const [label, value] of [['Name', 'Security'], ['Title', 'Team'], ['E-mail', 'security@meridian.example'], ['Phone', '+49 40 5550102']]) await page.getByRole('dialog').getByLabel(label!).fill(value!);
    await page.keyboard.press('Enter');
    await page.getByText('The security contact is saved').waitFor();
    const { AlternateContact } = await admin.account.send(new GetAlternateContactCommand({ AlternateContactType: 'SECURITY' }));
    assert.equal(AlternateContact?.EmailAddress, 'security@meridian.example');
    await close();
  });

  test('add an identity provider, change its audiences and delete it', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/providers');
    await page.getByRole('button', { name: 'Add provider' }).press('Enter');
    await page.getByLabel('Provider URL').fill('https://login.meridian.example');
    await page.getByRole('button', { name: 'Add', exact: true }).press('Enter');
    await page.getByRole('heading', { name: 'login.meridian.example' }).waitFor();
    await page.getByText('No role trusts it').waitFor();
    await accessible(page);
    await page.getByRole('button', { name: 'Edit' }).press('Enter');
    await page.getByLabel('Audiences').fill('console\nsts.amazonaws.com');
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await page.getByText('console', { exact: true }).waitFor();
    await screenshot(page, 'settings-provider');
    await page.getByRole('button', { name: 'Delete' }).press('Enter');
    await page.keyboard.type('delete');
    await page.keyboard.press('Enter');
    await page.getByText('The provider is deleted').waitFor();
    const { OpenIDConnectProviderList = [] } = await admin.iam.send(new ListOpenIDConnectProvidersCommand({}));
    assert.equal(OpenIDConnectProviderList.length, 1);
    await close();
  });

  test('refuse a certificate that is none, and keep what was typed', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/certificates');
    await page.getByRole('button', { name: 'Upload', exact: true }).press('Enter');
    await page.getByLabel('Name').fill('web');
    await page.getByLabel('Certificate', { exact: true }).fill('no certificate');
    await page.getByLabel('Private key').fill('no key');
    await page.getByRole('dialog').getByRole('button', { name: 'Upload', exact: true }).press('Enter');
    await page.getByText('That did not work').waitFor();
    assert.equal(await page.getByLabel('Name').inputValue(), 'web');
    await close();
  });

  test('show somebody without rights what is refused, and no data', async () => {
    const { page, goTo, close } = await open(browser, server, { keys: seeded.keys.get('metrics-exporter')! });
    await goTo('/account-settings');
    await page.getByText('You are not allowed to do this').first().waitFor();
    assert.equal(await page.getByText('meridian').count(), 0);
    assert.equal(await page.getByText('Speicherstrasse').count(), 0);
    await goTo('/security-credentials');
    await page.getByText('You are not allowed to do this').first().waitFor();
    await accessible(page);
    await close();
  });
});
