import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.js';
import { eventually, patience } from '../support/eventually.js';
import { receive } from '../support/inbound.js';
import { type System, startSystem } from '../support/system.js';

/** Waits until the page shows that many. */
function expectCount(where: Page, selector: string, count: number): Promise<unknown> {
  return eventually(async () => (await where.locator(selector).count()) === count);
}

let system: System;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [system, browser] = await Promise.all([startSystem({ simulatorArgs: ['--callbacks', 'sent:150,delivered:600'] }), openBrowser()]);
  page = await browser.newPage();
}, 90_000);
afterAll(async () => {
  await browser.close();
  await system.stop();
}, 60_000);

describe('the inbox', () => {
  it('opens with the key of the link, lists conversations, and keeps the key out of the address bar', async () => {
    await page.goto(`${system.url}/#key=${system.workspace.apiKey}`);
    await page.waitForSelector('[data-connection=live]');
    await expectCount(page, '[data-conversation-id]', 3);
    expect(page.url()).not.toContain('pr_');
  }, 60_000);

  it('sends a message and moves its ticks to delivered without a reload', async () => {
    let loads = 0;
    page.on('load', () => (loads += 1));
    await page.locator('[data-conversation-id]').first().click();
    await page.fill('.composer textarea', 'Your parcel arrives today');
    await page.keyboard.press('Enter');
    const bubble = page.locator('[data-message-id]', { hasText: 'Your parcel arrives today' });
    const seen: string[] = [];
    for (let status = ''; status !== 'delivered'; ) {
      const next = status;
      status = await eventually(async () => {
        const now = await bubble.getAttribute('data-status').catch(() => null);
        return now !== next && now;
      });
      seen.push(status);
    }
    expect(seen.length).toBeGreaterThan(1);
    expect(await bubble.locator('[role=img]').getAttribute('aria-label')).toBe('delivered');
    expect(loads).toBe(0);
    expect(await system.ledger('Your parcel arrives today')).toHaveLength(1);
  }, 60_000);

  it('shows what the contact answers, without a reload', async () => {
    let loads = 0;
    page.on('load', () => (loads += 1));
    const { body } = await system.send({ to: '+12125550141', body: 'Is tomorrow all right?' });
    await system.message(body.id, ['delivered']);
    await page.goto(`${system.url}/`);
    await page.locator('[data-conversation-id]', { hasText: '+12125550141' }).click();
    await page.locator('[data-message-id][data-direction=outbound]', { hasText: 'Is tomorrow all right?' }).waitFor();
    const before = loads;
    await receive(system, { from: '+12125550141', body: 'Yes, at noon' });
    const bubble = page.locator('[data-message-id][data-direction=inbound]', { hasText: 'Yes, at noon' });
    await bubble.waitFor();
    expect(await bubble.getAttribute('data-status')).toBe('received');
    expect(loads).toBe(before);
  }, 60_000);

  it('begins a conversation with a new number, and says what is wrong with a bad one', async () => {
    await page.getByRole('link', { name: 'New message' }).click();
    await page.fill('input[name=to]', '123');
    await page.fill('textarea[name=body]', 'Hello stranger');
    await page.locator('.fields button[type=submit]').click();
    await page.waitForSelector('.field-error');
    await page.fill('input[name=to]', '+12125550140');
    await page.locator('.fields button[type=submit]').click();
    await page.waitForSelector('[data-message-id][data-status=delivered]');
    expect(await system.ledger('Hello stranger')).toHaveLength(1);
  }, 60_000);

  it('shows in words why a message was not delivered', async () => {
    const { body } = await system.send({ to: system.workspace.contacts[1], body: 'to be refused' });
    await system.message(body.id, ['delivered']);
    await system.send({ to: '+14155552602', body: 'filtered by the carrier' });
    await page.goto(`${system.url}/`);
    await page.locator('[data-conversation-id]', { hasText: '+14155552602' }).click();
    await page.waitForSelector('[data-message-id][data-status=failed] .trouble');
  }, 60_000);

  it('keeps what is written while its server is killed, and goes on by itself, without a reload', async () => {
    let loads = 0;
    page.on('load', () => (loads += 1));
    await page.locator('[data-conversation-id]', { hasText: 'to be refused' }).click();
    await page.fill('.composer textarea', 'Still there after the crash');
    process.kill(system.processes.get('front')?.pid() ?? 0, 'SIGKILL');
    await page.waitForSelector('[data-connection=reconnecting], [data-connection=offline]');
    await page.waitForSelector('[data-connection=live]', { timeout: 60_000 * patience });
    await page.locator('.composer textarea').press('Enter');
    const bubble = page.locator('[data-message-id][data-status=delivered]', { hasText: 'Still there after the crash' });
    await expectCount(page, '[data-message-id]:has-text("Still there after the crash")', 1);
    await bubble.waitFor({ timeout: 30_000 * patience });
    expect(loads).toBe(0);
    expect(await system.ledger('Still there after the crash')).toHaveLength(1);
  }, 90_000);

  it('opens for a person by a link that is good once, stays open over a reload, and ends with the sign-out', async () => {
    const person = await browser.newPage();
    await person.goto(system.signInUrl as string);
    await person.waitForSelector('[data-connection=live]');
    expect(person.url()).not.toContain('sign-in');
    await person.reload();
    await person.waitForSelector('[data-connection=live]');
    await person.locator('[data-conversation-id]', { hasText: '+12125550140' }).click();
    await person.fill('.composer textarea', 'Written by somebody');
    await person.keyboard.press('Enter');
    await person.locator('[data-message-id][data-status=delivered]', { hasText: 'Written by somebody' }).waitFor();
    await person.getByRole('button', { name: 'Sign out' }).click();
    await person.waitForSelector('.sign-in');
    await person.reload();
    await person.waitForSelector('.sign-in');
    await person.goto(system.signInUrl as string);
    await person.waitForSelector('.refusal');
    await person.close();
  }, 60_000);
});
