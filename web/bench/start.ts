import type { Browser, BrowserContext } from 'playwright-core';

import { open } from '../test/fixture/browser.ts';
import type { Server } from '../test/fixture/server.ts';
import { hold, print, quantile } from './table.ts';
import { script, tasks, traced } from './trace.ts';

/** Start is one opening of the console with nothing in the browser's cache. */
interface Start {
  /** Milliseconds from the navigation until the dashboard shows all its data and has answered a click. */
  interactive: number;
  /** Milliseconds of the processor that the page's main thread took until then. */
  cpu: number;
  script: number;
  /** The longest piece of the main thread, in milliseconds of the processor. */
  longest: number;
  /** What came over the wire until then, in bytes. */
  bytes: number;
  requests: number;
}

/** settled is how long a new window gets until the browser is done with it, in milliseconds: it draws its own address bar by script. */
const settled = 2000;

/** limit is when the first page must answer, in milliseconds. */
const limit = 1500;

/** start opens the console so many times, each in a window of its own. */
export async function start(browser: Browser, server: Server, runs: number): Promise<void> {
  const { context, close } = await open(browser, server);
  const storageState = await context.storageState();
  await close();
  const starts: Start[] = [];
  for (let i = 0; i < runs; i++) {
    const fresh = await browser.newContext({ storageState, viewport: { width: 1280, height: 900 } });
    starts.push(await once(fresh, server));
    await fresh.close();
  }
  const row = (name: string, of: (start: Start) => number) => [name, quantile(starts.map(of), 0.5), quantile(starts.map(of), 0.95)] as [string, number, number];
  hold('the first page, interactive at p95', quantile(starts.map(({ interactive }) => interactive), 0.95), limit);
  print(`The first page of ${runs} cold starts; limit ${limit} ms`, ['median', 'p95'], [
    row('interactive, ms', ({ interactive }) => interactive),
    row('main thread, CPU-ms', ({ cpu }) => cpu),
    row('of that script, CPU-ms', (one) => one.script),
    row('longest piece, CPU-ms', ({ longest }) => longest),
    row('over the wire, kB', ({ bytes }) => bytes / 1000),
    row('requests', ({ requests }) => requests),
  ]);
}

async function once(context: BrowserContext, server: Server): Promise<Start> {
  await context.addInitScript(noteAnswer);
  const page = await context.newPage();
  await new Promise((resolve) => setTimeout(resolve, settled));
  const client = await context.newCDPSession(page);
  await client.send('Network.enable');
  let bytes = 0;
  let requests = 0;
  client.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  client.on('Network.requestWillBeSent', () => requests++);
  let interactive = 0;
  const trace = await traced(context, page, async () => {
    await page.goto(`${server.url}/console/`, { waitUntil: 'commit' });
    interactive = await page.waitForFunction(() => (window as unknown as Answered).answered, undefined, { timeout: 60_000 }).then((handle) => handle.jsonValue() as Promise<number>);
  });
  const pieces = tasks(trace);
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return {
    interactive,
    cpu: sum(pieces.map(({ cpu }) => cpu)),
    script: sum(script(trace).map(({ cpu }) => cpu)),
    longest: Math.max(...pieces.map(({ cpu }) => cpu)),
    bytes,
    requests,
  };
}

/** Answered is a window in which noteAnswer runs. */
interface Answered {
  /** When the page had answered, in milliseconds since the navigation began. */
  answered?: number;
}

/**
 * noteAnswer runs in the page: once checklist, alarms and changes are there it opens an item of the checklist, and notes when
 * that was drawn. It clicks by itself: a click from outside would add the time of its way.
 */
function noteAnswer(): void {
  const data = ['[aria-label=Checklist] li [aria-expanded]', 'table[aria-label="Open alarms"] tbody a', 'table[aria-label="Recent changes"] tbody a'];
  const observer = new MutationObserver(() => {
    const [item, ...others] = data.map((selector) => document.querySelector<HTMLElement>(selector));
    if (!item || others.includes(null)) return;
    if (item.getAttribute('aria-expanded') === 'false') item.click();
    else {
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => ((window as unknown as Answered).answered = performance.now())));
    }
  });
  observer.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-expanded'] });
}
