import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  GetPolicyVersionCommand,
  IAMClient,
  ListPolicyVersionsCommand,
  PutGroupPolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import type { Browser } from 'playwright-core';

import { accessible, heading, launch, open, screenshot, tick } from './fixture/browser.ts';
import { write } from './fixture/editor.ts';
import { confirm, getsFocus } from './fixture/keyboard.ts';
import { type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';

const document = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2);
const send = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:*:123456789012:jobs' };

describe('policies', () => {
  let server: Server;
  let browser: Browser;
  let iam: IAMClient;
  const jobs = 'arn:aws:iam::123456789012:policy/jobs';
  const ofJobs = encodeURIComponent(jobs);

  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.admin });
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    await iam.send(new CreatePolicyCommand({ PolicyName: 'jobs', PolicyDocument: document(send) }));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: jobs }));
    await iam.send(new CreateGroupCommand({ GroupName: 'readers' }));
    const read = { Sid: 'Office', Effect: 'Allow', Action: 's3:GetObject', Resource: '*', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } };
    await iam.send(new PutGroupPolicyCommand({ GroupName: 'readers', PolicyName: 'read', PolicyDocument: document(read) }));
    await iam.send(new AddUserToGroupCommand({ GroupName: 'readers', UserName: 'ann' }));
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('lists those of the account and of AWS, by a filter in the address', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/policies?f=owner%3DThis+account');
    await page.getByRole('link', { name: 'jobs' }).waitFor();
    assert.equal(await page.getByRole('row').count(), 2, 'the header, and the account\'s own policy');
    await accessible(page);
    await close();
  });

  test('an edit with findings, tried and reviewed before it is saved', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo(`/policies/${ofJobs}/edit`);
    await write(page, document(send, { Effect: 'Allow', Action: ['s3:GetObjekt', 'iam:PassRole'], Resource: '*' }));
    await page.getByText('INVALID_ACTION').waitFor();
    await page.getByText('1 error, 2 security warnings').waitFor();
    await page.locator('.mark-error').first().waitFor();
    await page.getByRole('button', { name: 'Go to line 12, INVALID_ACTION' }).click();
    await getsFocus(page.getByRole('textbox', { name: 'Policy document' }));
    await accessible(page);
    await screenshot(page, 'policies-findings');

    await write(page, document({ ...send, Action: ['sqs:SendMessage', 'sqs:Get*'] }));
    await page.getByText('Nothing was found').waitFor();
    await page.getByText('sqs:Get* (2)').waitFor();
    await page.getByRole('button', { name: 'Add a test request' }).click();
    await page.getByRole('combobox', { name: 'Action' }).fill('sqs:GetQueueUrl');
    await page.getByRole('textbox', { name: 'Resource' }).fill('arn:aws:sqs:eu-west-1:123456789012:jobs');
    await page.getByText('Allowed', { exact: true }).waitFor();
    await page.getByRole('textbox', { name: 'Resource' }).fill('arn:aws:sqs:eu-west-1:123456789012:other');
    await page.getByText('Denied: no statement allows it').waitFor();

    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByText('user/ann: 2 actions on arn:aws:sqs:*:123456789012:jobs').waitFor();
    await page.getByText('2 Read', { exact: true }).last().waitFor();
    await accessible(page);
    await screenshot(page, 'policies-review');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Policy jobs saved as version v2').waitFor();
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn: jobs, VersionId: 'v2' }));
    assert.deepEqual(JSON.parse(decodeURIComponent(PolicyVersion!.Document!)), JSON.parse(document({ ...send, Action: ['sqs:SendMessage', 'sqs:Get*'] })));
    await close();
  });

  test('versions side by side, and the way back', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo(`/policies/${ofJobs}?tab=versions`);
    await tick(page.getByRole('checkbox', { name: 'Select version v1' }));
    await page.getByRole('region', { name: 'Version v1 beside Version v2' }).waitFor();
    await accessible(page);
    await page.getByRole('button', { name: 'Set as default' }).click();
    await page.getByText('user/ann: 2 actions').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Set as default' }).click();
    await page.getByText('Version v1 is the default one').waitFor();
    const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn: jobs }));
    assert.equal(Versions.find(({ IsDefaultVersion }) => IsDefaultVersion)?.VersionId, 'v1');
    for (const tab of ['permissions', 'entities', 'tags', 'last-accessed']) {
      await goTo(`/policies/${ofJobs}?tab=${tab}`);
      await accessible(page);
    }
    await close();
  });

  test('attached to a group, and detached again', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo(`/policies/${ofJobs}?tab=entities`);
    await page.getByRole('button', { name: 'Attach', exact: true }).click();
    await tick(page.getByRole('checkbox', { name: 'Select readers' }));
    await accessible(page);
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await page.getByText('Nobody gains or loses access').waitFor(); // ann, its one member, has the policy already
    await page.getByRole('dialog').getByRole('button', { name: 'Attach' }).click();
    await page.getByText('Policy attached to group readers').waitFor();
    await tick(page.getByRole('checkbox', { name: 'Select Permissions group readers' }));
    await page.getByRole('button', { name: 'Detach', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Detach' }).click();
    await page.getByText('Policy detached from group readers').waitFor();
    await close();
  });

  test('a policy is made by keyboard alone, with completion, and goes with what hangs on it', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/policies/create');
    await getsFocus(page.getByLabel('Policy name'));
    await page.keyboard.type('made');
    const editor = page.getByRole('textbox', { name: 'Policy document' });
    await editor.focus();
    await getsFocus(editor);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": "sqs:ListQ');
    await page.getByRole('option', { name: /sqs:ListQueues/ }).waitFor();
    await page.waitForTimeout(200); // the editor takes an Enter at once for a new line
    await page.keyboard.press('Enter');
    await editor.filter({ hasText: '"Action": "sqs:ListQueues"' }).waitFor();
    await page.keyboard.press('Tab');
    assert.notEqual(await page.evaluate(() => globalThis.document.activeElement?.shadowRoot?.activeElement?.getAttribute('aria-label')), 'Policy document', 'Tab leaves the editor');
    await page.getByRole('button', { name: 'Create policy' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Policy made created').waitFor();

    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('made: 1 version').waitFor();
    await confirm(page, 'made');
    await page.getByText('Policy made deleted').waitFor();
    await close();
  });

  test('what is typed while the page draws what was typed before is not lost', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/policies/create');
    const editor = page.getByRole('textbox', { name: 'Policy document' });
    await editor.focus();
    await page.keyboard.press('Control+Home');
    const untouched = (await editor.textContent())!;
    const typed = Array.from({ length: 150 }, (_, i) => i % 10).join('');
    await page.evaluate(async (text) => {
      const { port1, port2 } = new MessageChannel(); // comes between the steps of React, which are messages, too
      port2.start();
      for (const digit of text) {
        globalThis.document.execCommand('insertText', false, digit);
        await new Promise((resolve) => {
          port2.addEventListener('message', resolve, { once: true });
          port1.postMessage('');
        });
      }
    }, typed);
    await page.getByText('1 error').waitFor();
    assert.equal(await editor.textContent(), typed + untouched);
    await close();
  });

  test('what is not saved is not left without asking', async () => {
    const { page, goTo, close } = await open(browser, server);
    const editor = page.getByRole('textbox', { name: 'Policy document' });
    const question = page.getByRole('dialog', { name: 'Leave without saving?' });
    const toUsers = () => page.getByRole('navigation').getByRole('link', { name: 'Users', exact: true }).click();
    await goTo('/policies/create');
    await toUsers(); // nothing is written yet
    await heading(page, 'Users');
    await page.goBack();
    await heading(page, 'Create policy');
    const text = document({ Effect: 'Allow', Action: 'sqs:ListQueues', Resource: '*' });
    await write(page, text);
    await toUsers();
    await question.waitFor();
    await accessible(page);
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'detached' });
    assert.deepEqual(JSON.parse(await editor.innerText()), JSON.parse(text));
    const [dialog] = await Promise.all([page.waitForEvent('dialog'), page.evaluate(() => void setTimeout(() => location.reload()))]);
    assert.equal(dialog.type(), 'beforeunload');
    await dialog.dismiss();
    await toUsers();
    await question.getByRole('button', { name: 'Leave' }).click();
    await heading(page, 'Users');

    await goTo('/users/ann?tab=permissions');
    await page.getByRole('button', { name: 'Create inline policy' }).click();
    await write(page, text);
    await page.getByRole('tab', { name: 'Groups' }).click();
    await question.getByRole('button', { name: 'Cancel' }).click();
    assert.deepEqual(JSON.parse(await editor.innerText()), JSON.parse(text));
    await close();
  });

  test('the visual builder writes the same document', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo(`/policies/${ofJobs}/edit`);
    await page.getByRole('button', { name: 'Visual' }).click();
    await page.getByRole('button', { name: 'Deny' }).click();
    await accessible(page);
    await screenshot(page, 'policies-visual');
    await page.getByRole('button', { name: 'JSON' }).click();
    await page.getByRole('textbox', { name: 'Policy document' }).filter({ hasText: '"Effect": "Deny"' }).waitFor();
    await write(page, document({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }));
    await page.getByRole('button', { name: 'Visual' }).click();
    await page.getByText('Statement 1 has NotAction.').waitFor();
    await close();
  });

  test('the visual builder keeps each row as it is written, beside others that are like it or go', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/policies/create');
    await page.getByRole('button', { name: 'Visual' }).click();
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await page.getByRole('combobox', { name: 'Key of condition 1' }).fill('aws:PrincipalTag/te');
    await page.getByRole('textbox', { name: 'Value of condition 1' }).fill('blue');
    await page.getByRole('button', { name: 'Add a condition' }).click(); // which takes the value over, too
    const second = page.getByRole('combobox', { name: 'Key of condition 2' });
    await second.pressSequentially('aws:PrincipalTag/team'); // which is, on the way, the first one's
    await page.getByRole('textbox', { name: 'Value of condition 2' }).fill('green');
    await page.getByRole('combobox', { name: 'Action, or a pattern of actions' }).fill('sqs:Get*');
    await page.getByRole('button', { name: 'Remove condition 1' }).click();
    await second.waitFor({ state: 'detached' });
    assert.equal(await page.getByRole('combobox', { name: 'Key of condition 1' }).inputValue(), 'aws:PrincipalTag/team');
    await page.getByRole('button', { name: 'JSON' }).click();
    const written = JSON.parse((await page.getByRole('textbox', { name: 'Policy document' }).innerText()).replace(/\u00a0/g, ' ')) as { Statement: unknown[] };
    assert.deepEqual(written.Statement, [{ Effect: 'Allow', Action: 'sqs:Get*', Resource: [], Condition: { StringEquals: { 'aws:PrincipalTag/team': 'green' } } }]);
    await close();
  });

  test('ask: a key that is removed takes nothing of the others with it, and the focus stays where somebody asks from', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/ask?principal=arn:aws:iam::123456789012:user/ann&action=s3:GetObject&resource=arn:aws:s3:::reports/q1&c=String+aws:Referer=first&c=String+aws:UserAgent=second');
    await page.getByRole('button', { name: 'Remove condition key 1' }).click();
    await page.getByRole('textbox', { name: 'Value of condition key 2' }).waitFor({ state: 'detached' });
    assert.equal(await page.getByRole('textbox', { name: 'Value of condition key 1' }).inputValue(), 'second');
    const shows = (value: string) => page.waitForFunction((text) => [...globalThis.document.querySelectorAll('input')].some((field) => field.value === text), value);
    await page.getByRole('combobox', { name: 'Resource' }).fill('arn:aws:s3:::reports/q2');
    await page.getByRole('heading', { name: 'The request', exact: true }).click(); // closes what is suggested
    await page.getByRole('button', { name: 'Ask', exact: true }).press('Enter');
    await page.waitForURL(/q2/);
    await page.getByText('Denied: nothing allows it').waitFor();
    assert.deepEqual(new URL(page.url()).searchParams.getAll('c'), ['String aws:UserAgent=second']);
    await getsFocus(page.getByRole('button', { name: 'Ask', exact: true }));
    await page.goBack();
    await shows('arn:aws:s3:::reports/q1');
    await page.goForward();
    await shows('arn:aws:s3:::reports/q2');
    await close();
  });

  test('ask: who may do what, why not, and a link that asks it again', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/ask?principal=arn:aws:iam::123456789012:user/ann&action=s3:GetObject&resource=arn:aws:s3:::reports/q1');
    await page.getByText('Denied: nothing allows it').waitFor();
    await page.getByText('Allow Office in inline read').waitFor();
    await page.locator('.mark-allow').first().waitFor(); // the statement, marked in its policy
    await accessible(page);
    await page.getByRole('button', { name: 'aws:SourceIp' }).click();
    await page.getByRole('textbox', { name: 'Value of condition key 1' }).fill('10.1.2.3');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('Allowed', { exact: true }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get('c'), 'IPAddress aws:SourceIp=10.1.2.3');
    await screenshot(page, 'ask');
    await page.reload();
    await page.getByText('Allowed', { exact: true }).waitFor();
    await close();
  });

  test('ask: under what is supposed of the session, its policies and the time, and keys of several values', async () => {
    const careful = [
      { Sid: 'Factor', Effect: 'Allow', Action: 'sqs:PurgeQueue', Resource: '*', Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' }, DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } } },
      { Sid: 'Tags', Effect: 'Allow', Action: 'sqs:TagQueue', Resource: '*', Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'stage'] } } },
    ];
    await iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'careful', PolicyDocument: document(...careful) }));
    const { page, goTo, close } = await open(browser, server);
    const asked = (action: string, ...keys: string[]) => {
      const search = new URLSearchParams({ principal: 'arn:aws:iam::123456789012:user/ann', action, resource: 'arn:aws:sqs:eu-west-1:123456789012:jobs' });
      for (const key of keys) search.append('c', key);
      return `/ask?${search}`;
    };
    await goTo(asked('sqs:PurgeQueue', 'Bool aws:MultiFactorAuthPresent=true', 'Date aws:CurrentTime=2019-06-01T00:00:00Z'));
    await page.getByText('Allowed', { exact: true }).waitFor();
    await page.getByText('You suppose aws:CurrentTime, aws:MultiFactorAuthPresent').waitFor();
    await page.getByRole('button', { name: 'Add a session policy' }).click();
    await write(page, document({ Effect: 'Allow', Action: 's3:*', Resource: '*' }), 'Session policy 1');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('because no session policy allows the sqs:PurgeQueue action').waitFor();
    await accessible(page);
    await screenshot(page, 'ask-session');
    await page.reload();
    await page.getByText('because no session policy allows the sqs:PurgeQueue action').waitFor();

    await goTo(asked('sqs:TagQueue', 'String[] aws:TagKeys=team', 'String[] aws:TagKeys=stage'));
    await page.getByText('Allowed', { exact: true }).waitFor();
    await goTo(asked('sqs:TagQueue', 'String[] aws:TagKeys=team', 'String[] aws:TagKeys=owner'));
    await page.getByText('Denied: nothing allows it').waitFor();
    await close();
  });
});
