import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { after, before, describe } from 'node:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Browser } from 'playwright-core';

import { areas } from '../src/app/areas.ts';
import { launch, open } from './fixture/browser.ts';
import { type Example, inspect, whole } from './fixture/looks.ts';
import { type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';
import { Caller, Clock } from './seed/caller.ts';
import { bucket, furnish } from './seed/furniture.ts';
import { seed } from './seed.ts';

const user = (name: string) => encodeURIComponent(`arn:aws:iam::123456789012:user/${name}`);
const policy = (name: string) => encodeURIComponent(`arn:aws:iam::123456789012:policy/${name}`);

/** examples are by route. What a page has in tabs is looked at tab by tab. */
const examples: Record<string, Example[]> = {
  'dashboard': ['/dashboard'],
  'users': ['/users'],
  'users/create': ['/users/create'],
  'users/:name': ['/users/dmitri.volkov'],
  'groups': ['/groups'],
  'groups/create': ['/groups/create'],
  'groups/:name': ['/groups/Developers'],
  'roles': ['/roles'],
  'roles/create': ['/roles/create'],
  'roles/:name': ['/roles/break-glass'],
  'policies': ['/policies?f=owner%3DThis+account'],
  'policies/create': ['/policies/create'],
  'policies/:arn': [`/policies/${policy('support-desk')}`],
  'policies/:arn/edit': [`/policies/${policy('support-desk')}/edit`],
  'providers': ['/providers'],
  'providers/:arn': ['oidc-provider/token.actions.githubusercontent.com', 'saml-provider/office'].map((name) => `/providers/${encodeURIComponent(`arn:aws:iam::123456789012:${name}`)}`),
  'certificates': ['/certificates'],
  'certificates/:name': ['/certificates/www'],
  'map': ['/map', `/map?node=${user('elena.rossi')}`],
  'findings': ['/findings'],
  'findings/:id': [{ from: '/findings?f=check%3Descalation', link: 'User elena.rossi can become an administrator in 1 step' }],
  'checks': ['/checks'],
  'credential-report': ['/credential-report'],
  'unused-access': ['/unused-access'],
  'unused-access/:arn': [`/unused-access/${user('ci-deploy')}`],
  'alarms': ['/alarms'],
  'alarms/:id': [{ from: '/alarms', link: 'Somebody became an administrator' }],
  'alarm-rules': ['/alarm-rules'],
  'trail': ['/trail'],
  'trail/:id': [{ from: '/trail?attribute=EventName&value=AttachUserPolicy&f=outcome%3Ddenied', link: 'AttachUserPolicy' }],
  'activity': ['/activity', `/activity?principal=${user('dmitri.volkov')}`],
  'trails': ['/trails'],
  'trails/:name': ['/trails/all-events'],
  'account-settings': ['/account-settings'],
  'security-credentials': ['/security-credentials'],
  'ask': ['/ask', `/ask?principal=${user('carla.ruiz')}&action=s3:GetObject&resource=arn:aws:s3:::meridian-ledger/2026`],
};

/** routesOf reads the routes of every area from its index. */
function routesOf(): string[] {
  const pages = new URL('../src/pages/', import.meta.url);
  const indices = readdirSync(pages, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('index.tsx'));
  return indices.flatMap((file) => [...readFileSync(new URL(file, pages), 'utf8').matchAll(/path: '([^']+)'/g)].map(([, path]) => path!));
}

describe('every page', () => {
  let server: Server;
  let browser: Browser;
  const storage = mkdtempSync(join(tmpdir(), 'warder-storage-'));
  before(async () => {
    mkdirSync(join(storage, bucket));
    [server, browser] = await Promise.all([startServer('--trail-storage', storage), launch()]);
    await seed(server.url, server.admin);
    await furnish(new Caller(server.url, server.admin, new Clock(false)));
  });
  after(async () => {
    await Promise.all([browser?.close(), server?.stop()]);
    rmSync(storage, { recursive: true, force: true });
  });

  test('has an example here', () => {
    assert.deepEqual(Object.keys(examples).toSorted(), routesOf().toSorted());
  });

  test('is accessible and fits its window, in light on a desk and in dark on a phone', async () => {
    await inspect(browser, server, Object.values(examples).flat());
  });

  test('is led to by the navigation, has a title of its own and gets the focus', async () => {
    const { page, goTo, settled, close } = await open(browser, server);
    await goTo('/dashboard');
    const titles = new Set<string>();
    for (const { text, href } of areas.flatMap(({ nav }) => nav).toReversed()) {
      await page.getByRole('navigation').getByRole('link', { name: text, exact: true }).press('Enter');
      await page.waitForURL(`**/console${href}*`);
      const focused = await page.waitForFunction(() => ['H1', 'MAIN'].includes(document.activeElement?.tagName ?? '')).catch(() => undefined);
      assert.ok(focused, `${text} does not get the focus, but ${await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200))}`);
      await whole({ page, settled });
      titles.add(await page.title());
    }
    assert.equal(titles.size, areas.flatMap(({ nav }) => nav).length, [...titles].join(', '));
    await close();
  });
});
