import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { patience } from './eventually.js';

/** Of a wait in a page, on a usual machine. */
const waitMs = 30_000;

/** A headless Chromium whose pages wait as long as this machine needs. */
export async function openBrowser(): Promise<Browser> {
  const browser = await launch();
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(waitMs * patience);
    return context;
  };
  return browser;
}

/** One that the machine has, or the one inside the npm package (Linux x64). */
async function launch(): Promise<Browser> {
  const known = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find(
    (file) => existsSync(file),
  );
  if (known) return chromium.launch({ executablePath: known, args: ['--no-sandbox', '--disable-background-networking'] });
  const { default: packaged } = await import('@sparticuz/chromium');
  // With one process for all, closing a page ends the browser.
  return chromium.launch({
    executablePath: await packaged.executablePath(),
    args: packaged.args.filter((argument) => argument !== '--single-process'),
  });
}
