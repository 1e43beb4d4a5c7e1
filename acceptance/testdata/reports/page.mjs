// Opens pages in Chromium and looks for what a reader would stumble over: node page.mjs PACKAGES CHROMIUM PAGE… writes a line for
// each fault and ends with "looked at N pages". With the environment variable SCREENSHOTS it also takes pictures into that folder.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, executablePath, ...pages] = process.argv.slice(2);
const require = createRequire(join(resolve(packages), 'node_modules', 'x.js'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core'), 'utf8');

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const fault = (page, text) => console.log(`FAULT ${basename(page)}: ${text}`);

// open gives the page, which may fetch nothing, say nothing and ask nothing.
async function open(file, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const url = pathToFileURL(file).href;
  page.on('request', (r) => { if (r.url().split('#')[0] !== url) fault(file, `asks for ${r.url()}`); });
  page.on('console', (m) => fault(file, `the console says ${m.text()}`));
  page.on('pageerror', (e) => fault(file, `the script fails: ${e}`));
  page.on('dialog', (d) => { fault(file, `a dialog says ${d.message()}`); d.dismiss(); });
  await page.goto(url);
  return { page, context };
}

async function look(file, width, colorScheme) {
  const { page, context } = await open(file, { viewport: { width, height: 900 }, colorScheme });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > width) fault(file, `is ${wide} wide on a screen of ${width}`);
  if (process.env.SCREENSHOTS) {
    await page.screenshot({ path: join(process.env.SCREENSHOTS, `${basename(file)}-${width}-${colorScheme}.png`), fullPage: true });
  }
  await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => window.axe.run());
  if (passes.length < 10) fault(file, `axe-core looked at ${passes.length} rules only`);
  for (const v of violations) fault(file, `${width} ${colorScheme}: ${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 200)).slice(0, 3).join(' | ')}`);
  await context.close();
}

// useKeys chooses findings by the keyboard alone.
async function useKeys(file) {
  const { page, context } = await open(file, { viewport: { width: 1280, height: 900 } });
  const all = await page.locator('.finding').count();
  const shown = () => page.locator('.finding:visible').count();
  if (all === 0) {
    if (await page.locator('#filters').isVisible()) fault(file, 'filters nothing');
    return context.close();
  }
  const reach = async (selector) => {
    for (let i = 0; i < 400; i++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate((s) => document.activeElement.matches(s), selector)) {
        const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
        if (outline === 'none') fault(file, `${selector} does not show that it has the focus`);
        return;
      }
    }
    fault(file, `the tabulator does not reach ${selector}`);
  };
  await reach('input[value=critical]');
  const critical = await page.locator('.finding[data-severity=critical]').count();
  await page.keyboard.press('Space');
  if (await shown() !== all - critical) fault(file, `without critical ${await shown()} of ${all} findings show`);
  await page.keyboard.press('Space');
  await reach('select[name=state]');
  await page.keyboard.type('suppressed');
  const suppressed = await page.locator('.finding[data-state=suppressed]').count();
  if (await shown() !== suppressed) fault(file, `${await shown()} findings show as suppressed, ${suppressed} are`);
  await page.keyboard.press('Home');
  await reach('input[name=text]');
  await page.keyboard.type('no such text anywhere');
  if (await shown() !== 0) fault(file, 'a text that nothing has hides nothing');
  if (!(await page.locator('#shown').innerText()).startsWith(`0 of ${all}`)) fault(file, 'does not say how many findings show');
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  if (await shown() !== all) fault(file, 'what was hidden does not come back');
  await reach('#open-all');
  await page.keyboard.press('Enter');
  if (await page.locator('.finding:not([open])').count() !== 0) fault(file, 'not all open');
  return context.close();
}

// highlight chooses a path in the graph.
async function highlight(file) {
  const { page, context } = await open(file, { viewport: { width: 1280, height: 900 } });
  const select = page.locator('#highlight select');
  if (await select.count() && await select.isVisible()) {
    await select.selectOption({ index: 1 });
    const on = await page.locator('.edge.on').count();
    const all = await page.locator('.edge').count();
    if (on === 0 || on === all) fault(file, `the choice of a path highlights ${on} of ${all} edges`);
  }
  await context.close();
}

// withoutScript: everything is there to be read, and nothing that needs a script.
async function withoutScript(file) {
  const { page, context } = await open(file, { javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
  if (await page.locator('#filters').isVisible() || await page.locator('button:visible').count()) fault(file, 'shows controls that do nothing');
  const summaries = page.locator('.finding:not([open]) > summary');
  if (await summaries.count()) {
    const first = page.locator('.finding:not([open])').first();
    const body = await first.evaluateHandle((f) => f.querySelector('.body'));
    await first.locator('summary').click();
    if (!await body.isVisible()) fault(file, 'a finding does not open');
  }
  await context.close();
}

// policy: what a name could smuggle in does not run.
async function policy(file) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const refused = [];
  page.on('console', (m) => refused.push(m.text()));
  await page.goto(pathToFileURL(file).href);
  await page.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="window.ran = 1"><p style="color: red" onclick="window.ran = 1" id="bait">x</p>');
    const script = document.createElement('script');
    script.textContent = 'window.ran = 1';
    document.body.append(script);
    document.getElementById('bait').click();
  });
  await page.waitForTimeout(50);
  if (await page.evaluate(() => window.ran)) fault(file, 'runs what is not its own');
  if (!refused.some((text) => text.includes('Content Security Policy'))) fault(file, 'has no policy');
  await context.close();
}

// paper: every finding is printed, without a script too.
async function paper(file) {
  for (const javaScriptEnabled of [true, false]) {
    const { page, context } = await open(file, { javaScriptEnabled, colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    if (javaScriptEnabled) await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    for (const body of await page.locator('.finding .body').all()) {
      if (!await body.isVisible()) { fault(file, 'a finding is not printed whole'); break; }
    }
    await context.close();
  }
}

for (const file of pages) {
  for (const width of [1280, 390]) for (const scheme of ['light', 'dark']) await look(file, width, scheme);
  await useKeys(file);
  await highlight(file);
  await withoutScript(file);
  await policy(file);
  await paper(file);
}
await browser.close();
console.log(`looked at ${pages.length} pages`);
