import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { layCable } from '../../local/cable.js';
import { anybody } from '../support/anybody.js';
import { barriersOn } from '../support/barriers.js';
import { openBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { receive } from '../support/inbound.js';
import { newPerson } from '../support/people.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  [system, browser] = await Promise.all([startSystem({ simulatorArgs: ['--callbacks', 'sent:50,delivered:100'] }), openBrowser()]);
  context = await browser.newContext({ reducedMotion: 'reduce' });
  page = await context.newPage();
  await page.goto(system.signInUrl as string);
  await page.waitForSelector('[data-connection=live]');
}, 90_000);
afterAll(async () => {
  await browser.close();
  await system.stop();
}, 60_000);

async function conversation(body = 'hello', to = anybody()): Promise<{ id: string; to: string }> {
  const { body: sent } = await system.send({ to, body });
  await system.message(sent.id, ['delivered', 'failed']);
  return { id: sent.conversationId, to };
}
const open = (id: string, on = page) => on.goto(`${system.url}/conversations/${id}`);
const bubble = (text: string, on = page) => on.locator('[data-message-id]', { hasText: text });
const about = async (id: string) => (await system.request('GET', `/v1/conversations/${id}`)).body;
const composer = '.composer textarea';

describe('whoever works with the inbox', () => {
  it('reads, takes and closes a conversation by keys alone, and others see it at once', async () => {
    const { id, to } = await conversation();
    await receive(system, { from: to, body: 'is anybody there?' });
    await eventually(async () => (await about(id)).unread);
    const other = await context.newPage();
    await other.goto(`${system.url}/`);
    await other.locator(`[data-conversation-id="${id}"].unread`).waitFor();

    await page.goto(`${system.url}/`);
    await page.locator(`[data-conversation-id="${id}"].unread`).waitFor();
    await page.keyboard.press('j');
    await bubble('is anybody there?').waitFor();
    await eventually(async () => !(await about(id)).unread);
    await other.locator(`[data-conversation-id="${id}"]:not(.unread)`).waitFor();

    await page.keyboard.press('a');
    await page.getByRole('menuitemradio', { name: /you/ }).press('Enter');
    await eventually(async () => (await about(id)).assignee !== null);
    await other.locator(`[data-conversation-id="${id}"] .assignee`).waitFor();

    await page.keyboard.press('r');
    await page.keyboard.type('Yes, here');
    await page.keyboard.press('Enter');
    await bubble('Yes, here').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('e');
    await eventually(async () => (await about(id)).status === 'closed');
    await other.locator(`[data-conversation-id="${id}"]`).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await other.locator(`[data-conversation-id="${id}"]`).waitFor();
    await other.close();
  }, 60_000);

  it('is told a message’s story, and sends a failed one again', async () => {
    await system.control('POST', '/rules', { match: { bodyIncludes: 'twice' }, action: { error: { code: 30_007 } }, times: 1 });
    const { id } = await conversation('said twice');
    await open(id);
    await page.locator('.story-button').first().click();
    await page.locator('.story .story-trouble').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.locator('[data-status=delivered]', { hasText: 'said twice' }).waitFor();
    expect(await system.ledger('said twice')).toHaveLength(1);
  }, 60_000);

  it('schedules a message, sees it, and takes it back', async () => {
    const { id } = await conversation();
    await open(id);
    await page.fill(composer, 'see you tomorrow');
    await page.getByRole('button', { name: 'Send later' }).click();
    await page.getByRole('button', { name: 'Tomorrow 9:00' }).click();
    await page.getByRole('button', { name: 'Schedule' }).click();
    await page.locator('.scheduled summary').click();
    await page.locator('.scheduled').getByRole('button', { name: 'Take back' }).click();
    await page.locator('.scheduled').waitFor({ state: 'detached' });
    await page.locator('[data-status=canceled]', { hasText: 'see you tomorrow' }).waitFor();
    expect(await system.ledger('see you tomorrow')).toEqual([]);
  }, 60_000);

  it('sends once what the network was cut under, though its answer never came', async () => {
    const { id } = await conversation();
    const cable = await layCable(system.url);
    const tab = await browser.newPage();
    try {
      await tab.goto(`${cable.url}/#key=${system.workspace.apiKey}`);
      await tab.waitForSelector('[data-connection=live]');
      await tab.locator(`[data-conversation-id="${id}"]`).click();
      await tab.fill(composer, 'from the tunnel');
      // The server gets it, and its answer is lost; the socket is gone.
      await tab.route('**/v1/messages', async (route) => {
        await route.fetch({ url: `${system.url}/v1/messages` });
        await route.abort();
      });
      cable.mend();
      cable.cut();
      await tab.waitForSelector('[data-connection=reconnecting], [data-connection=offline]');
      await tab.press(composer, 'Enter');
      await tab.locator('[data-pending=waiting]', { hasText: 'from the tunnel' }).waitFor();
      await tab.unroute('**/v1/messages');
      cable.mend();
      await tab.locator('[data-status=delivered]', { hasText: 'from the tunnel' }).waitFor({ timeout: 45_000 });
      expect(await bubble('from the tunnel', tab).count()).toBe(1);
      expect(await system.ledger('from the tunnel')).toHaveLength(1);
    } finally {
      await tab.close();
      await cable.close();
    }
  }, 90_000);

  it('sends a draft once that was copied with its tab', async () => {
    const { id } = await conversation();
    await open(id);
    await page.fill(composer, 'from two tabs');
    const kept = await page.evaluate('JSON.stringify({ ...sessionStorage })');
    const copy = await context.newPage();
    await copy.addInitScript(`Object.assign(sessionStorage, ${kept as string})`);
    await open(id, copy);
    expect(await copy.inputValue(composer)).toBe('from two tabs');
    // By the button, which is there to be pressed once it is known to whom.
    const send = { name: 'Send', exact: true };
    await copy.getByRole('button', send).click();
    await copy.locator('[data-status=delivered]', { hasText: 'from two tabs' }).waitFor();
    await page.getByRole('button', send).click();
    await eventually(async () => (await page.inputValue(composer)) === '' && (await page.locator('[data-pending]').count()) === 0);
    expect(await bubble('from two tabs').count()).toBe(1);
    expect(await system.ledger('from two tabs')).toHaveLength(1);
    await copy.close();
  }, 60_000);

  it('keeps the words of somebody whose session ended, whose role changed, or whose contact said STOP', async () => {
    const [{ id, to }, person] = await Promise.all([conversation(), newPerson(system, 'agent')]);
    const link = async () => (await system.request('POST', `/v1/people/${person.id}/sign-in-link`)).body.url as string;
    const theirs = await browser.newContext();
    const tab = await theirs.newPage();
    await tab.goto(await link());
    await tab.waitForSelector('[data-connection=live]');
    await open(id, tab);
    await tab.fill(composer, 'half a sentence');
    await system.request('PATCH', `/v1/people/${person.id}`, { body: { role: 'viewer' } });
    await eventually(async () => (await system.request('GET', '/v1/auth/me', { as: person.as })).body.workspaces[0]?.role === 'viewer');
    await tab.press(composer, 'Enter');
    await tab.locator('.barred').waitFor();
    expect(await tab.inputValue(composer)).toBe('half a sentence');

    await system.request('PATCH', `/v1/people/${person.id}`, { body: { role: 'agent' } });
    await tab.goto(`${system.url}/conversations/${id}`);
    await tab.waitForSelector('[data-connection=live]');
    // What a session that ran out comes to: no token is taken any more.
    await theirs.route('**/v1/**', (route) =>
      route.fulfill({
        status: 401,
        contentType: 'application/problem+json',
        body: '{"code":"unauthorized","detail":"The session has ended."}',
      }),
    );
    // The next request, whichever it is, may have ended it before the word stands there.
    await tab
      .getByPlaceholder('Find a name or number')
      .fill('anything', { timeout: 5_000 })
      .catch(() => undefined);
    await tab.locator('.sign-in').waitFor();
    await theirs.unroute('**/v1/**');
    await tab.goto(await link());
    await tab.waitForSelector('[data-connection=live]');
    await open(id, tab);
    await eventually(async () => (await tab.inputValue(composer)) === 'half a sentence');

    await receive(system, { from: to, body: 'STOP' });
    await tab.locator('.barred', { hasText: 'opted out' }).waitFor();
    expect(await tab.inputValue(composer)).toBe('half a sentence');
    expect(await system.ledger('half a sentence')).toEqual([]);
    await theirs.close();
  }, 90_000);

  it('sees markup, marks that turn the line and 1,600 emoji as what was written', async () => {
    const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script> \u202eturned\u202c';
    const emoji = '🙂'.repeat(800);
    const { id, to } = await conversation(evil);
    await receive(system, { from: to, body: emoji });
    await open(id);
    await bubble('<img src=x').waitFor();
    await page.locator('[data-direction=inbound]').waitFor();
    expect(await page.locator('.bubble img, .bubble script').count()).toBe(0);
    expect(await page.title()).toBe(`${to} · Postrider`);
    const width = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(width).toBeLessThanOrEqual(0);
    await page.fill(composer, 'we’ll see');
    await page.locator('.encoding', { hasText: '“’”' }).waitFor();
    await page.getByRole('button', { name: 'Use plain ones' }).click();
    expect(await page.inputValue(composer)).toBe("we'll see");
    await page.fill(composer, '');
  }, 60_000);
});

describe('the pages of the inbox', () => {
  it.each([
    ['light', { width: 1280, height: 800 }],
    ['dark', { width: 1280, height: 800 }],
    ['light', { width: 390, height: 844 }],
  ] as const)(
    'have nothing serious in the way of anybody, in %s at %j',
    async (colorScheme, viewport) => {
      const { id } = await conversation();
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      for (const place of ['/', `/conversations/${id}`, '/new']) {
        await page.goto(system.url + place);
        await page.waitForSelector('[data-connection=live]');
        expect([place, await barriersOn(page)]).toEqual([place, []]);
      }
    },
    60_000,
  );
});
