import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import {
  CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, GetGroupCommand, GetInstanceProfileCommand, GetPolicyVersionCommand, GetRoleCommand, GetUserCommand, IAMClient,
  ListAttachedGroupPoliciesCommand, ListAttachedRolePoliciesCommand, PutRolePolicyCommand, PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { Browser } from 'playwright-core';

import { accessible, inEveryLook, launch, open, tick } from './fixture/browser.ts';
import { confirm } from './fixture/keyboard.ts';
import { type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';

describe('groups and roles', () => {
  let server: Server;
  let browser: Browser;
  let iam: IAMClient;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
    iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.admin });
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('a group by duty has the policies of the template, gets members, and is deleted without them', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/groups/create');
    await page.getByRole('button', { name: /^Duty/ }).click();
    await page.getByRole('option', { name: /^Audit/ }).click();
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByRole('heading', { name: 'Audit', level: 1 }).waitFor();
    const { AttachedPolicies = [] } = await iam.send(new ListAttachedGroupPoliciesCommand({ GroupName: 'Audit' }));
    assert.deepEqual(AttachedPolicies.map(({ PolicyArn }) => PolicyArn).toSorted(), ['Audit', 'OwnCredentials'].map((name) => `arn:aws:iam::${server.account}:policy/duty/${name}`));
    const own = await iam.send(new GetPolicyVersionCommand({ PolicyArn: `arn:aws:iam::${server.account}:policy/duty/OwnCredentials`, VersionId: 'v1' }));
    const document = decodeURIComponent(own.PolicyVersion?.Document ?? '');
    assert.ok(document.includes(`arn:aws:iam::${server.account}:user/\${aws:username}`), document);

    await page.getByRole('button', { name: 'Add users' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: /^Users/ }).click();
    await page.getByRole('option', { name: 'ann' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('link', { name: 'ann' }).waitFor();
    assert.equal((await iam.send(new GetGroupCommand({ GroupName: 'Audit' }))).Users?.length, 1);

    await page.getByRole('button', { name: 'Delete' }).first().click();
    await page.getByText('Remove user ann').waitFor();
    await page.getByLabel('To confirm, type Audit').fill('Audit');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Deleted group Audit').waitFor();
    await assert.rejects(iam.send(new GetGroupCommand({ GroupName: 'Audit' })), { name: 'NoSuchEntityException' });
    await close();
  });

  test('every duty can be made as a role', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/roles/create');
    await page.getByRole('button', { name: /^Duty/ }).click();
    await page.getByRole('option', { name: /^IAMManager/ }).waitFor();
    const names = (await page.getByRole('option').allInnerTexts()).map((text) => text.split('\n')[0]!).filter((name) => name !== 'None');
    assert.deepEqual(names, ['Administrators', 'Developers', 'Billing', 'Support', 'DeploymentApprovals', 'Audit', 'IAMMaster', 'IAMManager']);
    for (const name of names) {
      await goTo('/roles/create');
      await page.getByRole('button', { name: /^Duty/ }).click();
      await page.getByRole('option', { name: new RegExp(`^${name}`) }).click();
      await page.getByRole('button', { name: 'Create role' }).click();
      await page.getByRole('heading', { name, level: 1 }).waitFor();
      const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: name }));
      assert.deepEqual(AttachedPolicies.map(({ PolicyName }) => PolicyName), [name]);
    }
    await close();
  });

  test('a role of a service says what is missing, and is made', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/roles/create');
    await tick(page.getByRole('radio', { name: /^Service/ }));
    await page.getByLabel('Role name').fill('builder');
    await page.getByRole('button', { name: 'Create role' }).click();
    await page.getByText('Name a service, such as build.example.com.').first().waitFor();
    await page.getByRole('textbox', { name: 'Service' }).fill('build.example.com');
    await page.getByRole('button', { name: 'Create role' }).click();
    await page.getByRole('heading', { name: 'builder', level: 1, exact: true }).waitFor();
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'builder' }));
    assert.deepEqual(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')), {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'build.example.com' }, Action: 'sts:AssumeRole' }],
    });
    await close();
  });

  test('a role with a trust policy of one’s own says what is wrong with it', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/roles/create');
    await tick(page.getByRole('radio', { name: /^A policy of your own/ }));
    await page.getByLabel('Role name').fill('shared');
    const editor = page.locator('.cm-content').first();
    await editor.fill('nothing');
    await page.getByRole('button', { name: 'Create role' }).click();
    await page.getByText('This is no JSON object.').waitFor();
    const Statement = ['user/ann', 'root'].map((name) => ({ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${server.account}:${name}` }, Action: 'sts:AssumeRole' }));
    await editor.fill(JSON.stringify({ Version: '2012-10-17', Statement }));
    await accessible(page);
    await page.getByRole('button', { name: 'Create role' }).click();
    await page.getByRole('heading', { name: 'shared', level: 1, exact: true }).waitFor();
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'shared' }));
    assert.equal(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).Statement.length, 2);
    await close();
  });

  test('a group gets its members and its path when it is made', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/groups/create');
    await page.getByLabel('Group name').fill('Crew');
    await page.getByRole('textbox', { name: 'Path' }).fill('/teams/');
    await page.getByRole('button', { name: /^Users/ }).click();
    await page.getByRole('option', { name: 'ann' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByRole('heading', { name: 'Crew', level: 1 }).waitFor();
    const { Group, Users } = await iam.send(new GetGroupCommand({ GroupName: 'Crew' }));
    assert.deepEqual([Group?.Path, Users?.map(({ UserName }) => UserName)], ['/teams/', ['ann']]);
    await close();
  });

  test('a role for developers is made under the path that their duty names, with a boundary', async () => {
    const { page, goTo, close } = await open(browser, server);
    await goTo('/roles/create');
    await page.getByLabel('Role name').fill('booking');
    await page.getByRole('textbox', { name: 'Path' }).fill('/developers/');
    await page.getByRole('button', { name: 'Choose a boundary' }).click();
    await page.getByRole('dialog').getByLabel('Find policies by name').fill('AmazonS3ReadOnlyAccess');
    await tick(page.getByRole('dialog').getByRole('radio', { name: /AmazonS3ReadOnlyAccess/ }));
    await page.getByRole('dialog').getByRole('button', { name: 'Next', exact: true }).click();
    await page.getByRole('button', { name: 'Create role' }).click();
    await page.getByRole('heading', { name: 'booking', level: 1, exact: true }).waitFor();
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'booking' }));
    assert.equal(Role?.Arn, `arn:aws:iam::${server.account}:role/developers/booking`);
    assert.equal(Role?.PermissionsBoundary?.PermissionsBoundaryArn, 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess');
    await close();
  });

  test('the sessions of a role are revoked: what has begun is denied, what begins then is not', async () => {
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${server.account}:root` }, Action: 'sts:AssumeRole' }] };
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'leaked', AssumeRolePolicyDocument: JSON.stringify(trust) }));
    const allow = (Action: string) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
    await iam.send(new PutRolePolicyCommand({ RoleName: 'leaked', PolicyName: 'own', PolicyDocument: allow('iam:GetUser') }));
    await iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'take', PolicyDocument: allow('sts:AssumeRole') }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    const place = { endpoint: server.url, region: 'us-east-1' };
    const sts = new STSClient({ ...place, credentials: { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! } });
    const take = async () => {
      const { Credentials: given } = await sts.send(new AssumeRoleCommand({ RoleArn: Role!.Arn, RoleSessionName: 'test' }));
      return new IAMClient({ ...place, credentials: { accessKeyId: given!.AccessKeyId!, secretAccessKey: given!.SecretAccessKey!, sessionToken: given!.SessionToken! } });
    };
    const old = await take();
    const { page, goTo, close } = await open(browser, server);
    const dialog = page.getByRole('dialog');
    await goTo('/roles/leaked?tab=sessions');
    await page.getByText('No session was revoked.').waitFor();
    await old.send(new GetUserCommand({ UserName: 'ann' }));
    await page.getByRole('button', { name: 'Revoke active sessions' }).click();
    await accessible(page);
    assert.ok(await dialog.getByRole('button', { name: 'Revoke' }).isDisabled());
    await dialog.getByLabel('To confirm, type leaked').fill('leaked');
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('The sessions of leaked are revoked').waitFor();
    await page.getByText(/Sessions from before .* are denied everything/).waitFor();
    await assert.rejects(old.send(new GetUserCommand({ UserName: 'ann' })), { name: 'AccessDenied' });
    await new Promise((resolve) => setTimeout(resolve, 1100)); // the time of a session is kept in whole seconds
    await (await take()).send(new GetUserCommand({ UserName: 'ann' }));

    await page.getByRole('button', { name: 'Create instance profile' }).first().click();
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText('Role leaked is in instance profile leaked').waitFor();
    const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: 'leaked' }));
    assert.deepEqual(InstanceProfile?.Roles?.map(({ RoleName }) => RoleName), ['leaked']);
    await inEveryLook(page, 'roles-leaked-sessions');
    await tick(page.getByRole('radio', { name: 'Select leaked' }));
    await page.getByRole('table', { name: 'Instance profiles' }).waitFor();
    await page.getByRole('button', { name: 'Delete instance profile' }).click();
    await confirm(page, 'delete');
    await page.getByText('Deleted instance profile leaked').waitFor();
    await assert.rejects(iam.send(new GetInstanceProfileCommand({ InstanceProfileName: 'leaked' })), { name: 'NoSuchEntityException' });
    await close();
  });
});
