import { after, before, describe } from 'node:test';

import type { Browser } from 'playwright-core';

import { areas } from '../src/app/areas.ts';
import { launch } from './fixture/browser.ts';
import { inspect } from './fixture/looks.ts';
import { type Server, startServer } from './fixture/server.ts';
import { test } from './fixture/test.ts';

describe('every page of a new account', () => {
  let server: Server;
  let browser: Browser;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  test('is accessible and fits its window, in light on a desk and in dark on a phone', async () => {
    const lists = areas.flatMap(({ nav }) => nav).map(({ href }) => href);
    await inspect(browser, server, [...lists, '/users/admin', '/groups/Administrators'], 'new-');
  });
});
