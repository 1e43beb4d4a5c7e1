import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import {
  AddUserToGroupCommand, AttachGroupPolicyCommand, AttachUserPolicyCommand, CreateGroupCommand, CreatePolicyCommand, CreateRoleCommand, CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import type { Browser, BrowserContext, Page } from 'playwright-core';

import { crowd, crowdQuotas } from './fixture/crowd.ts';
import { accessible, launch, open, screenshot } from './fixture/browser.ts';
import { type Server, startServer } from './fixture/server.ts';

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
    const row = page.getByRole('row', { name: /carol/ });
    await row.getByText('Can become administrator').waitFor();
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

  test('says what is denied', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'reader' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'reader' }));
    const keys = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    const { page, goTo, close } = await open(browser, server, { keys });
    await goTo('/map');
    await page.getByText(/not authorized to perform: warder:GetAccessMap/).waitFor();
    assert.equal(await page.getByTestId('map-stage').count(), 0);
    await accessible(page, content);
    await close();
  });
});

describe('the access map of 20,000 nodes', () => {
  const nodes = 20_000;
  let server: Server;
  let browser: Browser;
  before(async () => {
    [server, browser] = await Promise.all([startServer(...crowdQuotas), launch()]);
    await crowd(server, nodes);
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('is drawn, found in and moved without a pause', async (t) => {
    const { page, context, goTo, close } = await open(browser, server);
    await goTo('/map');
    await page.getByTestId('map-stage').waitFor({ timeout: 60_000 });
    await page.getByText('The account is being analysed').waitFor({ state: 'detached', timeout: 60_000 });
    const count = await shown(page);
    assert.ok(count >= nodes, `${count} nodes`);
    await screenshot(page, 'map-20000');
    const frames = await scriptOfFrames(context, page, () => pan(page));
    const [median, p95] = [quantile(frames, 0.5), quantile(frames, 0.95)];
    t.diagnostic(`${count} nodes, ${frames.length} frames of panning: script of a frame ${median.toFixed(2)} ms at the median, ${p95.toFixed(2)} ms at p95`);
    assert.ok(frames.length > 30, `${frames.length} frames`);
    await find(page, 'user-7777');
    assert.equal(await page.getByTestId('map-selected').innerText(), 'user-7777');
    await screenshot(page, 'map-20000-found');
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    await page.getByRole('heading', { name: `Access map (${count.toLocaleString('en')})` }).waitFor();
    await close();
  });
});

/** pan drags the picture to and fro. */
async function pan(page: Page): Promise<void> {
  const box = (await page.getByTestId('map-stage').boundingBox())!;
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(middle.x, middle.y);
  await page.mouse.down();
  for (let i = 0; i < 60; i++) await page.mouse.move(middle.x + 150 * Math.sin(i / 12), middle.y + 90 * Math.cos(i / 17));
  await page.mouse.up();
}

/** quantile of numbers in no order. */
function quantile(values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

interface TraceEvent {
  name: string;
  ph: string;
  ts: number;
  dur?: number;
  /** Of the processor, without what other programs on the machine took. */
  tdur?: number;
  tid: number;
  pid: number;
}

/**
 * scriptOfFrames are the milliseconds of processor time that the page's own script takes of each frame while something is done, as the
 * browser's tracing tells: event listeners and animation callbacks, without what the browser does itself.
 */
async function scriptOfFrames(context: BrowserContext, page: Page, act: () => Promise<void>): Promise<number[]> {
  const client = await context.newCDPSession(page);
  const traced: TraceEvent[] = [];
  client.on('Tracing.dataCollected', ({ value }) => traced.push(...(value as unknown as TraceEvent[])));
  const done = new Promise<void>((resolve) => client.once('Tracing.tracingComplete', () => resolve()));
  await client.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['devtools.timeline'] } });
  await act();
  await client.send('Tracing.end');
  await done;
  const script = traced.filter(({ name, ph }) => ph === 'X' && name === 'FunctionCall').toSorted((a, b) => a.ts - b.ts);
  const frames = traced.filter(({ name, ph }) => ph === 'X' && name === 'FireAnimationFrame').toSorted((a, b) => a.ts - b.ts);
  const ends = frames.map(({ ts, dur }) => ts + (dur ?? 0));
  const spent = ends.map(() => 0);
  let until = -Infinity;
  for (const { ts, dur = 0, tdur = dur } of script) {
    if (ts < until) continue; // within another one
    until = ts + dur;
    const frame = ends.findIndex((end) => end >= ts);
    if (frame >= 0) spent[frame]! += tdur / 1000;
  }
  return spent;
}
