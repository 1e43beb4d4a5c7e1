import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { answered, heading, inEveryLook, launch, watch } from './fixture/browser.ts';
import { addAuthenticator, addPasskeys, addPerson, Authenticator, enroll, inConsole, signIn, signOut, type Statement, typePassword } from './fixture/people.ts';
import { passwords, rootEmail, type Server, startServer } from './fixture/server.ts';
import { recordsOf, stepsOf } from './fixture/trail.ts';
import { atField, enter, toButton } from './fixture/keyboard.ts';
import { test } from './fixture/test.ts';

/** ownDevices is a policy by which users manage their own MFA devices. */
const ownDevices: Statement = {
  Effect: 'Allow', Resource: '*',
  Action: ['iam:CreateVirtualMFADevice', 'iam:EnableMFADevice', 'iam:ListMFADevices', 'iam:GetUser', 'warder:BeginPasskeyRegistration', 'warder:RegisterPasskey'],
};

const mfa = 'Multi-factor authentication';

describe('signing in', () => {
  let server: Server;
  let browser: Browser;
  before(async () => {
    [server, browser] = await Promise.all([startServer('--passkey-sign-in', 'allow'), launch()]);
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  /** visit is a browser that nobody has used. */
  const visit = async () => watch(await browser.newContext(), server);

  test('tells nobody whether account, user or password was wrong; the trail does', async () => {
    const { user, password } = await addPerson(server, 'ada');
    const { page, close } = await visit();
    /** said is what the page says to a try, without what was typed. */
    const said = async (account: string, name: string, secret: string) => {
      await page.goto(`${server.url}/signin?account=${account}`);
      const answer = await answered(page, () => typePassword(page, name, secret));
      const { status, headers } = { status: answer.status(), headers: Object.keys(answer.headers()).toSorted() };
      await page.getByRole('alert').waitFor();
      assert.equal(await page.getByLabel('User name').inputValue(), name);
      assert.equal(await page.getByLabel('Password').inputValue(), '');
      await atField(page, 'Password');
      return { status, headers, title: await page.title(), text: await page.locator('body').innerText() };
    };
    const wrong = await said(server.account, user, 'not-the-Password-1');
    assert.equal(wrong.status, 403);
    assert.match(wrong.text, /The account, user name or password is not right\./);
    await inEveryLook(page, 'signin-wrong');
    assert.deepEqual(await said(server.account, 'nobody', password), wrong);
    assert.deepEqual(await said('999999999999', user, password), wrong);
    assert.deepEqual(await said('no-such-alias', user, password), wrong);
    await close();
    assert.deepEqual(await stepsOf(server, user), ['ConsoleLogin Failure, MFA No: Failed authentication']);
    const hidden = (await recordsOf(server, 'EventName', 'ConsoleLogin')).filter(({ userIdentity }) => userIdentity.userName === 'HIDDEN_DUE_TO_SECURITY_REASONS');
    assert.deepEqual(hidden.map(({ errorMessage }) => errorMessage), ['No username found in supplied account'], 'those for accounts that are not there are on no trail of this one');
  });

  test('slows down who guesses, and nobody else', async () => {
    const { user, password } = await addPerson(server, 'bea');
    const other = await addPerson(server, 'bob');
    const known = await visit();
    await signIn(known.page, server, user, password, '/signin/sessions');
    await heading(known.page, 'Your sessions');
    await signOut(known.page, server);

    const { page, close } = await visit();
    let wrong = 0;
    let wait = 0;
    while (wait < 7) { // long enough for one more try, however slow this is
      await page.waitForTimeout(wait * 1000); // as the page says
      await page.goto(`${server.url}/signin?account=${server.account}`);
      await answered(page, () => typePassword(page, user, `guess-${++wrong}`));
      await page.getByRole('alert').or(page.getByRole('heading', { name: 'Wait before the next try' })).waitFor();
      wait = Number(/counts in (\d+) second/.exec(await page.locator('main').innerText())?.[1] ?? 0);
      assert.ok(wrong < 20, `${wrong} wrong passwords`);
    }
    assert.ok(wrong > 5, 'a few mistakes are free');
    await signIn(page, server, user, password);
    await heading(page, 'Wait before the next try');
    await inEveryLook(page, 'signin-throttled');
    await page.getByRole('link', { name: 'Back to the sign-in page' }).click();
    await heading(page, 'Sign in');
    await signIn(page, server, other.user, other.password, '/signin/sessions');
    await heading(page, 'Your sessions');
    await signIn(known.page, server, user, password, '/signin/sessions');
    await heading(known.page, 'Your sessions');
    await Promise.all([close(), known.close()]);
    const steps = await stepsOf(server, user);
    assert.ok(steps.includes('ConsoleLogin Failure, MFA No: Too many failed tries'), steps.join('\n'));
    assert.equal(steps.at(-1), 'ConsoleLogin Success, MFA No');
  });

  test('as the root user, who is told no more', async () => {
    const { page, close } = await visit();
    await page.goto(`${server.url}/signin`);
    await inEveryLook(page, 'signin-first');
    await page.getByRole('link', { name: 'Sign in as the root user' }).press('Enter');
    await heading(page, 'Root user sign in');
    await inEveryLook(page, 'signin-root');
    for (const [email, password] of [[rootEmail, 'not-the-Password-1'], ['nobody@meridian.example', passwords.root]] as const) {
      await page.getByLabel('Root user e-mail address').fill(email);
      await page.getByLabel('Password').fill(password);
      await answered(page, () => page.keyboard.press('Enter'));
      await page.getByText('The e-mail address or password is not right.').waitFor();
    }
    await page.getByLabel('Root user e-mail address').fill(rootEmail);
    await page.getByLabel('Password').fill(passwords.root);
    await page.keyboard.press('Enter');
    await inConsole(page, '.*');
    await close();
    const logins = await recordsOf(server, 'EventName', 'ConsoleLogin');
    const root = logins.filter(({ userIdentity }) => userIdentity.type === 'Root').map(({ responseElements, errorMessage }) => `${String(responseElements?.ConsoleLogin)} ${errorMessage ?? ''}`);
    assert.deepEqual(root, ['Failure Failed authentication', 'Success ']);
  });

  test('with an authenticator app that the user has added, by keyboard alone', async () => {
    const { user, password } = await addPerson(server, 'cleo', ownDevices);
    const { page, goTo, close } = await visit();
    await page.goto(`${server.url}/signin?account=${server.account}&next=/console/security-credentials`);
    await enter(page, user, password);
    await page.getByText('without MFA', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Add authenticator app' }).first().press('Enter');
    await page.getByRole('button', { name: 'Next', exact: true }).press('Enter');
    const app = await read(page);
    const [first, second] = app.pair();
    await page.getByLabel('2. A code of the app').fill(first);
    await page.getByLabel('3. The next code').fill(second);
    await page.getByRole('button', { name: 'Add', exact: true }).press('Enter');
    await page.getByText('Added authenticator app').waitFor();
    await page.goto(`${server.url}/signout`);
    await inEveryLook(page, 'signout');
    await toButton(page, 'Sign out');
    await page.keyboard.press('Enter');
    await heading(page, 'You are signed out');
    await inEveryLook(page, 'signed-out');

    await page.goto(`${server.url}/signin?next=/console/security-credentials`);
    assert.equal(await page.getByLabel('Account ID or alias').inputValue(), server.account, 'the browser knows the account');
    await enter(page, user, password);
    await heading(page, mfa);
    await inEveryLook(page, 'signin-mfa-code');
    await atField(page, 'MFA code');
    await page.keyboard.type('000000');
    await answered(page, () => page.keyboard.press('Enter'));
    await page.getByText('The code is not right').waitFor();
    await inEveryLook(page, 'signin-mfa-wrong');
    const code = app.next();
    await atField(page, 'MFA code');
    await page.keyboard.type(`${code.slice(0, 3)} ${code.slice(3)}`);
    await page.keyboard.press('Enter');
    await page.getByText('with MFA', { exact: true }).waitFor();
    await signOut(page, server);
    await signIn(page, server, user, password);
    await heading(page, mfa);
    await atField(page, 'MFA code');
    await page.keyboard.type(code);
    await page.keyboard.press('Enter');
    await page.getByText('it was used before').waitFor();
    await goTo('/users');
    await heading(page, mfa); // a password alone opens nothing
    await close();
    assert.deepEqual(await stepsOf(server, user), [
      'ConsoleLogin Success, MFA No', 'EnableMFADevice', 'Logout Success', 'CheckMfa Success, MFA Virtual MFA', 'ConsoleLogin Failure, MFA Yes: Failed authentication',
      'ConsoleLogin Success, MFA Yes', 'Logout Success', 'CheckMfa Success, MFA Virtual MFA', 'ConsoleLogin Failure, MFA Yes: Failed authentication',
    ]);
  });

  test('without JavaScript, by password and code', async () => {
    const { user, password } = await addPerson(server, 'dora');
    const app = await addAuthenticator(server, user);
    const { page, close } = await watch(await browser.newContext({ javaScriptEnabled: false }), server);
    await signIn(page, server, user, password, '/signin/sessions');
    await heading(page, mfa);
    await page.getByLabel('MFA code').fill(app.next());
    await page.keyboard.press('Enter');
    await heading(page, 'Your sessions');
    await page.getByRole('link', { name: 'Sign out here' }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await heading(page, 'You are signed out');
    await close();
    assert.deepEqual(await stepsOf(server, user), ['CheckMfa Success, MFA Virtual MFA', 'ConsoleLogin Success, MFA Yes', 'Logout Success']);
  });

  for (const token of ['passkey', 'security key'] as const) {
    test(`with a ${token} that the user has added, as the second factor${token === 'passkey' ? ' and as both' : ' alone'}`, async () => {
      const person = await addPerson(server, token === 'passkey' ? 'elif' : 'finn', ownDevices);
      const { user, password } = person;
      const { page, context, close } = await visit();
      await addPasskeys(context, page, token);
      await enroll(page, server, person);

      await signIn(page, server, user, password, '/console/security-credentials');
      await heading(page, mfa);
      await inEveryLook(page, `signin-mfa-${token.replace(' ', '-')}`);
      await toButton(page, 'Use passkey or security key');
      await page.keyboard.press('Enter');
      await page.getByText('with MFA', { exact: true }).waitFor();
      await signOut(page, server);

      await page.goto(`${server.url}/signin`);
      await page.getByRole('link', { name: 'Sign in with a passkey' }).press('Enter');
      await heading(page, 'Sign in with a passkey');
      await inEveryLook(page, 'signin-passkey-alone');
      await toButton(page, 'Use passkey');
      await page.keyboard.press('Enter');
      if (token === 'passkey') await inConsole(page, user);
      else await page.getByText('No passkey was used').waitFor(); // it does not verify its user
      await close();
      const expected = ['ConsoleLogin Success, MFA No', 'RegisterPasskey', 'Logout Success', 'CheckMfa Success, MFA U2F MFA', 'ConsoleLogin Success, MFA Yes', 'Logout Success'];
      assert.deepEqual(await stepsOf(server, user), token === 'passkey' ? [...expected, 'ConsoleLogin Success, MFA Yes'] : expected);
    });
  }

  test('where a passkey alone is refused, no page offers it', async (t) => {
    const strict = await startServer();
    t.after(() => strict.stop());
    const { page, close } = await watch(await browser.newContext(), strict);
    await page.goto(`${strict.url}/signin`);
    await heading(page, 'Sign in');
    assert.equal(await page.getByRole('link', { name: 'Sign in with a passkey' }).count(), 0);
    assert.equal((await page.goto(`${strict.url}/signin/passkey`))?.status(), 404);
    await inEveryLook(page, 'signin-no-page');
    await close();
  });
});

/** read takes the key that the page shows into an application. */
async function read(page: Page): Promise<Authenticator> {
  await page.getByRole('dialog').getByRole('button', { name: /^Show/ }).press('Enter');
  return new Authenticator(await page.getByRole('dialog').getByText(/^[A-Z2-7]{16,}$/).innerText());
}
