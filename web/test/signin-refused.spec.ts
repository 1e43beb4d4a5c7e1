import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { DeactivateMFADeviceCommand, IAMClient, ListMFADevicesCommand } from '@aws-sdk/client-iam';
import type { Browser } from 'playwright-core';

import { answered, heading, inEveryLook, launch, watch } from './fixture/browser.ts';
import { atField, getsFocus, press, toButton } from './fixture/keyboard.ts';
import { addAuthenticator, addPasskeys, addPerson, enroll, inConsole, signIn, signOut, type Statement } from './fixture/people.ts';
import { type Server, startServer } from './fixture/server.ts';
import { stepsOf } from './fixture/trail.ts';
import { test } from './fixture/test.ts';

const ownPasskeys: Statement = { Effect: 'Allow', Resource: '*', Action: ['iam:ListMFADevices', 'iam:GetUser', 'warder:BeginPasskeyRegistration', 'warder:RegisterPasskey'] };

describe('a second factor that is not accepted', () => {
  let server: Server;
  let browser: Browser;
  before(async () => {
    [server, browser] = await Promise.all([startServer('--passkey-sign-in', 'allow'), launch()]);
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('says so where a passkey does not know its owner, is left by who does not answer it, and takes the next try', async () => {
    const person = await addPerson(server, 'rhea', ownPasskeys);
    const { page, context, close } = await watch(await browser.newContext(), server);
    const owner = await addPasskeys(context, page);
    await enroll(page, server, person);
    await page.goto(`${server.url}/signin/passkey?next=/signin/sessions`);
    const use = page.getByRole('button', { name: 'Use passkey' });
    await owner.verifies(false);
    await press(page, use);
    await page.getByText('No passkey was used. It was cancelled, or took too long.').waitFor();
    await getsFocus(use);
    await inEveryLook(page, 'signin-passkey-unverified');
    await owner.verifies(true);
    await page.keyboard.press('Enter');
    await heading(page, 'Your sessions');
    await signOut(page, server);

    await signIn(page, server, person.user, person.password, '/signin/sessions');
    await heading(page, 'Multi-factor authentication');
    const second = page.getByRole('button', { name: 'Use passkey or security key' });
    await owner.answers(false);
    await press(page, second);
    await page.getByRole('button', { name: 'Use passkey or security key', disabled: true }).waitFor();
    await press(page, page.getByRole('link', { name: 'Cancel' }));
    await press(page, page.getByRole('button', { name: 'Sign out', exact: true }));
    await heading(page, 'You are signed out');
    await owner.answers(true);
    await signIn(page, server, person.user, person.password, '/signin/sessions');
    await press(page, second);
    await heading(page, 'Your sessions');
    await close();
    assert.deepEqual((await stepsOf(server, person.user)).slice(3), [
      'ConsoleLogin Success, MFA Yes', 'Logout Success', 'CheckMfa Success, MFA U2F MFA', 'Logout Success', 'CheckMfa Success, MFA U2F MFA', 'ConsoleLogin Success, MFA Yes',
    ]);
  });

  test('says so where a passkey is of somebody else, or is not known any more, and shows another way', async () => {
    const [person, other] = [await addPerson(server, 'saul', ownPasskeys), await addPerson(server, 'thea', ownPasskeys)];
    const mine = await watch(await browser.newContext(), server);
    const { page, context, close } = mine;
    await addPasskeys(context, page);
    await enroll(mine.page, server, person);
    const theirs = await watch(await browser.newContext(), server);
    await addPasskeys(theirs.context, theirs.page);
    await enroll(theirs.page, server, other);

    await signIn(theirs.page, server, person.user, person.password);
    await heading(theirs.page, 'Multi-factor authentication');
    await toButton(theirs.page, 'Use passkey or security key');
    await theirs.page.keyboard.press('Enter');
    await theirs.page.getByText('No passkey was used').waitFor();
    await theirs.close();

    const iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.admin });
    const { MFADevices = [] } = await iam.send(new ListMFADevicesCommand({ UserName: person.user }));
    await iam.send(new DeactivateMFADeviceCommand({ UserName: person.user, SerialNumber: MFADevices[0]!.SerialNumber }));
    await page.goto(`${server.url}/signin/passkey?next=/signin/sessions`);
    await toButton(page, 'Use passkey');
    await page.keyboard.press('Enter');
    await page.getByText('The passkey was not accepted. Try again, or use another way to sign in.').waitFor();
    await inEveryLook(page, 'signin-passkey-unknown');
    await toButton(page, 'Use passkey'); // it may be tried again
    await press(page, page.getByRole('link', { name: 'Sign in with a password' }));
    await heading(page, 'Sign in');
    await signIn(page, server, person.user, person.password, '/signin/sessions');
    await heading(page, 'Your sessions');
    await close();
  });

  test('slows down who guesses codes, says for how long, and ends', async () => {
    const { user, password } = await addPerson(server, 'uma');
    const app = await addAuthenticator(server, user);
    const { page, close } = await watch(await browser.newContext(), server);
    await signIn(page, server, user, password, '/console/security-credentials');
    await heading(page, 'Multi-factor authentication');
    const waits = page.getByRole('heading', { name: 'Wait before the next try' });
    let wait = 0;
    for (let wrong = 1; wait < 3; wrong++) {
      assert.ok(wrong < 20, `${wrong} wrong codes`);
      await page.waitForTimeout(wait * 1000); // as the page says
      if (await waits.isVisible()) await press(page, page.getByRole('link', { name: 'Back to multi-factor authentication' }));
      await atField(page, 'MFA code');
      await page.keyboard.type('000000');
      const answer = await answered(page, () => page.keyboard.press('Enter'));
      assert.equal(answer.status() === 429, await waits.or(page.getByText('The code is not right')).first().innerText() === 'Wait before the next try');
      wait = Number(/counts in (\d+) second/.exec(await page.locator('main').innerText())?.[1] ?? 0);
    }
    await inEveryLook(page, 'signin-mfa-throttled');
    await page.waitForTimeout(wait * 1000);
    await press(page, page.getByRole('link', { name: 'Back to multi-factor authentication' }));
    await atField(page, 'MFA code');
    await page.keyboard.type(app.next());
    await page.keyboard.press('Enter');
    await inConsole(page, user);
    await close();
    const steps = await stepsOf(server, user);
    assert.ok(steps.includes('ConsoleLogin Failure, MFA Yes: Too many failed tries'), steps.join('\n'));
    assert.equal(steps.at(-1), 'ConsoleLogin Success, MFA Yes');
  });
});
