import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** A headless Chromium: one that the machine has, or the one inside the npm package (Linux x64). */
export async function openBrowser(): Promise<Browser> {
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
