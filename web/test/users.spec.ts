import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import {
  AddUserToGroupCommand, CreateAccessKeyCommand, CreateGroupCommand, CreateLoginProfileCommand, CreatePolicyCommand, CreateUserCommand, CreateVirtualMFADeviceCommand, EnableMFADeviceCommand,
  GetUserCommand, IAMClient, ListAccessKeysCommand, ListAttachedUserPoliciesCommand, ListGroupsForUserCommand, ListServiceSpecificCredentialsCommand, ListSigningCertificatesCommand, ListSSHPublicKeysCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Browser } from 'playwright-core';

import { readKeysText } from '../dev/session.ts';
import { accessible, inEveryLook, launch, open, tick } from './fixture/browser.ts';
import { confirm } from './fixture/keyboard.ts';
import { sshKey } from './fixture/keys.ts';
import { addPerson, Authenticator } from './fixture/people.ts';
import { type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';
import { certificate as selfSigned } from './seed/certificate.ts';

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
    await page.getByRole('heading', { name: 'alice', level: 1, exact: true }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).first().click();
    await page.getByText('Remove from group Readers').waitFor();
    await page.getByText('Delete the console password').waitFor();
    const button = page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true });
    assert.ok(await button.isDisabled());
    await page.getByLabel('To confirm, type alice').fill('alice');
    await button.click();
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
    await tick(page.getByRole('checkbox', { name: 'Select all users of this page' }));
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

  test('is made under a path with policies and a boundary', async () => {
    await iam.send(new CreatePolicyCommand({ PolicyName: 'Fence', PolicyDocument: nothing }));
    await iam.send(new CreatePolicyCommand({ PolicyName: 'Little', PolicyDocument: nothing }));
    const { page, goTo, close } = await open(browser, server);
    await goTo('/users/create');
    await page.getByLabel('User name').fill('conny');
    await page.getByRole('textbox', { name: 'Path' }).fill('contractors');
    await page.getByText('It begins and ends with /').waitFor();
    await page.getByRole('textbox', { name: 'Path' }).fill('/contractors/');
    await page.getByRole('checkbox', { name: 'Console access' }).uncheck();
    await page.getByRole('button', { name: 'Choose policies' }).click();
    await tick(page.getByRole('dialog').getByRole('checkbox', { name: /Little/ }));
    await page.getByRole('dialog').getByRole('button', { name: 'Next', exact: true }).click();
    await page.getByRole('button', { name: 'Choose a boundary' }).click();
    await tick(page.getByRole('dialog').getByRole('radio', { name: /Fence/ }));
    await page.getByRole('dialog').getByRole('button', { name: 'Next', exact: true }).click();
    await accessible(page);
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByRole('heading', { name: 'User conny is there' }).waitFor();
    const { User } = await iam.send(new GetUserCommand({ UserName: 'conny' }));
    assert.equal(User?.Arn, `arn:aws:iam::${server.account}:user/contractors/conny`);
    assert.equal(User?.PermissionsBoundary?.PermissionsBoundaryArn, `arn:aws:iam::${server.account}:policy/Fence`);
    const { AttachedPolicies = [] } = await iam.send(new ListAttachedUserPoliciesCommand({ UserName: 'conny' }));
    assert.deepEqual(AttachedPolicies.map(({ PolicyName }) => PolicyName), ['Little']);
    await close();
  });

  test('that could not be made whole is finished as the form says it then', async () => {
    await iam.send(new CreateGroupCommand({ GroupName: 'Finishers' }));
    const { page, goTo, close } = await open(browser, server);
    await goTo('/users/create');
    await page.getByLabel('User name').fill('fay');
    await page.getByRole('button', { name: /^Groups/ }).click();
    await page.getByRole('option', { name: 'Finishers' }).click();
    await page.keyboard.press('Escape');
    await tick(page.getByRole('radio', { name: 'Type one' }));
    await page.getByLabel('Password of the user').fill('short');
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByText(/^Set the console password: /).waitFor();
    await page.getByLabel('Password of the user').fill('Quiet-Harbour-4821');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('heading', { name: 'User fay is there' }).waitFor();
    await page.getByRole('button', { name: 'Show password' }).click();
    await page.getByText('Quiet-Harbour-4821').waitFor();
    const { Groups } = await iam.send(new ListGroupsForUserCommand({ UserName: 'fay' }));
    assert.deepEqual(Groups?.map(({ GroupName }) => GroupName), ['Finishers']);
    await close();
  });

  test('is renamed, and shown under its new name', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'nell' }));
    const { page, goTo, close } = await open(browser, server);
    await goTo('/users/nell');
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('New name').fill('nelly');
    await page.keyboard.press('Enter');
    await page.getByText('Renamed user nell to nelly').waitFor();
    await page.getByRole('heading', { name: 'nelly', level: 1, exact: true }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/console/users/nelly');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await close();
  });

  test('gets one access key, however often its button is clicked meanwhile', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'dora' }));
    const { page, goTo, close } = await open(browser, server);
    await goTo('/users/dora?tab=credentials');
    await page.getByRole('button', { name: 'Create access key' }).dblclick();
    await page.getByRole('dialog').getByText('Secret access key').waitFor();
    await page.mouse.click(20, 500); // beside the window, which stays: the secret is not shown again
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Copy access key ID' }).waitFor();
    const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName: 'dora' }));
    assert.equal(AccessKeyMetadata?.length, 1);
    await close();
  });

  test('keeps what somebody has written or chosen and may not save', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'tess', Tags: [{ Key: 'team', Value: 'blue' }] }));
    const reader = await addPerson(server, 'onlooker', { Effect: 'Allow', Action: ['iam:Get*', 'iam:List*'], Resource: '*' });
    const { page, goTo, close } = await open(browser, server, { as: reader });
    await goTo('/users/tess?tab=tags');
    await page.getByRole('button', { name: 'Add new tag' }).click();
    await page.getByRole('combobox', { name: /^Key/ }).last().fill('floor');
    await page.getByRole('button', { name: 'Save tags' }).click();
    await page.getByText('You are not allowed to do this').waitFor();
    await page.getByRole('button', { name: 'Save tags', disabled: false }).waitFor();
    assert.equal(await page.getByRole('combobox', { name: /^Key/ }).last().inputValue(), 'floor');
    await goTo('/users/tess?tab=groups');
    await page.getByRole('button', { name: 'Add to groups' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /^Groups/ }).click();
    await page.getByRole('option').first().click();
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByText('You are not allowed to do this').waitFor();
    await dialog.getByRole('button', { name: /^Remove / }).waitFor();
    await close();
  });

  test('has SSH keys, credentials of services and signing certificates, to add, turn off and delete', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'kay' }));
    const { page, goTo, close } = await open(browser, server);
    const dialog = page.getByRole('dialog');
    await goTo('/users/kay?tab=credentials');
    await page.getByRole('button', { name: 'Upload SSH public key' }).press('Enter');
    await dialog.getByLabel('Public key').fill('no key');
    await dialog.getByRole('button', { name: 'Upload', exact: true }).click();
    await dialog.getByText('That did not work').waitFor();
    await dialog.getByLabel('Public key').fill(sshKey());
    await dialog.getByRole('button', { name: 'Upload', exact: true }).click();
    await page.getByText(/Uploaded SSH public key APKA\w+ of kay/).waitFor();
    const keys = page.getByRole('table', { name: 'SSH public keys' });
    await tick(keys.getByRole('radio'));
    await page.getByRole('button', { name: 'Deactivate SSH public key' }).click();
    await keys.getByText('Inactive').waitFor();
    const { SSHPublicKeys } = await iam.send(new ListSSHPublicKeysCommand({ UserName: 'kay' }));
    assert.deepEqual(SSHPublicKeys?.map(({ Status }) => Status), ['Inactive']);
    await page.getByRole('button', { name: 'Show SSH public key' }).click();
    await dialog.getByText(/^ssh-rsa /).waitFor();
    await accessible(page);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Delete SSH public key' }).click();
    await confirm(page, 'delete');
    await page.getByText(/Deleted SSH public key/).waitFor();
    assert.equal((await iam.send(new ListSSHPublicKeysCommand({ UserName: 'kay' }))).SSHPublicKeys?.length, 0);

    await page.getByRole('button', { name: 'Create service credential' }).click();
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText('This is the only time that it is shown').waitFor();
    const { ServiceSpecificCredentials = [] } = await iam.send(new ListServiceSpecificCredentialsCommand({ UserName: 'kay' }));
    assert.deepEqual(ServiceSpecificCredentials.map(({ ServiceName }) => ServiceName), ['codecommit.amazonaws.com']);
    await accessible(page);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText(ServiceSpecificCredentials[0]!.ServiceUserName!).waitFor();

    await page.getByRole('button', { name: 'Upload signing certificate' }).click();
    await dialog.getByLabel('Certificate').fill(selfSigned('web.example.org', new Date(), 30).certificate);
    await dialog.getByRole('button', { name: 'Upload', exact: true }).click();
    await page.getByText(/Uploaded signing certificate \w+ of kay/).waitFor();
    assert.equal((await iam.send(new ListSigningCertificatesCommand({ UserName: 'kay' }))).Certificates?.length, 1);
    await inEveryLook(page, 'users-kay-credentials');
    await close();
  });

  test('whose authenticator went astray is set right by two codes', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'ria' }));
    const { VirtualMFADevice } = await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'ria' }));
    const app = new Authenticator(new TextDecoder().decode(VirtualMFADevice!.Base32StringSeed));
    const [AuthenticationCode1, AuthenticationCode2] = app.pair();
    await iam.send(new EnableMFADeviceCommand({ UserName: 'ria', SerialNumber: VirtualMFADevice!.SerialNumber, AuthenticationCode1, AuthenticationCode2 }));
    const { page, goTo, close } = await open(browser, server);
    const dialog = page.getByRole('dialog');
    await goTo('/users/ria?tab=credentials');
    await tick(page.getByRole('radio', { name: `Select ${VirtualMFADevice!.SerialNumber}` }));
    await page.getByRole('button', { name: 'Resynchronize' }).click();
    await dialog.getByLabel('A code of the device').fill('123456');
    await dialog.getByLabel('The next code, half a minute later').fill('123456');
    assert.ok(await dialog.getByRole('button', { name: 'Resynchronize' }).isDisabled());
    await dialog.getByLabel('The next code, half a minute later').fill('654321');
    await dialog.getByRole('button', { name: 'Resynchronize' }).click();
    await dialog.getByText('That did not work').waitFor();
    await accessible(page);
    const [first, second] = app.pair(10);
    await dialog.getByLabel('A code of the device').fill(first);
    await dialog.getByLabel('The next code, half a minute later').fill(second);
    await dialog.getByRole('button', { name: 'Resynchronize' }).click();
    await page.getByText('The device of ria is in step again').waitFor();
    await close();
  });

  test('shows at the top how a user gets in, and by which policies it may use a service', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'tia' }));
    const { page, goTo, close } = await open(browser, server);
    await goTo('/users/tia');
    await page.getByText('No password', { exact: true }).waitFor();
    await page.getByText('None', { exact: true }).waitFor();
    await iam.send(new CreateLoginProfileCommand({ UserName: 'tia', Password: 'copper-Lantern-58-moss' }));
    await iam.send(new CreateAccessKeyCommand({ UserName: 'tia' }));
    await iam.send(new PutUserPolicyCommand({ UserName: 'tia', PolicyName: 'own', PolicyDocument: nothing }));
    await goTo('/users/tia?tab=accessed');
    await page.getByText('Enabled without MFA').waitFor();
    await page.getByText('Active, made today').waitFor();
    await tick(page.getByRole('radio', { name: 'Select iam' }));
    await page.getByRole('button', { name: 'Policies that grant it' }).click();
    await page.getByRole('dialog').getByText('own, inline policy of').waitFor();
    await accessible(page);
    await page.getByRole('dialog').getByRole('link', { name: 'tia' }).click();
    await page.getByRole('tab', { name: 'Permissions', selected: true }).waitFor();
    await close();
  });

  test('who may not delete is told why, and nothing is lost', async () => {
    const reader = await addPerson(server, 'reader', { Effect: 'Allow', Action: ['iam:Get*', 'iam:List*'], Resource: '*' });
    await iam.send(new CreateUserCommand({ UserName: 'kit' }));
    await iam.send(new CreateAccessKeyCommand({ UserName: 'kit' }));
    await iam.send(new CreateGroupCommand({ GroupName: 'Kept' }));
    await iam.send(new AddUserToGroupCommand({ UserName: 'kit', GroupName: 'Kept' }));
    const { page, goTo, close } = await open(browser, server, { as: reader });
    await goTo('/users/kit');
    await page.getByRole('button', { name: 'Delete' }).first().click();
    await page.getByLabel('To confirm, type kit').fill('kit');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('user kit is still there').waitFor();
    await page.getByText(/reader is not authorized to perform: iam:DeleteAccessKey/).waitFor();
    await close();
    const { Groups } = await iam.send(new ListGroupsForUserCommand({ UserName: 'kit' }));
    assert.equal(Groups?.length, 1);
  });

  test('who may not list sees why, not an empty list', async () => {
    const { page, goTo, close } = await open(browser, server, { as: await addPerson(server, 'nobody') });
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
