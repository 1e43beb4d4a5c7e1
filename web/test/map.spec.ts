import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import {
  AddUserToGroupCommand, AttachGroupPolicyCommand, AttachUserPolicyCommand, CreateGroupCommand, CreatePolicyCommand, CreateRoleCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import type { Browser, Page, Request } from 'playwright-core';

import { crowd, crowdQuotas } from './fixture/crowd.ts';
import { accessible, drawn, launch, open, screenshot } from './fixture/browser.ts';
import { addPerson } from './fixture/people.ts';
import { type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const trust = (Principal: object, Condition?: object) => policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', Condition });

/** furnish makes a small account: somebody who can become administrator, and a partner who gets in. */
async function furnish(server: Server): Promise<IAMClient> {
  const iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.admin });
  const arn = (rest: string) => `arn:aws:iam::${server.account}:${rest}`;
  await iam.send(new CreateGroupCommand({ GroupName: 'developers' }));
  await iam.send(new CreatePolicyCommand({ PolicyName: 'reports', PolicyDocument: policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/*' }) }));
  await iam.send(new AttachGroupPolicyCommand({ GroupName: 'developers', PolicyArn: arn('policy/reports') }));
  for (const name of ['alice', 'bob', 'carol']) {
    await iam.send(new CreateUserCommand({ UserName: name }));
    await iam.send(new AddUserToGroupCommand({ UserName: name, GroupName: 'developers' }));
  }
  const mfa = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
  const ladder = policy({ Effect: 'Allow', Action: 'iam:CreateAccessKey', Resource: arn('user/admin'), Condition: mfa });
  await iam.send(new PutUserPolicyCommand({ UserName: 'carol', PolicyName: 'ladder', PolicyDocument: ladder }));
  await iam.send(new CreateRoleCommand({ RoleName: 'worker', AssumeRolePolicyDocument: trust({ Service: 'lambda.amazonaws.com' }) }));
  const external = { StringEquals: { 'sts:ExternalId': 'x' } };
  await iam.send(new CreateRoleCommand({ RoleName: 'partner', AssumeRolePolicyDocument: trust({ AWS: '999988887777' }, external) }));
  return iam;
}

/** shown is how many nodes the picture has. */
async function shown(page: Page): Promise<number> {
  return Number(await page.getByTestId('map-stage').getAttribute('data-nodes'));
}

async function find(page: Page, text: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Find on the map' }).fill(text);
  await page.keyboard.press('Enter');
}

/** content is the page itself, without the shell around it. */
const content = 'main div[aria-busy]';

const details = (page: Page) => page.getByTestId('map-details');

const analysed = (page: Page) => page.getByText('The account is being analysed').waitFor({ state: 'detached' });

describe('the access map of a small account', () => {
  let server: Server;
  let browser: Browser;
  let iam: IAMClient;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    iam = await furnish(server);
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('finds a node, and shows what stands around it and who can reach it', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/map');
    await analysed(page);
    const all = await shown(page);
    assert.ok(all >= 11, `${all} nodes`);
    await screenshot(page, 'map');
    await find(page, 'carol');
    assert.equal(await page.getByTestId('map-selected').innerText(), 'carol');
    await details(page).getByText('Can become administrator', { exact: true }).waitFor();
    await page.getByText(/takes a step to administrator over/).waitFor();
    await page.getByRole('button', { name: 'What can this reach' }).click();
    await page.getByText('Yes, if with MFA').first().waitFor();
    await screenshot(page, 'map-reach');
    await page.getByRole('button', { name: 'Back to its lines' }).click();
    await page.getByRole('button', { name: 'Only its neighbourhood' }).click();
    await page.waitForFunction(() => Number(document.querySelector<HTMLElement>('[data-testid=map-stage]')?.dataset.nodes) < 6);
    assert.match(page.url(), /node=.*carol.*around=1/);
    await accessible(page, content);
    await page.getByRole('button', { name: 'Show the whole map' }).click();
    await find(page, 'partner');
    await details(page).getByText('Reached from outside', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Who can reach this' }).click();
    await page.getByText('Yes, if with external id x').waitFor();
    await close();
  });

  test('has a table of the same, under the same filter, for the keyboard', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/map?kinds=user');
    await analysed(page);
    const nodes = await shown(page);
    await page.getByRole('button', { name: 'Table', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Access map (${nodes})` }).waitFor();
    const row = page.getByRole('table', { name: 'Access map' }).getByRole('row', { name: /carol/ });
    await row.getByText('Can become administrator').waitFor();
    await page.getByRole('table', { name: 'Lines of the map' }).getByRole('row', { name: /carol.*takes a step to administrator over.*admin.*only with MFA/ }).waitFor();
    await row.getByRole('button', { name: 'carol' }).focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('map-selected').waitFor();
    await accessible(page, content);
    await close();
  });

  test('shows the account as it was', async () => {
    const { page, goTo, close } = await open(browser, server);
    const then = new Date();
    await new Promise((resolve) => setTimeout(resolve, 1100)); // events have whole seconds
    await iam.send(new CreateUserCommand({ UserName: 'newcomer' }));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'newcomer', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }));
    await goTo('/map');
    await analysed(page);
    await find(page, 'newcomer');
    await details(page).getByText('Administrator', { exact: true }).waitFor();
    await goTo(`/map?at=${then.toISOString().replace(/\.\d+/, '')}`);
    await analysed(page);
    await find(page, 'newcomer');
    assert.equal(await page.getByTestId('map-selected').count(), 0);
    await find(page, 'carol');
    await page.getByTestId('map-selected').waitFor();
    await page.getByRole('button', { name: 'Back to now' }).click();
    await page.getByText('As of: Now').waitFor();
    await close();
  });

  test('goes from change to change, by keyboard too, and says what changed', async () => {
    const { page, goTo, close } = await open(browser, server);
    for (const UserName of ['early', 'late']) {
      await new Promise((resolve) => setTimeout(resolve, 1100)); // events have whole seconds
      await iam.send(new CreateUserCommand({ UserName }));
    }
    await goTo('/map');
    await analysed(page);
    const change = page.getByTestId('map-change');
    await change.getByText(/Last change: CreateUser late, .* by user admin/).waitFor();
    await page.getByRole('button', { name: 'Change before' }).press('Enter');
    await change.getByText(/Last change: CreateUser early/).waitFor();
    await page.waitForURL(/at=/);
    await analysed(page);
    await change.getByRole('button', { name: 'early' }).press('Enter');
    assert.equal(await page.getByTestId('map-selected').innerText(), 'early');
    await find(page, 'late');
    assert.equal(await page.getByTestId('map-selected').innerText(), 'early', 'there was no late yet');
    await accessible(page, content);
    await screenshot(page, 'map-change');
    const slider = page.getByRole('slider', { name: 'Time of the map' });
    const told = await slider.getAttribute('aria-valuetext');
    await slider.press('ArrowLeft');
    await page.waitForFunction((text) => document.querySelector('[role=slider], input[type=range]')?.getAttribute('aria-valuetext') !== text, told);
    await page.getByRole('button', { name: 'Back to now' }).click();
    await change.getByText(/Last change: CreateUser late/).waitFor();
    await close();
  });

  test('pulses where a new finding is, and stands still for who asked for it', async () => {
    const { page, goTo, settled, close } = await open(browser, server);
    const told = (request: Request) => request.url().includes('/changes/v1') && /[?&]findings=(?!none)/.test(request.url());
    await Promise.all([page.waitForRequest(told, { timeout: 60_000 }), goTo('/map')]); // it has heard of the first report
    await analysed(page);
    await settled();
    assert.equal(await page.getByTestId('map-pulse').count(), 0);
    await iam.send(new CreateUserCommand({ UserName: 'sudden' }));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'sudden', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }));
    const pulse = page.getByTestId('map-pulse').first();
    await pulse.waitFor({ timeout: 60_000 });
    const animation = () => pulse.evaluate((element) => getComputedStyle(element, '::after').animationName);
    assert.notEqual(await animation(), 'none');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    assert.equal(await animation(), 'none');
    await screenshot(page, 'map-pulse');
    await close();
  });

  test('says what is denied', async () => {
    const { page, goTo, close } = await open(browser, server, { as: await addPerson(server, 'reader') });
    await goTo('/map');
    await page.getByText(/not authorized to perform: warder:GetAccessMap/).waitFor();
    assert.equal(await page.getByTestId('map-stage').count(), 0);
    await accessible(page, content);
    await close();
  });
});

describe('the access map of 2,000 nodes', () => {
  const nodes = 2_000;
  let server: Server;
  let browser: Browser;
  before(async () => {
    [server, browser] = await Promise.all([startServer(...crowdQuotas), launch()]);
    await crowd(server, nodes);
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('is drawn, moved and found in', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/map');
    await analysed(page);
    const count = await shown(page);
    assert.ok(count >= nodes, `${count} nodes`);
    const stage = page.getByTestId('map-stage');
    const still = await stage.screenshot();
    await drag(page);
    assert.ok(!still.equals(await stage.screenshot()), 'the picture stays what it is, as an empty one would');
    await find(page, 'user-777');
    assert.equal(await page.getByTestId('map-selected').innerText(), 'user-777');
    await screenshot(page, 'map-2000-found');
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    await page.getByRole('heading', { name: `Access map (${count.toLocaleString('en')})` }).waitFor();
    await close();
  });
});

/** drag moves the picture by some way, and waits until that is drawn. */
async function drag(page: Page): Promise<void> {
  const { x, y, width, height } = (await page.getByTestId('map-stage').boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2 + 150, y + height / 2 + 90, { steps: 5 });
  await page.mouse.up();
  await drawn(page);
}
