// npm run screenshots [-- part of a name]: makes screenshots of each page in light, in dark and on a phone's width, of a system of its
// own, into .data/screenshots; and prints how quick each page is to open.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fail, prepare, root } from './prepare.mjs';

/** What a page must be painted by, on a machine with nothing else to do. */
const firstPaintMsMax = 1_000;
const locale = 'en-GB';
const modes = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
];

async function openBrowser() {
  const { chromium } = await import('playwright-core');
  const known = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find(
    existsSync,
  );
  if (known) return chromium.launch({ executablePath: known, args: ['--no-sandbox'] });
  const { default: packaged } = await import('@sparticuz/chromium');
  const args = packaged.args.filter((argument) => argument !== '--single-process');
  return chromium.launch({ executablePath: await packaged.executablePath(), args });
}

/** What a browser knows of how a page opened: milliseconds since the address was asked for, and how far things moved (0 is not at all). */
const measure = () => ({
  firstPaintMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  loadedMs: performance.getEntriesByType('navigation')[0]?.loadEventEnd ?? 0,
  moved: window.postriderMoved ?? 0,
  nodes: document.querySelectorAll('*').length,
});

/** Opens pages as for somebody who was never here; answers how many bytes have come so far. */
async function withoutCache(page) {
  const session = await page.context().newCDPSession(page);
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  return () => bytes;
}

const watchMoves = () => {
  window.postriderMoved = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.postriderMoved += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
};

async function main() {
  await prepare();
  const require = createRequire(import.meta.url);
  const { startStack } = require(path.join(root, 'dist/local/stack.js'));
  const { pages } = await import('./screenshotPages.mjs');
  const { fillWorkspace } = await import('./screenshotWorld.mjs');
  const [wanted = ''] = process.argv.slice(2);
  const folder = path.join(root, '.data/screenshots');
  mkdirSync(folder, { recursive: true });

  const dataDirectory = mkdtempSync(path.join(os.tmpdir(), 'postrider-screenshots-'));
  // A doubt is given up after one look, so that there is a parked message soon; and a webhook may lead to this machine.
  const env = {
    LOG_LEVEL: 'warn',
    BREAKER_FAILURES: '1000',
    RECONCILE_DELAYS_S: '1',
    PROVIDER_HOLD_S: '1',
    WEBHOOK_TARGETS: 'any',
  };
  const stack = await startStack({ dataDirectory, anyPorts: true, env });
  const browser = await openBrowser();
  let slow = 0;
  try {
    const world = await fillWorkspace(stack);
    // A packaged Chromium takes its language from the machine, which may be none that pages can write numbers in.
    const context = await browser.newContext({ locale });
    await context.addInitScript(watchMoves);
    const first = await context.newPage();
    await first.goto(stack.signInUrl);
    await first.waitForSelector('[data-connection=live]');
    await first.close();
    const guests = await browser.newContext({ locale });
    console.log('page                first paint  loaded   fetched   moved  nodes');
    for (const { name, path: pathOf, before, wait, act, signedOut } of pages.filter((one) => one.name.includes(wanted))) {
      for (const { name: mode, colorScheme, viewport } of modes) {
        const page = await (signedOut ? guests : context).newPage();
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize(viewport);
        const fetched = mode === 'light' ? await withoutCache(page) : undefined;
        await before?.(page);
        await page.goto(stack.url + pathOf(world));
        await page.waitForSelector(wait);
        await page.waitForLoadState('networkidle').catch(() => undefined);
        if (fetched) {
          const { firstPaintMs, loadedMs, moved, nodes } = await page.evaluate(measure);
          if (firstPaintMs > firstPaintMsMax) slow += 1;
          const columns = [
            `${Math.round(firstPaintMs)} ms`,
            `${Math.round(loadedMs)} ms`,
            `${Math.round(fetched() / 1_000)} kB`,
            moved.toFixed(3),
            nodes,
          ];
          console.log(`${name.padEnd(18)}${columns.map((one) => String(one).padStart(9)).join(' ')}`);
        }
        await act?.(page);
        await page.screenshot({ path: path.join(folder, `${name}-${mode}.png`) });
        await page.close();
      }
    }
    console.log(`screenshots in ${path.relative(root, folder)}`);
    if (slow > 0) console.log(`${slow} pages were painted later than ${firstPaintMsMax} ms`);
  } finally {
    await browser.close();
    await stack.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

await main().catch(fail);
