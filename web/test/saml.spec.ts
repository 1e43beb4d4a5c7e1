import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe } from 'node:test';

import { AttachUserPolicyCommand, CreateSAMLProviderCommand, GetSAMLProviderCommand, IAMClient } from '@aws-sdk/client-iam';
import type { Browser, Page } from 'playwright-core';

import { inEveryLook, launch, open } from './fixture/browser.ts';
import { getsFocus, press, tabTo, write } from './fixture/keyboard.ts';
import { addPerson } from './fixture/people.ts';
import { type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';
import { officeMetadata } from './seed/furniture.ts';

const privateKey = (): string => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** kept is all that a page holds of what was written in it: its text, its fields, and what it stores. */
function kept(page: Page): Promise<string> {
  return page.evaluate(() => {
    const fields = [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')].map(({ value }) => value);
    return [document.documentElement.outerHTML, ...fields, JSON.stringify(localStorage), JSON.stringify(sessionStorage), JSON.stringify(history.state), location.href].join('\n');
  });
}

describe('the private keys of a SAML provider', () => {
  let server: Server;
  let browser: Browser;
  let iam: IAMClient;
  let arn: string;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.admin });
    arn = (await iam.send(new CreateSAMLProviderCommand({ Name: 'office', SAMLMetadataDocument: officeMetadata(new Date()) }))).SAMLProviderArn!;
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  const provider = () => iam.send(new GetSAMLProviderCommand({ SAMLProviderArn: arn }));
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const keyField = (page: Page) => page.getByRole('textbox', { name: 'Private key' });

  /** choose chooses an encryption mode by keyboard. */
  const choose = async (page: Page, mode: string, key: string) => {
    await press(page, button(page, 'Change encryption mode'));
    await getsFocus(page.getByRole('radio', { name: /^Allowed/ }));
    await page.keyboard.press(key);
    assert.ok(await page.getByRole('radio', { name: new RegExp(`^${mode}`) }).isChecked());
    await press(page, button(page, 'Save'));
    await page.getByText(`Encrypted assertions are ${mode.toLowerCase()} now`).waitFor();
  };

  test('are added, demanded and removed by keyboard alone, and stay nowhere in the page', async () => {
    const { page, goTo, settled, close } = await open(browser, server);
    const pem = privateKey();
    const secret = pem.split('\n')[5]!;
    await goTo(`/providers/${encodeURIComponent(arn)}`);
    await page.getByText('No private key').waitFor();
    await press(page, button(page, 'Change encryption mode'));
    assert.ok(await page.getByRole('radio', { name: /^Required/ }).isDisabled());
    await page.keyboard.press('Escape');

    await press(page, button(page, 'Add private key'));
    await getsFocus(keyField(page));
    await page.keyboard.insertText(pem); // as pasting does
    await inEveryLook(page, 'saml-add-key');
    await press(page, button(page, 'Add'));
    await page.getByText('The private key is added').waitFor();
    const { PrivateKeyList: [key] = [] } = await provider();
    await page.getByText(key!.KeyId!).waitFor();
    await page.getByText('just now').first().waitFor();
    await settled();
    assert.ok(!(await kept(page)).includes(secret));

    await press(page, button(page, 'Add private key'));
    await write(page, keyField(page), 'x');
    await page.keyboard.insertText(pem);
    await press(page, button(page, 'Cancel'));
    assert.ok(!(await kept(page)).includes(secret));

    await choose(page, 'Required', 'ArrowDown');
    assert.equal((await provider()).AssertionEncryptionMode, 'Required');
    await page.getByText('An assertion that is not encrypted is refused.').waitFor();
    await inEveryLook(page, 'saml-keys');

    const remove = async () => {
      await press(page, button(page, 'Remove the private key'));
      await getsFocus(page.getByLabel('To confirm, type delete'));
      await page.keyboard.type('delete');
      await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true, disabled: false }).waitFor();
      await page.keyboard.press('Enter');
    };
    await tabTo(page, page.getByRole('radio', { name: `Select ${key!.KeyId}` }));
    await page.keyboard.press('Space');
    await remove();
    await page.getByText('Failed to remove private key.').waitFor();
    assert.equal((await provider()).PrivateKeyList?.length, 1);
    await page.keyboard.press('Escape');
    await choose(page, 'Allowed', 'Space');
    await remove();
    await page.getByText(`Removed private key ${key!.KeyId}`).waitFor();
    await page.getByText('No private key').waitFor();
    const now = await provider();
    assert.deepEqual([now.PrivateKeyList ?? [], now.AssertionEncryptionMode], [[], 'Allowed']);
    await close();
  });

  test('are refused with the reason where they are none or too many', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo(`/providers/${encodeURIComponent(arn)}`);
    await button(page, 'Add private key').click();
    await keyField(page).fill('-----BEGIN CERTIFICATE-----');
    await button(page, 'Add').click();
    await page.getByText('Invalid private key: it is not one block of PEM.').waitFor();
    assert.equal(await keyField(page).inputValue(), '-----BEGIN CERTIFICATE-----');
    for (let added = 1; added <= 2; added++) {
      await keyField(page).fill(privateKey());
      await button(page, 'Add').click();
      await page.getByRole('heading', { name: `Private keys (${added})` }).waitFor();
      await button(page, 'Add private key').click();
    }
    await keyField(page).fill(privateKey());
    await button(page, 'Add').click();
    await page.getByText('Private key limit of 2 is reached.').waitFor();
    assert.equal((await provider()).PrivateKeyList?.length, 2);
    await close();
  });

  test('are shown to whoever may only read, whose change is refused', async () => {
    const reader = await addPerson(server, 'reader');
    await iam.send(new AttachUserPolicyCommand({ UserName: 'reader', PolicyArn: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess' }));
    const { page, goTo, close } = await open(browser, server, { as: reader });
    const there = await provider();
    await goTo(`/providers/${encodeURIComponent(arn)}`);
    await page.getByText(there.PrivateKeyList![0]!.KeyId!).waitFor();
    await button(page, 'Add private key').click();
    await keyField(page).fill(privateKey());
    await button(page, 'Add').click();
    await page.getByText(/reader is not authorized to perform: iam:UpdateSAMLProvider/).waitFor();
    assert.deepEqual((await provider()).PrivateKeyList, there.PrivateKeyList);
    await close();
  });
});
