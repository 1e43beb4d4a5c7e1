/**
 * The console's figures, as tables for README.md. Arguments name parts: `npm run bench -- start lists map`; all of them without.
 * RUNS is how many cold starts, 15 unless it says otherwise.
 */
import type { Browser } from 'playwright-core';

import { launch } from '../test/fixture/browser.ts';
import { crowd, crowdQuotas } from '../test/fixture/crowd.ts';
import { type Server, startServer } from '../test/fixture/server.ts';
import { seed } from '../test/seed.ts';
import { lists } from './lists.ts';
import { map } from './map.ts';
import { start } from './start.ts';

/** Part is something to measure at a server of its own. */
interface Part {
  /** Further arguments of warder serve. */
  settings?: string[];
  furnish: (server: Server) => Promise<unknown>;
  measure: (browser: Browser, server: Server) => Promise<void>;
}

const parts: Record<string, Part> = {
  start: { furnish: ({ url, admin }) => seed(url, admin), measure: (browser, server) => start(browser, server, Number(process.env.RUNS ?? 15)) },
  // Of 7,600 nodes 5,000 are users.
  lists: { settings: crowdQuotas, furnish: (server) => crowd(server, 7600), measure: lists },
  map: { settings: crowdQuotas, furnish: (server) => crowd(server, 20_000), measure: map },
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in parts));
if (unknown) throw new Error(`no part ${unknown}: ${Object.keys(parts).join(', ')}`);

const browser = await launch();
for (const [name, { settings = [], furnish, measure }] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const server = await startServer(...settings);
  try {
    await furnish(server);
    await measure(browser, server);
  } finally {
    await server.stop();
  }
}
await browser.close();
