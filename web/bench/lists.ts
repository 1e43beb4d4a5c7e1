import type { Browser, Page } from 'playwright-core';

import { open } from '../test/fixture/browser.ts';
import type { Server } from '../test/fixture/server.ts';
import { hold, print, quantile, type Row } from './table.ts';
import { tasks, traced } from './trace.ts';

/** List is a page with a table of many, and what is done there. */
interface List {
  path: string;
  title: string;
  /** Something to type into the filter, which some match. */
  text: string;
  /** The same by a property. */
  filter: string;
  /** The header of a column to sort by. */
  column: string;
}

const list: List[] = [
  { path: '/users', title: 'Users', text: 'user-77', filter: 'Tag site = site-7', column: 'Groups' },
  { path: '/roles', title: 'Roles', text: 'role-77', filter: 'Trusts : lambda', column: 'Trusts' },
  { path: '/policies', title: 'Policies', text: 'policy-77', filter: 'Managed by = This account', column: 'Attached to' },
  { path: '/groups', title: 'Groups', text: 'team-7', filter: 'Policies : policy-7', column: 'Users' },
];

/** limit is how long the page may not answer, in milliseconds. */
const limit = 100;

/** lists does in every long list what people do there, and prints the longest pieces in which the page cannot answer. */
export async function lists(browser: Browser, server: Server): Promise<void> {
  const rows: Row[] = [];
  for (const one of list) {
    const { page, context, goTo, close } = await open(browser, server);
    page.setDefaultTimeout(60_000);
    await goTo('/account-settings'); // what every page has is not what a list takes
    for (const [step, act] of Object.entries(steps(page, one))) {
      const pieces = tasks(await traced(context, page, act));
      const cpu = pieces.map((piece) => piece.cpu);
      if (process.env.WHY) for (const piece of pieces.filter((long) => long.cpu > limit / 2)) console.log(one.title, step, piece.cpu.toFixed(0), piece.parts.join(' | '));
      hold(`${one.title}: ${step}`, Math.max(...cpu), limit);
      rows.push([`${one.title}: ${step}`, Math.max(...cpu), quantile(cpu.toSorted((a, b) => b - a).slice(0, 10), 0.5), Math.max(...pieces.map(({ wall }) => wall))]);
    }
    rows[rows.length - 1]!.push(await counted(page));
    await close();
  }
  print(`The longest pieces of the main thread in lists, ms; limit ${limit} of CPU`, ['CPU', 'median of 10', 'by the clock', 'rows'], rows);
}

/** counted is how many a table says that it has. */
async function counted(page: Page): Promise<string> {
  return (await page.getByRole('heading', { name: /\([\d,]+\+?\)$/ }).first().innerText()).replace(/^.*\(|\)$/g, '');
}

function steps(page: Page, { path, title, text, filter, column }: List): Record<string, () => Promise<void>> {
  const find = page.getByRole('combobox', { name: /^Find / });
  const rows = page.locator('table tbody tr');
  const complete = () => page.getByRole('heading', { name: new RegExp(`^${title}.*\\([1-9][\\d,]*\\)$`) }).waitFor();
  return {
    open: async () => {
      await page.getByRole('navigation').getByRole('link', { name: title, exact: true }).click();
      await rows.getByRole('link').first().waitFor();
      await complete();
      await page.waitForLoadState('networkidle');
    },
    'filter by typing': async () => {
      await find.pressSequentially(text, { delay: 60 });
      await find.press('Enter');
      await page.getByText(/\d match/).first().waitFor();
    },
    'filter by property': async () => {
      await page.getByRole('button', { name: /^Clear filter/ }).first().click();
      await find.pressSequentially(filter, { delay: 60 });
      await find.press('Enter');
      await page.getByText(/\d match/).first().waitFor();
    },
    sort: async () => {
      await page.getByRole('button', { name: /^Clear filter/ }).first().click();
      for (let i = 0; i < 2; i++) {
        await page.getByRole('columnheader', { name: column }).getByRole('button').first().press('Enter');
        await frame(page);
      }
    },
    'next page': async () => {
      await page.getByRole('button', { name: /next page/i }).click();
      await frame(page);
    },
    'open one': async () => {
      await rows.getByRole('link').first().click();
      await page.waitForURL(`**${path}/*`);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForLoadState('networkidle');
    },
    'go back': async () => {
      await page.goBack();
      await rows.getByRole('link').first().waitFor();
      await complete();
      await page.waitForLoadState('networkidle');
    },
  };
}

/** frame waits until what was done is drawn. */
function frame(page: Page): Promise<void> {
  return page.evaluate(async () => {
    for (let i = 0; i < 3; i++) await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
  });
}
