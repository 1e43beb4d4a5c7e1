import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { CreateUserCommand, GetGroupCommand, GetPolicyVersionCommand, GetRoleCommand, IAMClient, ListAttachedGroupPoliciesCommand, ListAttachedRolePoliciesCommand } from '@aws-sdk/client-iam';
import type { Browser } from 'playwright-core';

import { launch, open } from './fixture/browser.ts';
import { type Server, startServer } from './fixture/server.ts';

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
    await page.getByRole('radio', { name: /^Service/ }).check({ force: true });
    await page.getByLabel('Role name').fill('builder');
    await page.getByRole('button', { name: 'Create role' }).click();
    await page.getByText('Name a service, such as build.example.com.').first().waitFor();
    await page.getByRole('textbox', { name: 'Service' }).fill('build.example.com');
    await page.getByRole('button', { name: 'Create role' }).click();
    await page.getByRole('heading', { name: 'builder', level: 1 }).waitFor();
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'builder' }));
    assert.deepEqual(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')), {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'build.example.com' }, Action: 'sts:AssumeRole' }],
    });
    await close();
  });
});
