import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { defaultProcesses } from '../../local/stack.js';
import { openBrowser } from '../support/browser.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

const conversations = 10_000;
const messages = 100_000;
/** Rows that may be in the document, however long a list is. */
const rowsMax = 120;

let system: System;
let browser: Browser;
let page: Page;
/** The conversation with all those messages, and the newest of all. */
let long: string;
const figures: string[] = [];

/** The ids that Postgres makes of a number. */
const contactId = (n: number | string) => `('00000000-0000-8000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
const messageId = (n: number | string) => `('00000000-0000-8000-9000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
const idOf = (n: number) => `00000000-0000-8000-8000-${n.toString(16).padStart(12, '0')}`;

/** Message g: one of each conversation, and all others of the long one, whose id is that of a number that can be written to. */
const fill = (workspaceId: string, long: string) => `
  insert into message (workspace_id, created_at, id, contact_id, sender_id, direction, body, encoding, segments, status, attempt, valid_until,
    accepted_at, updated_at, recorded_at)
  select '${workspaceId}', at, ${messageId('g')}, case when g < ${conversations} then ${contactId('g')} else '${long}' end,
    (select id from sender where workspace_id = '${workspaceId}' limit 1), case when g % 3 = 0 then 'inbound' else 'outbound' end,
    'message ' || g || repeat(' and some more words', g % 5), 'GSM-7', 1, case when g % 3 = 0 then 'received' else 'delivered' end, 1, at, at, at, at
  from generate_series(1, ${conversations + messages - 1}) g,
    lateral (select date_trunc('milliseconds', now()) - (${conversations + messages} - g) * interval '500 milliseconds' as at) t;
  -- Those of the demo, which have nothing in them.
  delete from contact where workspace_id = '${workspaceId}' and id <> '${long}';
  insert into contact (workspace_id, id, phone_number, name, last_message_at)
  select '${workspaceId}', ${contactId('g')}, '+1212555' || lpad(g::text, 4, '0'), 'Person ' || g, (select created_at from message
    where workspace_id = '${workspaceId}' and contact_id = ${contactId('g')}) from generate_series(1, ${conversations - 1}) g;
  analyze`;

beforeAll(async () => {
  [system, browser] = await Promise.all([startSystem({ processes: defaultProcesses }), openBrowser()]);
  await sql(system.databaseUrl, `select ensure_week(now() - interval '7 days')`);
  const { body } = await system.send({ to: '+442071838750', body: 'the first word' });
  await system.message(body.id, ['delivered']);
  long = body.conversationId;
  await sql(system.databaseUrl, fill(system.workspace.id, long));
  page = await browser.newPage();
}, 180_000);
afterAll(async () => {
  process.stdout.write(`${figures.join('\n')}\n`);
  await browser.close();
  await system.stop();
}, 60_000);

/** Milliseconds until something is there. */
async function timed(what: string, work: () => Promise<unknown>, maxMs: number): Promise<void> {
  const startedAt = performance.now();
  await work();
  const ms = Math.round(performance.now() - startedAt);
  figures.push(`${what.padEnd(60)} ${ms} ms`);
  expect([what, ms < maxMs]).toEqual([what, true]);
}
async function tellFirstPaint(what: string): Promise<void> {
  const ms = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN);
  figures.push(`${what.padEnd(60)} ${Math.round(ms)} ms`);
}
const rows = () => page.locator('.conversations li, .rows > li').count();
const bubble = (text: string) => page.locator('[data-message-id]', { hasText: text }).first();

describe(`an inbox of ${conversations} conversations, one of them with ${messages} messages`, () => {
  it('opens, is gone through by keys and searched as one of ten is', async () => {
    await timed(
      'list: from the address to its first row',
      async () => {
        await page.goto(`${system.url}/#key=${system.workspace.apiKey}`);
        await page.locator('[data-conversation-id]').first().waitFor();
      },
      4_000,
    );
    await page.waitForSelector('[data-connection=live]');
    await tellFirstPaint('first paint, nothing in the browser’s cache');
    await timed(
      'list: the same once more',
      async () => {
        await page.reload();
        await page.locator('[data-conversation-id]').first().waitFor();
      },
      4_000,
    );
    await tellFirstPaint('first paint, once more');
    await page.waitForSelector('[data-connection=live]');
    for (const step of [1, 2, 3]) {
      await timed(
        `conversation ${step} by the key j, to its newest message`,
        async () => {
          await page.keyboard.press('j');
          await page.waitForURL(`**/${step === 1 ? long : idOf(conversations - step + 1)}`);
          await bubble('message ').waitFor();
        },
        2_000,
      );
    }
    // Names are made findable one after the other.
    await eventually(async () => (await system.request('GET', '/v1/conversations?q=person%201234')).body.data.length > 0, 120_000);
    await timed(
      'search: from the last key to the one it finds',
      async () => {
        await page.fill('.search', 'Person 1234');
        await page.locator(`[data-conversation-id="${idOf(1_234)}"]`).waitFor();
      },
      2_000,
    );
    await page.fill('.search', '');
  }, 200_000);

  it('scrolls to its end with few rows in the document', async () => {
    await page.goto(`${system.url}/`);
    const last = page.locator(`[data-conversation-id="${idOf(1)}"]`);
    await timed(
      `list: all ${conversations} by scrolling`,
      async () => {
        while ((await last.count()) === 0) {
          await page.locator('.conversations-scroller').evaluate((element: any) => element.scrollTo(0, element.scrollHeight));
          await page.waitForTimeout(10);
        }
      },
      120_000,
    );
    expect(await rows()).toBeLessThan(rowsMax);
    await timed(
      'with all of them loaded: another opens',
      async () => {
        await last.click();
        await bubble('message 1').waitFor();
      },
      2_000,
    );
  }, 150_000);

  it('shows the long one from its end, and older messages as somebody scrolls', async () => {
    await timed(
      `thread of ${messages}: to its newest message`,
      async () => {
        await page.goto(`${system.url}/conversations/${long}`);
        await bubble('the first word').waitFor();
      },
      4_000,
    );
    await timed(
      'thread: 5,000 messages back',
      async () => {
        const scroller = page.locator('.messages');
        while ((await page.locator('.rows').evaluate((element: any) => element.clientHeight)) < 5_000 * 60) {
          await scroller.evaluate((element: any) => element.scrollTo(0, -element.scrollHeight));
          await page.waitForTimeout(10);
        }
      },
      120_000,
    );
    expect(await rows()).toBeLessThan(rowsMax);
    await timed(
      'there: a message that is written',
      async () => {
        await page.fill('.composer textarea', 'written far up');
        await page.press('.composer textarea', 'Enter');
        await bubble('written far up').waitFor();
      },
      2_000,
    );
  }, 150_000);
});
