// Makes the pictures of README.md in docs/images, of a company of a dozen people whose history reaches back a year:
//
//   npm run pictures
//
// It needs Go, for a server whose clock follows the story, and Chromium; CHROMIUM names another program.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Browser, Page } from 'playwright-core';

import { buildClockServer } from '../test/clockserver.ts';
import { withPalette } from './palette.ts';

/** Most bytes of a picture: the page that shows them is read over slow lines too. */
const most = 250_000;

/** Picture is one of them: a page, and what has to be there, and be done, before it is taken. */
interface Picture {
  name: string;
  path: string;
  ready: (page: Page) => Promise<unknown>;
}

const arn = (rest: string) => encodeURIComponent(`arn:aws:iam::123456789012:${rest}`);

const pictures: Picture[] = [
  {
    name: 'dashboard',
    path: '/dashboard',
    ready: (page) => page.getByRole('table', { name: 'Recent changes' }).getByRole('link').first().waitFor(),
  },
  {
    name: 'access-map',
    path: `/map?node=${arn('user/elena.rossi')}`,
    ready: async (page) => {
      await page.getByText(/takes a step to administrator over/).waitFor();
      await page.getByTestId('map-stage').waitFor();
    },
  },
  {
    name: 'denied',
    path: '/trail?attribute=EventName&value=AttachUserPolicy&f=outcome%3Ddenied',
    ready: async (page) => {
      await page.getByRole('link', { name: 'AttachUserPolicy' }).first().click();
      await page.getByText('What would have to change').waitFor();
    },
  },
];

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'docs', 'images');

async function main(): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'warder-pictures-'));
  const binary = join(work, 'warder');
  await buildClockServer(root, binary);
  process.env.WARDER_BINARY = binary;
  process.env.WARDER_CONSOLE_DIR = join(root, 'internal', 'console', 'dist');
  // The fixture reads its settings when it is loaded.
  const { passwords, startServer } = await import('../test/fixture/server.ts');
  const { launch, whenSettled } = await import('../test/fixture/browser.ts');
  const { signIn } = await import('../test/fixture/people.ts');
  const { seed } = await import('../test/seed.ts');
  const { Caller, Clock } = await import('../test/seed/caller.ts');
  const server = await startServer();
  let browser: Browser | undefined;
  try {
    await seed(server.url, server.admin, { clock: true });
    await new Caller(server.url, server.admin, new Clock(false)).sts.send(new GetCallerIdentityCommand({})); // the story is over: it is now
    browser = await launch();
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2, colorScheme: 'light', reducedMotion: 'reduce' });
    const page = await context.newPage();
    const settled = whenSettled(page);
    await signIn(page, server, 'admin', passwords.admin);
    await page.waitForURL('**/console/**');
    mkdirSync(folder, { recursive: true });
    for (const picture of pictures) await take(page, settled, server.url, picture);
  } finally {
    await browser?.close();
    await server.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

async function take(page: Page, settled: () => Promise<void>, url: string, { name, path, ready }: Picture): Promise<void> {
  await page.goto(`${url}/console${path}`);
  await ready(page);
  await settled();
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  const file = join(folder, `${name}.png`);
  const picture = withPalette(await page.screenshot());
  if (picture.length > most) throw new Error(`${file} would have ${picture.length} bytes; ${most} are enough`);
  writeFileSync(file, picture);
  console.log(`docs/images/${name}.png: ${picture.length} bytes`);
}

await main();
