import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { putOldMessages } from '../../bench/oldMessages.js';
import { taskQueues } from '../../domain/taskQueues.js';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { archiving, oldWeeks } from '../support/archiving.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { readableNow } from '../support/readableNow.js';
import { sentLongAgo } from '../support/sentLongAgo.js';
import { type System, startSystem } from '../support/system.js';

const rebuildProgram = path.join(__dirname, '../../dist/main/rebuildMessages.js');
const dayMs = 24 * 60 * 60_000;
/** A week that is about ten weeks over: older than texts are kept, and younger than what is archived. */
const week = new Date((oldWeeks(1)[0]?.start.getTime() ?? 0) + 28 * dayMs);

let system: System;
let forgets: DemoWorkspace;
let onHold: DemoWorkspace;
let keeps: DemoWorkspace;
let searched: DemoWorkspace;

beforeAll(async () => {
  system = await startSystem({ workspaces: 4 });
  [forgets, onHold, keeps, searched] = system.workspaces as [DemoWorkspace, DemoWorkspace, DemoWorkspace, DemoWorkspace];
  const workspaceIds = [forgets, onHold, keeps].map(({ id }) => id);
  await putOldMessages(system.databaseUrl, { workspaceIds, weekStart: week, conversations: 2, messagesEach: 10 });
}, 120_000);
afterAll(() => system?.stop(), 60_000);

/** What the schedule starts. */
async function run(): Promise<number> {
  const workflowId = `texts-${Date.now()}`;
  const handle = await system.temporal.workflow.start('removeContents', { workflowId, args: [], taskQueue: taskQueues.maintenance });
  return ((await handle.result()) as { messages: number }).messages;
}
const patch = (body: unknown, as: DemoWorkspace) => system.request('PATCH', '/v1/workspace/retention', { body, as });
const idsOf = async ({ id }: DemoWorkspace) =>
  (
    await sql<{ id: string }>(
      system.databaseUrl,
      "select id from message where workspace_id = $1 and created_at < $2 and direction = 'outbound' order by id",
      [id, new Date(Date.now() - 30 * dayMs)],
    )
  ).map((row) => row.id);
const withText = async ({ id }: DemoWorkspace) =>
  (
    await sql<{ id: string }>(
      system.databaseUrl,
      'select id from message where workspace_id = $1 and (body is not null or contents is not null) order by id',
      [id],
    )
  ).map((row) => row.id);
const rebuild = async (of: DemoWorkspace, ...words: string[]) => {
  const period = ['--workspace', of.id, '--from', '2020-01-01', '--to', new Date(Date.now() + dayMs).toISOString()];
  const env = { PATH: process.env.PATH, DATABASE_OWNER_URL: system.databaseUrl };
  return (await promisify(execFile)(process.execPath, [rebuildProgram, ...period, ...words], { env })).stdout;
};
const shown = async (id: string | undefined, as: DemoWorkspace) => (await system.request('GET', `/v1/messages/${id}`, { as })).body;

describe('a workspace that keeps texts for seven days', () => {
  it('has those of older messages that have ended removed, and is shown since when and why', async () => {
    const [waits, ...ended] = await idsOf(forgets);
    await sql(system.databaseUrl, `update message set status = 'parked', updated_at = now() where id = $1`, [waits]);
    const { body: young } = await system.request('POST', '/v1/messages', { body: { to: '+14155550142', body: 'of today' }, as: forgets });
    await eventually(async () => ((await shown(young.id, forgets)).status === 'delivered' ? true : undefined));
    await patch({ contentDays: 7 }, forgets);
    await patch({ contentDays: 7, legalHold: true }, onHold);
    const before = await shown(ended[0], forgets);
    expect(before).toMatchObject({ erased: false, contentRemovedAt: null, contentKeptDays: null });

    await run();
    const after = await shown(ended[0], forgets);
    expect(after).toEqual({
      ...before,
      body: null,
      mediaUrls: [],
      metadata: {},
      erased: true,
      contentRemovedAt: expect.any(String),
      contentKeptDays: 7,
    });
    // What is left: the message about which somebody has to decide, and the one of today.
    expect(await withText(forgets)).toEqual([waits, young.id].sort());
    const receipts = await sql<{ n: number }>(
      system.databaseUrl,
      `select count(*)::integer n from callback_receipt r join message m on m.workspace_id = r.workspace_id and m.id = r.message_id
       where r.workspace_id = $1 and m.content_removed_at is not null and (r.raw is not null or r.contents is not null)`,
      [forgets.id],
    );
    expect(receipts[0]?.n).toBe(0);
  }, 60_000);

  it('keeps those of others, and all that are under a legal hold', async () => {
    for (const as of [keeps, onHold]) expect(await withText(as)).toEqual(expect.arrayContaining(await idsOf(as)));
  });

  it('has the text of a message that had not ended removed once it has', async () => {
    const [waits] = await idsOf(forgets);
    expect(await run()).toBe(0);
    expect(await withText(forgets)).toContain(waits);
    await sql(system.databaseUrl, `update message set status = 'failed', recorded_at = now() where id = $1`, [waits]);
    await run();
    expect(await shown(waits, forgets)).toMatchObject({ body: null, contentKeptDays: 7 });
    // There is nothing to send any more.
    const retried = await system.request('POST', `/v1/messages/${waits}/retry`, { body: {}, as: forgets });
    expect(retried).toMatchObject({ status: 409, body: { code: 'not_possible_now', messageStatus: 'failed' } });
    expect(retried.body.detail).toContain('its text was removed');
  }, 60_000);

  it('loses the hashes of their words too', async () => {
    const [{ id, contact_id, created_at } = {} as any] = await sql<any>(
      system.databaseUrl,
      'select id, contact_id, created_at from message where workspace_id = $1 and created_at < $2 limit 1',
      [keeps.id, new Date(Date.now() - 30 * dayMs)],
    );
    await sql(
      system.databaseUrl,
      'insert into message_word (workspace_id, contact_id, created_at, message_id, word) values ($1, $2, $3, $4, 1)',
      [keeps.id, contact_id, created_at, id],
    );
    await patch({ contentDays: 30 }, keeps);
    await run();
    expect(await sql(system.databaseUrl, 'select 1 from message_word where workspace_id = $1', [keeps.id])).toEqual([]);
    expect(await run()).toBe(0);
  }, 60_000);
});

/** A message that was delivered at a time long ago. */
async function deliveredAt(at: Date, text: Record<string, unknown>): Promise<any> {
  return shown(await sentLongAgo(system, at, text, searched), searched);
}
const found = async (words: string) =>
  (await system.request('GET', `/v1/messages?words=${words}`, { as: searched })).body.data.map(({ id }: { id: string }) => id);

describe('a text that was removed', () => {
  const canary = 'brontosaurus';
  const metadata = { note: 'stegosaurus', campaign: 'spring' };
  const gone = { body: null, mediaUrls: [], metadata: {}, campaign: 'spring', erased: true, contentKeptDays: 7 };
  let message: any;

  it('can be read by nobody from the database any more, whatever keys they hold', async () => {
    message = await deliveredAt(week, { body: `a ${canary} walks`, metadata, mediaUrls: ['https://media.example.com/triceratops.png'] });
    await system.request('PATCH', '/v1/workspace/search', { body: { words: true }, as: searched });
    await eventually(async () => (await found(canary)).length === 1, 20_000);
    const secrets = [canary, metadata.note, 'triceratops'];
    const before = await readableNow(system);
    for (const secret of [...secrets, 'MessageStatus']) expect(before).toContain(secret);
    await patch({ contentDays: 7 }, searched);
    await run();
    const after = await readableNow(system);
    for (const secret of secrets) expect(after).not.toContain(secret);
    // Nor what the provider reported of it. The contact is none that was erased.
    const receipts = await sql(system.databaseUrl, 'select status from callback_receipt where message_id = $1 and contents is null', [
      message.id,
    ]);
    expect(receipts.length).toBeGreaterThan(0);
    expect(after).toContain(message.to);
    expect(await shown(message.id, searched)).toMatchObject({ ...gone, to: message.to, status: 'delivered' });
  }, 60_000);

  it('is found by no word, also where all words are gathered anew', async () => {
    expect(await found(canary)).toEqual([]);
    const of = (words: boolean) => system.request('PATCH', '/v1/workspace/search', { body: { words }, as: searched });
    const { body: young } = await system.send({ to: '+14155550143', body: 'an iguanodon swims' }, undefined, searched);
    await of(false);
    await eventually(
      async () => (await sql(system.databaseUrl, 'select 1 from word_index where workspace_id = $1', [searched.id])).length === 0,
    );
    await of(true);
    await eventually(async () => (await found('iguanodon')).includes(young.id), 20_000);
    expect(await found(canary)).toEqual([]);
  }, 60_000);

  it('is an empty cell of an export', async () => {
    const since = new Date(week.getTime() - 7 * dayMs).toISOString();
    const { body } = await system.request('POST', '/v1/exports', { body: { format: 'jsonl', since }, as: searched });
    const { url } = await eventually(async () => {
      const progress = (await system.request('GET', `/v1/exports/${body.id}`, { as: searched })).body;
      return progress.state === 'done' && progress;
    }, 20_000);
    const rows = (await (await fetch(url)).text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toContainEqual(expect.objectContaining({ id: message.id, body: null, to: message.to, campaign: 'spring' }));
  }, 60_000);

  it('does not come back when the row is made anew from its events', async () => {
    await sql(system.databaseUrl, `update message set status = 'sent' where id = $1`, [message.id]);
    await rebuild(searched, '--apply');
    const { updatedAt: _, ...rebuilt } = await shown(message.id, searched);
    expect(rebuilt).toMatchObject({ ...gone, status: 'delivered' });
  }, 60_000);

  it('is not archived: of a week that is due it goes before that, though nobody has looked for it yet', async () => {
    const [{ week: name, start }] = oldWeeks(1) as [{ week: string; start: Date }];
    const due = await deliveredAt(new Date(start.getTime() + dayMs), { body: `a ${canary} sleeps`, metadata });
    expect(await readableNow(system)).toContain(canary);
    const archive = await archiving(system);
    try {
      // As where weeks were archived later when that was decided: it waits.
      await sql(system.databaseUrl, 'update workspace set content_days = 120 where id = $1', [searched.id]);
      await archive.run();
      expect(await archive.states()).toEqual([]);
      await patch({ contentDays: 7 }, searched);
      await archive.run();
      expect(await archive.states()).toEqual([expect.objectContaining({ week: name, state: 'archived' })]);
    } finally {
      await archive.close();
    }
    expect(await shown(due.id, searched)).toMatchObject({ ...gone, archived: true, contentRemovedAt: expect.any(String) });
    expect(await readableNow(system)).not.toContain(canary);
  }, 90_000);
});
