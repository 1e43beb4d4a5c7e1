import { after, before, describe, test } from 'node:test';

import type { Browser } from 'playwright-core';

import { areas } from '../src/app/areas.ts';
import { launch } from './fixture/browser.ts';
import { inspect, windows } from './fixture/looks.ts';
import { type Server, startServer } from './fixture/server.ts';

describe('every page of a new account', () => {
  let server: Server;
  let browser: Browser;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launch()]);
  });
  after(() => Promise.all([browser?.close(), server?.stop()]));

  for (const window of windows) {
    test(`is accessible and fits ${window.width} pixels`, async () => {
      const lists = areas.flatMap(({ nav }) => nav).map(({ href }) => href);
      await inspect(browser, server, [...lists, '/users/admin', '/groups/Administrators'], window, 'new-');
    });
  }
});
