import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { after, before, describe } from 'node:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, DeleteAccessKeyCommand, DeleteUserCommand, IAMClient, ListUsersCommand, PutRolePolicyCommand, PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, type Credentials, GetFederationTokenCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import type { Browser, Page } from 'playwright-core';

import { accessible, launch, open, overflow, screenshot } from './fixture/browser.ts';
import { confirm } from './fixture/keyboard.ts';
import { type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';
import { seed } from './seed.ts';

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

describe('the trail', () => {
  let server: Server;
  let iam: IAMClient;
  let browser: Browser;
  const storage = mkdtempSync(join(tmpdir(), 'warder-storage-'));
  before(async () => {
    mkdirSync(join(storage, 'trail-bucket'));
    [server, browser] = await Promise.all([startServer('--trail-storage', storage), launch()]);
    await seed(server.url, server.admin);
    iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.admin });
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
      await page.getByText('What would have to change').waitFor();
      await page.getByText('Nothing on the trail changed this principal').waitFor();
      const ask = await page.getByRole('link', { name: 'Ask again with other values' }).getAttribute('href');
      const asked = new URL(ask!, server.url);
      assert.equal(asked.pathname, '/console/ask');
      assert.equal(asked.searchParams.get('principal'), 'arn:aws:iam::123456789012:user/dmitri.volkov');
      assert.equal(asked.searchParams.get('action'), 'iam:AttachUserPolicy');
      assert.ok(asked.searchParams.getAll('c').some((entry) => entry.includes('aws:SourceIp=127.0.0.1')), 'the address is asked about too');
      await page.getByRole('heading', { name: /Related events/ }).waitFor();
      await page.getByRole('link', { name: 'DeleteAccountPasswordPolicy' }).first().waitFor();
      await page.getByText('eventVersion').first().waitFor();
      assert.ok((await overflow(page)) <= 0, 'the page is wider than the window');
      await accessible(page);
      await screenshot(page, `trail-denied-${scheme}-${width}`);
      await page.getByRole('tab', { name: 'JSON' }).press('Enter');
      await page.getByText('"eventName": "AttachUserPolicy"').waitFor();
      await accessible(page);
      await close();
    }
  });

  test('tells why sessions were denied, by the policies that limited them', async () => {
    const events = new CloudTrailClient({ endpoint: server.url, region: 'us-east-1', credentials: server.admin });
    const trust = policy({ Effect: 'Allow', Principal: { AWS: server.account }, Action: 'sts:AssumeRole' });
    await iam.send(new CreateRoleCommand({ RoleName: 'worker', Path: '/jobs/', AssumeRolePolicyDocument: trust }));
    await iam.send(new PutRolePolicyCommand({ RoleName: 'worker', PolicyName: 'all', PolicyDocument: policy({ Effect: 'Allow', Action: 'iam:*', Resource: '*' }) }));
    await iam.send(new CreateUserCommand({ UserName: 'broker', Path: '/jobs/' }));
    await iam.send(new PutUserPolicyCommand({ UserName: 'broker', PolicyName: 'all', PolicyDocument: policy({ Effect: 'Allow', Action: ['sts:*', 'cloudtrail:*', 'iam:*'], Resource: '*' }) }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'broker' }));
    const sts = new STSClient({ endpoint: server.url, region: 'us-east-1', credentials: { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! } });
    const narrow = policy({ Sid: 'Narrow', Effect: 'Allow', Action: 's3:GetObject', Resource: '*' });
    const role = await sts.send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${server.account}:role/jobs/worker`, RoleSessionName: 'nightly', Policy: narrow }));
    const federated = await sts.send(new GetFederationTokenCommand({ Name: 'visitor', Policy: narrow }));
    const plain = await sts.send(new GetSessionTokenCommand({}));
    const denied = async (of: Credentials | undefined, call: 'iam' | 'trail') => {
      const credentials = { accessKeyId: of!.AccessKeyId!, secretAccessKey: of!.SecretAccessKey!, sessionToken: of!.SessionToken! };
      const config = { endpoint: server.url, region: 'us-east-1', credentials };
      await assert.rejects(call === 'iam' ? new IAMClient(config).send(new ListUsersCommand()) : new CloudTrailClient(config).send(new LookupEventsCommand()), /AccessDenied/);
      const { Events = [] } = await events.send(new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: 'AccessKeyId', AttributeValue: of!.AccessKeyId }] }));
      return Events[0]!.EventId!;
    };
    const ofRole = await denied(role.Credentials, 'iam');
    const ofFederated = await denied(federated.Credentials, 'trail');
    const ofToken = await denied(plain.Credentials, 'iam');

    const { page, goTo, close } = await open(browser, server);
    await goTo(`/trail/${ofRole}`);
    await page.getByText('Nothing in the session’s policies allows iam:ListUsers').waitFor();
    await page.getByText('because no session policy allows the iam:ListUsers action').nth(1).waitFor();
    await page.getByText('Session policies: would have to allow').waitFor();
    await accessible(page);
    await screenshot(page, 'trail-denied-session');
    await page.getByRole('link', { name: 'Ask again with other values' }).click();
    await page.getByRole('textbox', { name: 'Session policy 1' }).waitFor();
    await page.getByText('because no session policy allows the iam:ListUsers action').waitFor();
    await page.getByRole('button', { name: 'Remove session policy 1' }).click();
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('Allowed', { exact: true }).waitFor();
    await page.getByText('You suppose aws:MultiFactorAuthPresent').waitFor();

    await goTo(`/trail/${ofFederated}`);
    await page.getByText('because no session policy allows the cloudtrail:LookupEvents action').nth(1).waitFor();
    await goTo(`/trail/${ofToken}`);
    await page.getByText('No policy changes this').waitFor();
    await close();
  });

  test('says that the state has changed since an event, and when its principal is gone', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/trail?attribute=Username&value=dmitri.volkov&f=outcome%3Ddenied');
    await page.getByRole('link', { name: 'DeleteAccountPasswordPolicy' }).first().click();
    await page.getByText('Nothing on the trail changed this principal').waitFor();
    const address = page.url();
    const name = { UserName: 'dmitri.volkov' };
    await iam.send(new PutUserPolicyCommand({ ...name, PolicyName: 'more', PolicyDocument: policy({ Effect: 'Allow', Action: 'iam:*', Resource: '*' }) }));
    await page.goto(address);
    await page.getByText('The state has changed since: it would be allowed now').waitFor();
    await page.getByRole('list', { name: 'Changes since then' }).getByRole('link', { name: 'PutUserPolicy' }).waitFor();
    await accessible(page);
    await screenshot(page, 'trail-denied-changed');

    await iam.send(new CreateUserCommand({ UserName: 'brief' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'brief' }));
    const own = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! } });
    await assert.rejects(own.send(new ListUsersCommand()), /AccessDenied/);
    await iam.send(new DeleteAccessKeyCommand({ UserName: 'brief', AccessKeyId: AccessKey!.AccessKeyId! }));
    await new Promise((resolve) => setTimeout(resolve, 1100)); // events have whole seconds
    await iam.send(new DeleteUserCommand({ UserName: 'brief' }));
    await goTo('/trail?attribute=Username&value=brief');
    await page.getByRole('link', { name: 'ListUsers' }).click();
    await page.getByText('The principal does not exist any more').waitFor();
    await page.getByRole('list', { name: 'Changes since then' }).getByRole('link', { name: 'DeleteUser' }).waitFor();
    await accessible(page);
    await close();
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

  test('lets a principal be written in place of another, and a search be gone on with', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo(`/activity?principal=arn:aws:iam::123456789012:user/dmitri.volkov`);
    const principal = page.getByRole('combobox', { name: 'Principal' });
    await principal.focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    await page.waitForURL((url) => !url.searchParams.has('principal'));
    await page.keyboard.type('arn:aws:iam::');
    assert.equal(await principal.inputValue(), 'arn:aws:iam::');
    await goTo('/trail');
    await page.getByRole('button', { name: /Find by/ }).press('Enter');
    await page.getByRole('option', { name: 'Event name' }).click();
    await page.getByLabel('Value').fill('Create');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/trail?attribute=EventName&value=Create');
    await page.keyboard.type('User');
    assert.equal(await page.getByLabel('Value').inputValue(), 'CreateUser');
    await close();
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
    await page.getByRole('button', { name: 'Turn Insights on' }).press('Enter');
    await page.getByText('Nothing was unusual.').waitFor();
    await page.getByRole('button', { name: 'Turn Insights off' }).press('Enter');
    await page.getByText('They are off.').waitFor();
    await tellInsight(page);
    await goTo('/trails/all-events');
    const told = page.getByRole('row').filter({ hasText: 'iam:DeleteRole' }).filter({ hasText: 'failed with AccessDenied' }).filter({ hasText: 'over after 3 minutes' });
    await told.waitFor();
    await accessible(page);
    await told.scrollIntoViewIfNeeded();
    await screenshot(page, 'trail-insights');
    await page.getByRole('button', { name: 'Delete' }).press('Enter');
    await confirm(page, 'all-events');
    await page.getByText('No trails').waitFor();
    await close();
  });
});

/** tellInsight answers a page's questions for Insights in the server's form: an account must be a day old to have one. */
async function tellInsight(page: Page): Promise<void> {
  const statistics = { baseline: { average: 0.0123 }, insight: { average: 41.5 }, insightDuration: 3, baselineDuration: 10_080 };
  const attributions = [{ attribute: 'userIdentityArn', insight: [{ value: 'arn:aws:iam::123456789012:user/dmitri.volkov', average: 41.5 }], baseline: [] }];
  const insightDetails = { state: 'End', eventSource: 'iam.amazonaws.com', eventName: 'DeleteRole', errorCode: 'AccessDenied', insightContext: { statistics, attributions } };
  const record = { eventID: 'e-1', eventTime: '2026-11-20T12:00:00Z', eventCategory: 'Insight', insightDetails };
  const body = JSON.stringify({ Events: [{ EventId: 'e-1', CloudTrailEvent: JSON.stringify(record) }] });
  await page.route('**/', (route) => {
    const asked = route.request();
    const insights = asked.headers()['x-amz-target']?.endsWith('.LookupEvents') && asked.postData()?.includes('"insight"');
    return insights ? route.fulfill({ contentType: 'application/x-amz-json-1.1', body }) : route.fallback();
  });
}
