import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { putOldMessages } from '../../bench/oldMessages.js';
import { type ObjectServer, objectServerMissing, startObjectServer } from '../../local/objectServer.js';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { archiving, oldWeeks, wholeConversation, withoutPlace } from '../support/archiving.js';
import { sql, testDirectory } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

const points = [
  'after the check',
  'while detaching',
  'within an upload',
  'after an upload',
  'after reading back',
  'before publishing',
  'after publishing',
  'while dropping',
];
const weeks = oldWeeks(points.length);
const names = weeks.map(({ week }) => week);
const directory = path.join(testDirectory(), `archive-${Date.now()}`);
const missing = objectServerMissing();
if (missing) process.stdout.write(`the archive of this test lies in a directory, not in S3: ${missing}\n`);

let system: System;
let other: DemoWorkspace;
let objects: ObjectServer | undefined;
let archive: Awaited<ReturnType<typeof archiving>>;
let conversation: string;
/** The conversation, one of its messages and its trace, as they were before anything was archived. */
let before: any[];
let traceBefore: any;

beforeAll(async () => {
  mkdirSync(directory);
  if (!missing) objects = await startObjectServer({ directory, say: (text) => process.stdout.write(`${text}\n`) });
  system = await startSystem({
    workspaces: 2,
    processes: [
      { name: 'front', roles: 'server,messages,sends,limiter' },
      {
        name: 'archiver',
        roles: 'maintenance',
        file: path.join(__dirname, '../support/archiverHeld.cjs'),
        env: {
          HELD_DIRECTORY: directory,
          HOLDS: JSON.stringify(Object.fromEntries(names.map((week, index) => [week, points[index]]))),
        },
      },
    ],
    env: objects?.env ?? {},
  });
  other = system.workspaces[1] as DemoWorkspace;
  archive = await archiving(system);
  for (const { start } of weeks) {
    const workspaceIds = system.workspaces.map(({ id }) => id);
    await putOldMessages(system.databaseUrl, { workspaceIds, weekStart: start, conversations: 4, messagesEach: 10 });
  }
  const [found] = await sql<{ contact_id: string }>(system.databaseUrl, 'select contact_id from message where workspace_id = $1 limit 1', [
    system.workspace.id,
  ]);
  conversation = found?.contact_id as string;
  before = await wholeConversation(system, conversation);
  traceBefore = (await system.request('GET', `/v1/messages/${before[15].id}/trace`)).body;
}, 240_000);
afterAll(async () => {
  await archive?.close();
  await system?.stop();
  await objects?.stop();
}, 60_000);

describe('a conversation that reaches back over weeks that are archived', () => {
  it('is whole while every week is at another step of its way, and is so again after the archiver was killed at each', async () => {
    expect(before).toHaveLength(points.length * 10);
    const running = await Promise.all(names.map((week) => archive.startWeek(week)));
    const held = () => readdirSync(directory).filter((name) => name.startsWith('held-')).length;
    await eventually(() => held() === points.length, 60_000);
    const during = await wholeConversation(system, conversation, 7);
    expect(during.map(withoutPlace)).toEqual(before.map(withoutPlace));
    expect(new Set(during.map(({ archived }) => archived))).toEqual(new Set([true, false]));

    const archiver = system.processes.get('archiver');
    process.kill(archiver?.pid() as number, 'SIGKILL');
    const results = await Promise.all(running.map((run) => run.result()));
    expect(results).toEqual(names.map((week) => expect.objectContaining({ week, outcome: 'archived' })));
    expect(await archive.states()).toEqual(names.map((week) => ({ week, state: 'archived', trouble: null, generation: 1 })));
    for (const week of names) expect(await archive.partitions(week)).toEqual([]);

    const after = await wholeConversation(system, conversation);
    expect(after.map(withoutPlace)).toEqual(before.map(withoutPlace));
    expect(after.every(({ archived }) => archived)).toBe(true);
  }, 120_000);

  it('goes on across the border: newer messages, then archived ones, in one list', async () => {
    const newest = oldWeeks(points.length + 1).at(-1)?.start as Date;
    // A week that stays hot: it is not due to be archived in this test.
    await putOldMessages(system.databaseUrl, {
      workspaceIds: [system.workspace.id],
      weekStart: new Date(newest.getTime() + 21 * 24 * 60 * 60_000),
      conversations: 4,
      messagesEach: 10,
    });
    const all = await wholeConversation(system, conversation, 7);
    expect(all.map(({ archived }) => archived)).toEqual([...Array(10).fill(false), ...Array(points.length * 10).fill(true)]);
    expect(all.slice(10).map(withoutPlace)).toEqual(before.map(withoutPlace));
    const times = all.map(({ createdAt }) => createdAt);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('shows one archived message with its trace, and lets nothing of it be changed', async () => {
    const [message] = [before[15]];
    expect((await system.request('GET', `/v1/messages/${message.id}`)).body).toEqual({ ...message, archived: true });
    const { body: trace } = await system.request('GET', `/v1/messages/${message.id}/trace`);
    expect(trace.events).toEqual(traceBefore.events);
    expect(trace.attempts).toEqual(traceBefore.attempts);
    expect(trace.events.length).toBeGreaterThan(0);
    const retried = await system.request('POST', `/v1/messages/${message.id}/retry`, { body: {} });
    expect(retried).toMatchObject({ status: 409, body: { code: 'message_archived' } });
  });

  it('keeps its idempotency keys: the same request after all that time answers the archived message, and sends nothing', async () => {
    const text = { to: '+12125550177', body: 'once and for all' };
    const { body: sent } = await system.send(text, 'a-key-of-long-ago');
    await system.message(sent.id, ['delivered']);
    // As if it had been sent in a week of its own, long ago.
    const { week, start } = oldWeeks(points.length + 1)[0] as { week: string; start: Date };
    await sql(system.databaseUrl, 'select ensure_week($1)', [start]);
    for (const [table, time, id] of [
      ['message_key', 'created_at', 'message_id'],
      ['send_attempt', 'created_at', 'message_id'],
      ['message', 'created_at', 'id'],
    ])
      await sql(system.databaseUrl, `update ${table} set ${time} = $1 where ${id} = $2`, [start, sent.id]);
    expect(await (await archive.startWeek(week)).result()).toMatchObject({ outcome: 'archived' });
    const again = await system.send(text, 'a-key-of-long-ago');
    expect(again).toMatchObject({ status: 202, body: { id: sent.id, status: 'delivered', archived: true } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await system.ledger('once and for all')).toHaveLength(1);
  }, 60_000);

  it('is nobody else’s: another workspace finds none of it', async () => {
    for (const target of [
      `/v1/messages/${before[15].id}`,
      `/v1/messages/${before[15].id}/trace`,
      `/v1/conversations/${conversation}/messages`,
    ])
      expect((await system.request('GET', target, { as: other })).status).toBe(404);
  });

  it('stays as it is where the schedule runs again: nothing is due, nothing is written', async () => {
    const states = await archive.states();
    expect(await archive.run()).toEqual({ weeks: [], failed: {}, removed: 0 });
    expect(await archive.states()).toEqual(states);
  });

  it('can be had back in tables, and given up again', async () => {
    const week = names[2] as string;
    expect(await archive.restore(week)).toEqual({
      message: 80,
      message_event: 272,
      send_attempt: 64,
      callback_receipt: expect.any(Number),
    });
    expect(await archive.partitions(week)).toHaveLength(4);
    const read = () => wholeConversation(system, conversation);
    expect((await read()).slice(10).map(withoutPlace)).toEqual(before.map(withoutPlace));
    await archive.release(week);
    expect(await archive.partitions(week)).toEqual([]);
    expect((await read()).slice(10).map(withoutPlace)).toEqual(before.map(withoutPlace));

    // Who forgets it is helped after a week.
    await archive.restore(week);
    await sql(system.databaseUrl, `update archive_week set updated_at = now() - interval '8 days' where week = $1`, [week]);
    await archive.run();
    expect(await archive.partitions(week)).toEqual([]);
  }, 30_000);
});
