import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { GetAlternateContactCommand } from '@aws-sdk/client-account';
import {
  GetAccountPasswordPolicyCommand, ListAccountAliasesCommand, ListOpenIDConnectProvidersCommand, ListOpenIDConnectProviderTagsCommand, ListServerCertificatesCommand,
  ListServerCertificateTagsCommand,
} from '@aws-sdk/client-iam';
import type { Browser } from 'playwright-core';

import { accessible, inEveryLook, launch, open, screenshot, tick, watch } from './fixture/browser.ts';
import { confirm } from './fixture/keyboard.ts';
import { addPasskeys, addPerson, Authenticator } from './fixture/people.ts';
import { passwords, rootEmail, type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';
import { Caller, Clock } from './seed/caller.ts';
import { certificate as selfSigned } from './seed/certificate.ts';
import { seed } from './seed.ts';

describe('the settings', () => {
  let server: Server;
  let browser: Browser;
  let admin: Caller;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    await seed(server.url, server.admin, { days: 0 });
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
    await page.getByLabel('Passwords remembered').fill('24');
    await page.getByRole('checkbox', { name: 'Symbols' }).press('Space');
    await accessible(page);
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await page.getByText('16 characters').waitFor();
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
    await page.getByRole('button', { name: 'Save', exact: true }).press('Enter');
    await page.getByText('console', { exact: true }).waitFor();
    await screenshot(page, 'settings-provider');
    await page.getByRole('button', { name: 'Delete' }).press('Enter');
    await confirm(page, 'delete');
    await page.getByText(/^Deleted .*login\.meridian\.example/).waitFor();
    const { OpenIDConnectProviderList = [] } = await admin.iam.send(new ListOpenIDConnectProvidersCommand({}));
    assert.equal(OpenIDConnectProviderList.length, 1);
    await close();
  });

  test('take a certificate with its key, tag it, and delete it', async () => {
    const { page, goTo, close } = await open(browser, server);
    const { certificate, privateKey } = selfSigned('web.example.org', new Date(), 20);
    await goTo('/certificates');
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await page.getByLabel('Name').fill('web');
    await page.getByLabel('Certificate', { exact: true }).fill(certificate);
    await page.getByLabel('Private key').fill(privateKey);
    await page.getByRole('dialog').getByRole('button', { name: 'Upload', exact: true }).click();
    await page.getByRole('link', { name: 'web', exact: true }).click();
    await page.getByText('in 19 days').or(page.getByText('in 20 days')).waitFor();
    await page.getByRole('button', { name: 'Add new tag' }).click();
    await page.getByRole('combobox', { name: 'Key' }).fill('team');
    await page.getByRole('combobox', { name: /^Value/ }).fill('booking');
    await page.getByRole('button', { name: 'Save tags' }).click();
    await page.getByText('Tags of certificate web saved').waitFor();
    const { Tags } = await admin.iam.send(new ListServerCertificateTagsCommand({ ServerCertificateName: 'web' }));
    assert.deepEqual(Tags, [{ Key: 'team', Value: 'booking' }]);
    await inEveryLook(page, 'settings-certificate');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await confirm(page, 'web');
    await page.getByText('Deleted certificate web').waitFor();
    assert.equal((await admin.iam.send(new ListServerCertificatesCommand({}))).ServerCertificateMetadataList?.length, 0);
    await close();
  });

  test('tag providers, and lead from one to a role for it', async () => {
    const { page, goTo, close } = await open(browser, server);
    const arn = `arn:aws:iam::${server.account}:oidc-provider/token.actions.githubusercontent.com`;
    await goTo(`/providers/${encodeURIComponent(arn)}`);
    await page.getByRole('button', { name: 'Add new tag' }).click();
    await page.getByLabel('Key').last().fill('for');
    await page.getByLabel(/^Value/).last().fill('builds');
    await page.getByRole('button', { name: 'Save tags' }).click();
    await page.getByText(/Tags of provider .* saved/).waitFor();
    const { Tags = [] } = await admin.iam.send(new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn: arn }));
    assert.ok(Tags.some(({ Key, Value }) => Key === 'for' && Value === 'builds'));
    await inEveryLook(page, 'settings-provider-tags');
    await page.getByRole('link', { name: 'Create a role' }).click();
    await page.getByRole('radio', { name: /^Web identity/, checked: true }).waitFor();
    await page.getByRole('button', { name: /token.actions.githubusercontent.com/ }).first().waitFor();
    await close();
  });

  test('show the root user its own ways in, and change its address with the password alone', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const { page, goTo, close } = await watch(context, server);
    await page.goto(`${server.url}/signin/root`);
    await page.getByLabel('Root user e-mail address').fill(rootEmail);
    await page.getByLabel('Password').fill(passwords.root);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/console/**');
    await page.getByRole('button', { name: /^root@meridian.example @ / }).click();
    await page.getByRole('menuitem', { name: 'Security credentials' }).click();
    await page.getByText(rootEmail, { exact: true }).waitFor();
    await page.getByText('No MFA device', { exact: true }).waitFor();
    await inEveryLook(page, 'settings-root');
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Change e-mail address' }).click();
    await dialog.getByLabel('New e-mail address').fill('owner@meridian.example');
    await dialog.getByLabel('Password of the root user').fill('not the password');
    await dialog.getByRole('button', { name: 'Change', exact: true }).click();
    await dialog.getByText('The password was incorrect.').waitFor();
    await accessible(page);
    await dialog.getByLabel('Password of the root user').fill(passwords.root);
    await dialog.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByText('owner@meridian.example', { exact: true }).waitFor();
    await addPasskeys(context, page);
    await page.getByRole('button', { name: 'Add passkey' }).click();
    await dialog.getByLabel('Name of the passkey').fill('vault');
    await dialog.getByRole('button', { name: 'Go on in the browser' }).click();
    await page.getByText('Added passkey vault').waitFor();
    await page.getByText('Passkey or security key').waitFor();
    await page.getByRole('button', { name: 'Add authenticator app' }).click();
    await dialog.getByRole('button', { name: 'Next' }).click();
    await dialog.getByRole('button', { name: 'Show key of the device' }).click();
    const app = new Authenticator(await dialog.locator('code').innerText());
    const [first, second] = app.pair();
    await dialog.getByLabel('2. A code of the app').fill(first);
    await dialog.getByLabel('3. The next code').fill(second);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Added authenticator app').waitFor();
    await page.getByRole('cell', { name: 'Authenticator app', exact: true }).waitFor();
    await tick(page.getByRole('row', { name: /Passkey or security key/ }).getByRole('radio'));
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await confirm(page, 'delete');
    await page.getByText(/Removed MFA device/).waitFor();
    await page.getByRole('cell', { name: 'Passkey or security key' }).waitFor({ state: 'detached' });
    await goTo('/security-credentials');
    await page.getByRole('link', { name: 'Change password' }).click();
    await page.getByRole('heading', { name: 'Change password' }).waitFor();
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.waitForURL('**/console/security-credentials');
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
    const { page, goTo, close } = await open(browser, server, { as: await addPerson(server, 'newcomer') });
    await goTo('/account-settings');
    await page.getByText('You are not allowed to do this').first().waitFor();
    assert.equal(await page.getByRole('main').getByText('meridian').count(), 0);
    assert.equal(await page.getByText('Speicherstrasse').count(), 0);
    await goTo('/security-credentials');
    await page.getByText('You are not allowed to do this').first().waitFor();
    await accessible(page);
    await close();
  });
});
