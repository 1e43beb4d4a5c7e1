import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { AddUserToGroupCommand, AttachUserPolicyCommand, CreateAccessKeyCommand, CreateGroupCommand, CreatePolicyCommand, CreateUserCommand, GetUserCommand, IAMClient, ListGroupsForUserCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Browser } from 'playwright-core';

import { readKeysText } from '../dev/session.ts';
import { accessible, launch, open } from './fixture/browser.ts';
import { type Server, startServer } from './fixture/server.ts';

const nothing = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iam:GetUser', Resource: '*' }] });

describe('users', () => {
  let server: Server;
  let browser: Browser;
  let iam: IAMClient;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.admin });
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('is made with group, password and access key, is in the list, and is deleted with what hangs on it', async () => {
    await iam.send(new CreateGroupCommand({ GroupName: 'Readers' }));
    const { page, goTo, close } = await open(browser, server);
    await goTo('/users');
    await page.getByRole('link', { name: 'Create user' }).click();
    await page.getByLabel('User name').fill('not allowed!');
    await page.getByText('Letters, digits and + = , . @ _ - only.').waitFor();
    await page.getByLabel('User name').fill('alice');
    await page.getByRole('button', { name: /^Groups/ }).click();
    await page.getByRole('option', { name: 'Readers' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('checkbox', { name: 'Access key' }).check();
    await accessible(page);
    await page.getByRole('button', { name: 'Create user' }).click();

    await page.getByRole('heading', { name: 'User alice is there' }).waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download credentials file' }).click()]);
    const credentials = readKeysText(await textOf(await file.createReadStream()), 'the file');
    const { Arn } = await new STSClient({ endpoint: server.url, region: 'us-east-1', credentials }).send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, `arn:aws:iam::${server.account}:user/alice`);
    const { Groups } = await iam.send(new ListGroupsForUserCommand({ UserName: 'alice' }));
    assert.deepEqual(Groups?.map(({ GroupName }) => GroupName), ['Readers']);
    await page.getByRole('button', { name: 'Show password' }).click();
    await accessible(page);

    await page.getByRole('link', { name: 'All users' }).click();
    await page.getByRole('link', { name: 'alice', exact: true }).click();
    await page.getByRole('heading', { name: 'alice', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).first().click();
    await page.getByText('Remove from group Readers').waitFor();
    await page.getByText('Delete the console password').waitFor();
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true });
    assert.ok(await confirm.isDisabled());
    await page.getByLabel('To confirm, type alice').fill('alice');
    await confirm.click();
    await page.getByText('Deleted user alice').waitFor();
    await page.getByRole('heading', { name: /^Users/ }).waitFor();
    await assert.rejects(iam.send(new GetUserCommand({ UserName: 'alice' })), { name: 'NoSuchEntityException' });
    await close();
  });

  test('are filtered by tag in the URL, and deleted together', async () => {
    for (const [UserName, team] of [['bea', 'blue'], ['bob', 'blue'], ['gus', 'green']] as const) {
      await iam.send(new CreateUserCommand({ UserName, Tags: [{ Key: 'team', Value: team }] }));
      await iam.send(new CreateAccessKeyCommand({ UserName }));
    }
    const { page, goTo, close } = await open(browser, server);
    await goTo('/users?f=tag:team=blue');
    await page.getByText('2 match').first().waitFor();
    assert.equal(await page.getByRole('link', { name: 'gus' }).count(), 0);
    await page.getByRole('checkbox', { name: 'Select all users of this page' }).check({ force: true });
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByLabel('To confirm, type delete').fill('delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Deleted 2 users').waitFor();
    await page.getByText('No users match').waitFor();
    await page.getByRole('button', { name: 'Clear filter', exact: true }).click();
    await page.getByRole('link', { name: 'gus' }).waitFor();
    assert.equal(new URL(page.url()).search, '');
    await close();
  });

  test('who may not delete is told why, and nothing is lost', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'reader' }));
    await iam.send(new CreateGroupCommand({ GroupName: 'Kept' }));
    await iam.send(new AddUserToGroupCommand({ UserName: 'gus', GroupName: 'Kept' }));
    const document = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['iam:Get*', 'iam:List*'], Resource: '*' }] });
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'Read', PolicyDocument: document }));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'reader', PolicyArn: Policy?.Arn }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'reader' }));
    const keys = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    const { page, goTo, close } = await open(browser, server, { keys });
    await goTo('/users/gus');
    await page.getByRole('button', { name: 'Delete' }).first().click();
    await page.getByLabel('To confirm, type gus').fill('gus');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('user gus is still there').waitFor();
    await page.getByText(/reader is not authorized to perform: iam:DeleteAccessKey/).waitFor();
    await close();
    const { Groups } = await iam.send(new ListGroupsForUserCommand({ UserName: 'gus' }));
    assert.equal(Groups?.length, 1);
  });

  test('who may not list sees why, not an empty list', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'nobody' }));
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'Nothing', PolicyDocument: nothing }));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'nobody', PolicyArn: Policy?.Arn }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'nobody' }));
    const keys = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    const { page, goTo, close } = await open(browser, server, { keys });
    await goTo('/users');
    await page.getByText(/nobody is not authorized to perform: iam:ListUsers/).waitFor();
    assert.equal(await page.getByText('No users yet').count(), 0);
    await accessible(page);
    await close();
  });
});

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const part of stream) text += String(part);
  return text;
}
