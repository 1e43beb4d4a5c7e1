import type { Browser, Page } from 'playwright-core';

import { open } from '../test/fixture/browser.ts';
import type { Server } from '../test/fixture/server.ts';
import { hold, print, quantile } from './table.ts';
import { scriptOfFrames, traced } from './trace.ts';

/** limit is the page's own script of a frame at p95, in milliseconds. */
const limit = 8;

/** map opens the access map of a server and drags it to and fro. */
export async function map(browser: Browser, server: Server): Promise<void> {
  const { page, context, goTo, close } = await open(browser, server);
  page.setDefaultTimeout(120_000);
  const before = performance.now();
  await goTo('/map');
  const stage = page.getByTestId('map-stage');
  await stage.waitFor();
  await page.getByText('The account is being analysed').waitFor({ state: 'detached' });
  const opened = performance.now() - before;
  const nodes = Number(await stage.getAttribute('data-nodes'));
  const frames = scriptOfFrames(await traced(context, page, () => pan(page)));
  hold('script of a frame at p95', quantile(frames, 0.95), limit);
  print(`Panning the access map of ${nodes.toLocaleString('en')} nodes, ${frames.length} frames; limit ${limit} ms`, ['median', 'p95'], [
    ['script of a frame, CPU-ms', quantile(frames, 0.5), quantile(frames, 0.95)],
    ['there and analysed after, ms', opened],
  ]);
  await close();
}

/** pan drags the picture to and fro. */
async function pan(page: Page): Promise<void> {
  const box = (await page.getByTestId('map-stage').boundingBox())!;
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(middle.x, middle.y);
  await page.mouse.down();
  for (let i = 0; i < 120; i++) await page.mouse.move(middle.x + 150 * Math.sin(i / 12), middle.y + 90 * Math.cos(i / 17));
  await page.mouse.up();
}
