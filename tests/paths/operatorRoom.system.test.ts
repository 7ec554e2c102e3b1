import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { anybody } from '../support/anybody.js';
import { barriersOn } from '../support/barriers.js';
import { openBrowser } from '../support/browser.js';
import { testDirectory } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { operator } from '../support/operator.js';
import { newPerson } from '../support/people.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
let browser: Browser;
let context: BrowserContext;
let page: Page;

const withinMs = 30_000;
const temporalUi = 'http://temporal.example:8233';

beforeAll(async () => {
  const env = { RECONCILE_DELAYS_S: '1', PROVIDER_HOLD_S: '1', PROVIDER_RESPONSE_TIMEOUT_MS: '1500', TEMPORAL_UI_URL: temporalUi };
  [system, browser] = await Promise.all([startSystem({ env, simulatorArgs: ['--callbacks', 'sent:20,delivered:60'] }), openBrowser()]);
  context = await browser.newContext({ reducedMotion: 'reduce', acceptDownloads: true });
  page = await context.newPage();
  await page.goto(system.signInUrl as string);
  await page.waitForSelector('[data-connection=live]');
}, 90_000);
afterAll(async () => {
  await browser.close();
  await system.stop();
}, 60_000);

const open = (place: string, on = page) => on.goto(`${system.url}${place}`);
/** A message that an action of the simulator brings into a state. */
async function ended(body: string, action: object, status: string): Promise<{ id: string; to: string }> {
  await system.control('POST', '/rules', { match: { bodyIncludes: body }, action, times: 1 });
  const to = anybody();
  const { body: sent } = await system.send({ to, body });
  await system.message(sent.id, [status], { withinMs });
  return { id: sent.id, to };
}
const failed = (body: string) => ended(body, { error: { code: 30_007 } }, 'failed');
/** Answers what a question asks: its fields, and why. */
async function answer(fields: Record<string, string>, reason: string, action: string, on = page): Promise<void> {
  const dialog = on.locator('dialog[open]');
  for (const [label, value] of Object.entries(fields)) await dialog.getByLabel(label).fill(value);
  await dialog.getByLabel('Why').fill(reason);
  await dialog.getByRole('button', { name: action, exact: true }).click();
}

describe('whoever looks after a workspace', () => {
  it('sees a queued message among the queues, and when it leaves', async () => {
    const to = anybody();
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const { body } = await system.send({ to, body: 'in an hour', sendAt });
    await system.message(body.id, ['scheduled'], { withinMs });
    await open('/operator');
    const card = page.locator('[data-queue=outbound]');
    await card.locator('.shares', { hasText: 'scheduled' }).waitFor();
    expect(Number(await card.locator('.big strong').textContent())).toBe(1);
    await card.getByRole('link').click();
    await page.getByRole('link', { name: to }).click();
    await page.locator('.state-line[data-status=scheduled]', { hasText: 'Leaves' }).waitFor();
    const link = await page.getByRole('link', { name: 'Workflow in Temporal' }).getAttribute('href');
    expect(link).toBe(
      `${temporalUi}/namespaces/${system.temporalNamespace}/workflows/${encodeURIComponent(`msg/${system.workspace.id}/${body.id}`)}`,
    );
    await page.getByRole('button', { name: 'Cancel…' }).click();
    await answer({}, 'asked by phone', 'Cancel the message');
    await page.locator('.state-line[data-status=canceled]').waitFor();
    await page.locator('.timeline [data-kind=person]', { hasText: 'asked by phone' }).waitFor();
  }, 60_000);

  it('finds a parked message, reads its evidence, and says which one of the provider it is', async () => {
    const taken = { http500: 'after', listLagMs: 15_000, callbacks: { drop: 1 } };
    const { id, to } = await ended('parked for us', taken, 'parked');
    const [entry] = await system.ledger('parked for us');
    await open('/operator/failed');
    await page.getByRole('link', { name: to }).click();
    await page.locator('.timeline [data-kind=attempt]', { hasText: 'evidence' }).waitFor();
    // The provider shows it by and by: what was typed stays until then.
    await page.getByRole('button', { name: 'Resolve…' }).click();
    await answer({ 'The provider’s id': 'SM-of-nobody' }, 'seen in the console', 'Resolve it');
    await page.locator('dialog .refusal').waitFor();
    expect(await page.locator('dialog').getByLabel('Why').inputValue()).toBe('seen in the console');
    await page
      .locator('dialog')
      .getByLabel('The provider’s id')
      .fill(entry?.sid ?? '');
    await eventually(async () => {
      const button = page.locator('dialog').getByRole('button', { name: 'Resolve it' });
      if (await button.isEnabled({ timeout: 500 }).catch(() => false)) await button.click();
      return (await page.locator('dialog[open]').count()) === 0;
    }, withinMs);
    await page.locator('.timeline [data-kind=person]', { hasText: 'seen in the console' }).waitFor();
    expect(await system.ledger('parked for us')).toHaveLength(1);
    expect((await system.request('GET', `/v1/messages/${id}`)).body.providerMessageId).toBe(entry?.sid);
  }, 60_000);

  it('counts what failed before sending it again, slowly', async () => {
    await Promise.all(['again, one', 'again, two'].map(failed));
    await open('/operator/failed');
    await page.getByText('Send many again, by a filter').click();
    await page.getByLabel('Error codes').fill('30007');
    await page.getByRole('button', { name: 'Count them first' }).click();
    await page.locator('.counted', { hasText: '2 messages fit' }).waitFor();
    expect(await system.ledger('again, ')).toEqual([]);
    // Another filter is another count.
    await page.getByLabel('Messages a second').fill('10');
    expect(await page.locator('.counted').count()).toBe(0);
    await page.getByRole('button', { name: 'Count them first' }).click();
    await page.getByRole('button', { name: 'Send 2 messages again…' }).click();
    await answer({}, 'the filter was mended', 'Send them again');
    await page.locator('[data-redrive=done]').waitFor();
    await eventually(async () => (await system.ledger('again, ')).length === 2, withinMs);
    const { body } = await system.request('GET', '/v1/workspace/audit?limit=20');
    expect(body.data).toContainEqual(expect.objectContaining({ details: expect.objectContaining({ reason: 'the filter was mended' }) }));
  }, 60_000);

  it('takes a message out as a signed record, which shows whether somebody changed it', async () => {
    const { id } = await failed('for the record');
    await open('/operator');
    await page.getByLabel('Open a message by its id').fill(`msg/${system.workspace.id}/${id}`);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export signed record' }).click(),
    ]);
    const file = path.join(testDirectory(), `record-${id}.json`);
    await download.saveAs(file);
    const env = { ENCRYPTION_KEY: system.encryptionKey };
    const verify = () => operator({ url: system.url, env }, system.workspace, 'record', 'verify', file);
    expect(await verify()).toMatchObject({ code: 0, out: expect.stringContaining(`intact: message ${id}`) });
    const record = JSON.parse(readFileSync(file, 'utf8'));
    record.record.message.status = 'delivered';
    record.record.events.pop();
    writeFileSync(file, JSON.stringify(record));
    const said = await verify();
    expect(said.code).toBe(1);
    expect(said.out).toMatch(/message\.status is not what it was\n {2}events\.\d+ was taken out/);
  }, 60_000);

  it('is told what is not open to them, keeps what they typed when a right is lost, and finds a way out', async () => {
    const { id } = await failed('whose right is lost');
    const person = await newPerson(system, 'admin');
    const { body: link } = await system.request('POST', `/v1/people/${person.id}/sign-in-link`);
    const theirs = await browser.newContext();
    const tab = await theirs.newPage();
    await tab.goto(link.url);
    await tab.waitForSelector('[data-connection=live]');
    await open(`/operator/messages/${id}`, tab);
    await tab.getByRole('button', { name: 'Dismiss…' }).click();
    await tab.locator('dialog').getByLabel('Why').fill('half a reason');
    await system.request('PATCH', `/v1/people/${person.id}`, { body: { role: 'auditor' } });
    await eventually(async () => (await system.request('GET', '/v1/auth/me', { as: person.as })).body.workspaces[0]?.role === 'auditor');
    await tab.locator('dialog').getByRole('button', { name: 'Dismiss it' }).click();
    await tab.locator('dialog .refusal').waitFor();
    await tab.locator('.room .notice', { hasText: 'This page is not open to you' }).waitFor();
    expect(await tab.locator('dialog').getByLabel('Why').inputValue()).toBe('half a reason');
    await tab.locator('dialog').getByRole('button', { name: 'Leave it' }).click();
    expect(await tab.locator('.side').getByRole('link').allTextContents()).not.toContain('Queues');
    await tab
      .locator('.room .notice')
      .getByRole('link', { name: /^To (?!the inbox)/ })
      .click();
    await tab.locator('.room h2').waitFor();
    await open('/operator/people', tab);
    await tab.locator('.room td', { hasText: 'auditor' }).first().waitFor();
    expect(await tab.getByRole('button', { name: 'Add somebody…' }).count()).toBe(0);
    await theirs.close();
  }, 60_000);
});

describe('the pages of the operator’s room', () => {
  it.each([
    ['light', { width: 1280, height: 800 }],
    ['dark', { width: 390, height: 844 }],
  ] as const)(
    'have nothing serious in the way of anybody, and nothing past the edge, in %s at %j',
    async (colorScheme, viewport) => {
      const { id } = await failed(`looked at in ${colorScheme}`);
      const tab = await context.newPage();
      await tab.emulateMedia({ colorScheme });
      await tab.setViewportSize(viewport);
      await open('/operator', tab);
      await tab.waitForSelector('[data-connection=live]');
      const places = (await tab.evaluate("[...document.querySelectorAll('.side a')].map((link) => link.getAttribute('href'))")) as string[];
      expect(places.length).toBeGreaterThanOrEqual(10);
      for (const place of [...places, '/operator/queues/outbound', `/operator/messages/${id}`]) {
        await open(place, tab);
        await tab.locator('.room h2').waitFor();
        await tab.getByText('Looking it up…').first().waitFor({ state: 'detached' });
        expect([place, await barriersOn(tab)]).toEqual([place, []]);
        expect([place, await tab.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([place, 0]);
      }
      await tab.close();
    },
    60_000,
  );
});
