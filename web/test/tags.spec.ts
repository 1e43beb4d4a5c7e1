import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import {
  AddRoleToInstanceProfileCommand, AttachUserPolicyCommand, CreateInstanceProfileCommand, CreateOpenIDConnectProviderCommand, CreatePolicyCommand, CreateRoleCommand, CreateSAMLProviderCommand, IAMClient,
  ListInstanceProfileTagsCommand, ListMFADevicesCommand, ListMFADeviceTagsCommand, ListOpenIDConnectProviderTagsCommand, ListPolicyTagsCommand, ListRoleTagsCommand, ListSAMLProviderTagsCommand,
  ListServerCertificateTagsCommand, ListUserTagsCommand, type Tag, TagInstanceProfileCommand, TagUserCommand, UploadServerCertificateCommand,
} from '@aws-sdk/client-iam';
import type { Browser, Page } from 'playwright-core';

import { inEveryLook, launch, open } from './fixture/browser.ts';
import { getsFocus, press, tabTo, write } from './fixture/keyboard.ts';
import { addAuthenticator, addPerson } from './fixture/people.ts';
import { type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';
import { certificate as selfSigned } from './seed/certificate.ts';
import { officeMetadata } from './seed/furniture.ts';

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const arn = (rest: string) => `arn:aws:iam::123456789012:${rest}`;
const path = (page: string, resource: string) => `/${page}/${encodeURIComponent(arn(resource))}`;

/** Kind is a kind of thing that IAM tags, and where the console shows one. */
interface Kind {
  path: string;
  /** What its messages call it. */
  what: RegExp;
  /** The button that opens its tags in a dialog, where they are not on the page. */
  button?: string;
  tags: () => Promise<{ Tags: Tag[] | undefined }>;
}

/** The quota of tags here, less than IAM's 50, which the editor itself knows. */
const quota = 3;

describe('tags', () => {
  let server: Server;
  let browser: Browser;
  let iam: IAMClient;
  let serial: string;
  before(async () => {
    [server, browser] = await Promise.all([startServer('--quota', `TagsPerResource=${quota}`), launch()]);
    iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.admin });
    await addPerson(server, 'ada');
    await addAuthenticator(server, 'ada');
    serial = (await iam.send(new ListMFADevicesCommand({ UserName: 'ada' }))).MFADevices![0]!.SerialNumber!;
    await iam.send(new CreateRoleCommand({ RoleName: 'worker', AssumeRolePolicyDocument: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }) }));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'worker' }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'worker', RoleName: 'worker' }));
    await iam.send(new CreatePolicyCommand({ PolicyName: 'cargo', PolicyDocument: policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }) }));
    await iam.send(new CreateOpenIDConnectProviderCommand({ Url: 'https://login.meridian.example', ClientIDList: ['sts.amazonaws.com'] }));
    await iam.send(new CreateSAMLProviderCommand({ Name: 'office', SAMLMetadataDocument: officeMetadata(new Date()) }));
    const { certificate, privateKey } = selfSigned('web.meridian.example', new Date(), 20);
    await iam.send(new UploadServerCertificateCommand({ ServerCertificateName: 'web', CertificateBody: certificate, PrivateKey: privateKey }));
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  const kinds: Record<string, Kind> = {
    'a user': { path: '/users/ada?tab=tags', what: /user ada/, tags: () => iam.send(new ListUserTagsCommand({ UserName: 'ada' })) },
    'a role': { path: '/roles/worker?tab=tags', what: /role worker/, tags: () => iam.send(new ListRoleTagsCommand({ RoleName: 'worker' })) },
    'a policy': { path: `${path('policies', 'policy/cargo')}?tab=tags`, what: /policy cargo/, tags: () => iam.send(new ListPolicyTagsCommand({ PolicyArn: arn('policy/cargo') })) },
    'an OpenID Connect provider': {
      path: path('providers', 'oidc-provider/login.meridian.example'), what: /provider login\.meridian\.example/,
      tags: () => iam.send(new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn: arn('oidc-provider/login.meridian.example') })),
    },
    'a SAML provider': {
      path: path('providers', 'saml-provider/office'), what: /provider office/,
      tags: () => iam.send(new ListSAMLProviderTagsCommand({ SAMLProviderArn: arn('saml-provider/office') })),
    },
    'a server certificate': { path: '/certificates/web', what: /certificate web/, tags: () => iam.send(new ListServerCertificateTagsCommand({ ServerCertificateName: 'web' })) },
    'an instance profile': {
      path: '/roles/worker?tab=sessions', what: /instance profile worker/, button: 'Tags of the instance profile',
      tags: () => iam.send(new ListInstanceProfileTagsCommand({ InstanceProfileName: 'worker' })),
    },
    'a virtual MFA device': {
      path: '/users/ada?tab=credentials', what: /MFA device .*:mfa\/ada/, button: 'Tags of the device',
      tags: () => iam.send(new ListMFADeviceTagsCommand({ SerialNumber: serial })),
    },
  };

  /** The kinds whose editor is looked at: one on a page, and both dialogs. */
  const looked = new Set(['a user', 'an instance profile', 'a virtual MFA device']);

  for (const [kind, { path: address, what, button, tags }] of Object.entries(kinds)) {
    test(`of ${kind} are added, changed and taken away by keyboard alone`, async () => {
      const { page, goTo, close } = await open(browser, server);
      const save = async (call: 'Tag' | 'Untag') => {
        const answered = page.waitForResponse((response) => response.request().postData()?.includes(`Action=${call}`) ?? false);
        await Promise.all([answered, press(page, page.getByRole('button', { name: 'Save tags' }))]);
        await page.getByText(new RegExp(`Tags of ${what.source} saved`)).first().waitFor();
        if (button) await press(page, page.getByRole('button', { name: button, exact: true }));
      };
      const value = page.getByRole('combobox', { name: /^Value/ });
      await goTo(address);
      if (button) {
        await tabTo(page, page.getByRole('radio'));
        await page.keyboard.press('Space');
        await press(page, page.getByRole('button', { name: button, exact: true }));
      }
      await press(page, page.getByRole('button', { name: 'Add new tag' }));
      await getsFocus(page.getByRole('combobox', { name: 'Key' }));
      await page.keyboard.type('team');
      await page.keyboard.press('Escape'); // the suggestions, not the dialog
      await write(page, value, 'booking');
      await page.keyboard.press('Escape');
      if (looked.has(kind)) await inEveryLook(page, `tags-${kind.replace(/\W+/g, '-')}`);
      await save('Tag');
      assert.deepEqual((await tags()).Tags, [{ Key: 'team', Value: 'booking' }]);

      await write(page, value, 'billing');
      await page.keyboard.press('Escape');
      await save('Tag');
      assert.deepEqual((await tags()).Tags, [{ Key: 'team', Value: 'billing' }]);

      await press(page, page.getByRole('button', { name: 'Remove team', exact: true }));
      await save('Untag');
      assert.deepEqual((await tags()).Tags, []);
      await close();
    });
  }

  const add = async (page: Page, key: string, value: string) => {
    await page.getByRole('button', { name: 'Add new tag' }).click();
    await page.getByRole('combobox', { name: 'Key' }).last().fill(key);
    await page.getByRole('combobox', { name: /^Value/ }).last().fill(value);
  };

  test('of a user have no two keys that differ in case alone, and those of a policy may', async () => {
    const { page, goTo, close } = await open(browser, server);
    for (const [kind, left] of [['a user', ['TEAM=two']], ['a policy', ['TEAM=two', 'team=one']]] as const) {
      const { path: address, tags } = kinds[kind]!;
      await goTo(address);
      await add(page, 'team', 'one');
      await page.getByRole('button', { name: 'Save tags' }).click();
      await page.getByText('saved').waitFor();
      await page.getByRole('button', { name: 'Close the message' }).click();
      await add(page, 'TEAM', 'two');
      await page.getByRole('button', { name: 'Save tags' }).click();
      await page.getByText('saved').waitFor();
      assert.deepEqual((await tags()).Tags?.map(({ Key, Value }) => `${Key}=${Value}`).toSorted(), left);
      assert.equal(await page.getByRole('combobox', { name: /^Value/ }).count(), left.length);
    }
    await close();
  });

  test('are refused by the server where there are too many, and what was typed stays', async () => {
    const { page, goTo, close } = await open(browser, server);
    const { tags } = kinds['an instance profile']!;
    await goTo('/roles/worker?tab=sessions');
    await page.getByRole('radio').check({ force: true });
    await page.getByRole('button', { name: 'Tags of the instance profile' }).click();
    for (let i = 0; i <= quota; i++) await add(page, `key-${i}`, String(i));
    await page.getByRole('button', { name: 'Save tags' }).click();
    await page.getByText(`Cannot exceed quota for TagsPerResource: ${quota}`).waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'Key' }).count(), quota + 1);
    assert.deepEqual((await tags()).Tags, []);
    await inEveryLook(page, 'tags-refused');
    await page.getByRole('button', { name: `Remove key-${quota}` }).click();
    await page.getByRole('combobox', { name: 'Key' }).last().fill('k'.repeat(129));
    await page.getByText(/128/).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Save tags' }).isDisabled());
    await page.getByRole('combobox', { name: 'Key' }).last().fill('aws:reserved');
    await page.getByText('Cannot start with aws:').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Save tags' }).isDisabled());
    await close();
  });

  test('are read by whoever may only read, whose change is refused with the reason', async () => {
    await iam.send(new TagInstanceProfileCommand({ InstanceProfileName: 'worker', Tags: [{ Key: 'team', Value: 'booking' }] }));
    await iam.send(new TagUserCommand({ UserName: 'ada', Tags: [{ Key: 'team', Value: 'booking' }] }));
    const reader = await addPerson(server, 'reader');
    await iam.send(new AttachUserPolicyCommand({ UserName: 'reader', PolicyArn: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess' }));
    const { page, goTo, close } = await open(browser, server, { as: reader });
    const denied = async (action: string) => {
      await page.getByRole('combobox', { name: /^Value/ }).first().fill('mine');
      await page.getByRole('button', { name: 'Save tags' }).click();
      await page.getByText(new RegExp(`reader is not authorized to perform: ${action}`)).first().waitFor();
      assert.equal(await page.getByRole('combobox', { name: /^Value/ }).first().inputValue(), 'mine');
    };
    await goTo('/users/ada?tab=tags');
    await denied('iam:TagUser');
    await goTo('/roles/worker?tab=sessions');
    await page.getByRole('radio').check({ force: true });
    await page.getByRole('button', { name: 'Tags of the instance profile' }).click();
    await denied('iam:TagInstanceProfile');
    assert.deepEqual((await iam.send(new ListInstanceProfileTagsCommand({ InstanceProfileName: 'worker' }))).Tags, [{ Key: 'team', Value: 'booking' }]);
    await close();
  });
});
