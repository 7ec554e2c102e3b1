import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { putOldMessages } from '../../bench/oldMessages.js';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { archiving, oldWeeks } from '../support/archiving.js';
import { sql, testDirectory } from '../support/database.js';
import { type System, startSystem } from '../support/system.js';

const dayMs = 24 * 60 * 60_000;
const directory = path.join(testDirectory(), `retention-${Date.now()}`);
const [old, held] = oldWeeks(2) as [{ week: string; start: Date }, { week: string; start: Date }];
/** A week that stays in the hot tables, and is older than some workspaces want. */
const hot = { start: new Date(held.start.getTime() + 28 * dayMs) };

let system: System;
let archive: Awaited<ReturnType<typeof archiving>>;
let keeps: DemoWorkspace;
let forgets: DemoWorkspace;
let onHold: DemoWorkspace;

beforeAll(async () => {
  system = await startSystem({ workspaces: 3, env: { ARCHIVE_DIRECTORY: directory } });
  [keeps, forgets, onHold] = system.workspaces as [DemoWorkspace, DemoWorkspace, DemoWorkspace];
  archive = await archiving(system);
  const workspaceIds = system.workspaces.map(({ id }) => id);
  for (const { start } of [old, held, hot])
    await putOldMessages(system.databaseUrl, { workspaceIds, weekStart: start, conversations: 2, messagesEach: 10 });
}, 120_000);
afterAll(async () => {
  await archive?.close();
  await system?.stop();
}, 60_000);

const patch = (body: unknown, as = keeps) => system.request('PATCH', '/v1/workspace/retention', { body, as });
/** Ids of a workspace's messages of a week, as they are known by their keys. */
const idsOf = async ({ id }: DemoWorkspace, { start }: { start: Date }) =>
  (
    await sql<{ message_id: string }>(
      system.databaseUrl,
      'select message_id from message_key where workspace_id = $1 and created_at >= $2 and created_at < $3 order by 1',
      [id, start, new Date(start.getTime() + 7 * dayMs)],
    )
  ).map(({ message_id }) => message_id);
const statusOf = async (id: string | undefined, as: DemoWorkspace) => (await system.request('GET', `/v1/messages/${id}`, { as })).status;
const rowsOf = async (table: string, workspaceId: string, messageIds: string[]) =>
  (
    await sql<{ n: number }>(
      system.databaseUrl,
      `select count(*)::integer n from ${table} where workspace_id = $1 and message_id = any ($2::uuid[])`,
      [workspaceId, messageIds],
    )
  )[0]?.n;

describe('how long messages are kept', () => {
  it.each([0, -1, 1.5, 3_652_425])('can not be %d days', async (messageDays) => {
    const { status, body } = await patch({ messageDays });
    expect({ status, code: body.code, field: body.errors[0].field }).toEqual({
      status: 422,
      code: 'retention_impossible',
      field: 'messageDays',
    });
    expect((await system.request('GET', '/v1/workspace/retention', { as: keeps })).body).toEqual({
      messageDays: null,
      contentDays: null,
      legalHold: false,
      archivedAfterDays: 90,
    });
  });

  // More than 90 is later than its message goes into the archive.
  it.each([0, -1, 2.5, 91])('can not be %d days for their texts', async (contentDays) => {
    const { status, body } = await patch({ contentDays });
    expect({ status, code: body.code, errors: body.errors }).toEqual({
      status: 422,
      code: 'retention_impossible',
      errors: [
        { field: 'contentDays', message: 'must be a whole number of days from 1 to 90, or null to keep texts as long as their messages' },
      ],
    });
  });

  it('must be said in days, or whether a hold is on', async () => {
    for (const body of [{}, { messageDays: '30' }, { contentDays: 'seven' }, { days: 30 }, { legalHold: 'yes' }])
      expect((await patch(body)).body.code).toBe('invalid_request');
  });

  it('is audited, and is a version that can be undone', async () => {
    expect((await patch({ messageDays: 365, reason: 'contract' })).body).toMatchObject({ messageDays: 365, legalHold: false });
    const [audit] = await sql<{ details: any }>(
      system.databaseUrl,
      `select details from audit_event where workspace_id = $1 and action = 'retention.changed'`,
      [keeps.id],
    );
    expect(audit?.details).toEqual({
      before: { messageDays: null, contentDays: null, legalHold: false },
      after: { messageDays: 365, contentDays: null, legalHold: false },
      reason: 'contract',
    });
    const { body: versions } = await system.request('GET', '/v1/workspace/versions', { as: keeps });
    expect(JSON.stringify(versions.data[0])).toContain('messageDays');
    const undone = await system.request('POST', `/v1/workspace/versions/${versions.data[0].version}/undo`, { body: {}, as: keeps });
    expect(undone.status).toBeLessThan(300);
    expect((await system.request('GET', '/v1/workspace/retention', { as: keeps })).body.messageDays).toBeNull();
  });
});

describe('a week in which something has not ended', () => {
  it('waits where it is, tells why, and holds up no other', async () => {
    const [parked] = await idsOf(keeps, held);
    await sql(system.databaseUrl, `update message set status = 'parked', updated_at = now() where id = $1`, [parked]);
    const { weeks, failed } = await archive.run();
    expect(failed).toEqual({});
    expect(weeks).toMatchObject([
      { week: old.week, outcome: 'archived' },
      { week: held.week, outcome: 'held' },
    ]);
    expect(await archive.partitions(old.week)).toEqual([]);
    expect(await archive.partitions(held.week)).toHaveLength(4);
    const { body } = await system.request('GET', '/v1/notifications', { as: keeps });
    expect(body.data).toContainEqual(
      expect.objectContaining({ kind: 'archive.held', details: { week: held.week, status: 'parked', count: 1 } }),
    );
  });

  it('is archived once nobody has decided for 30 days: the parked message has failed, as abandoned', async () => {
    const [parked] = await idsOf(keeps, held);
    await sql(
      system.databaseUrl,
      `update message set updated_at = now() - interval '31 days', failed_at = now() - interval '31 days' where id = $1`,
      [parked],
    );
    expect((await archive.run()).weeks).toMatchObject([{ week: held.week, outcome: 'archived' }]);
    const { body } = await system.request('GET', `/v1/messages/${parked}`, { as: keeps });
    expect(body).toMatchObject({ status: 'failed', error: { code: 'abandoned' }, archived: true });
    const { body: notifications } = await system.request('GET', '/v1/notifications', { as: keeps });
    expect(notifications.data).toContainEqual(expect.objectContaining({ kind: 'message.failed', subject: 'abandoned' }));
  });
});

describe('a workspace that keeps its messages for fewer days than others', () => {
  it('has them removed from the tables and from the archive, with their keys; those of others stay', async () => {
    const [oldIds, hotIds] = [await idsOf(forgets, old), await idsOf(forgets, hot)];
    const [others, othersHot] = [await idsOf(keeps, old), await idsOf(keeps, hot)];
    expect([oldIds.length, hotIds.length, others.length]).toEqual([20, 20, 20]);
    expect(await statusOf(oldIds[0], forgets)).toBe(200);
    await patch({ messageDays: 60 }, forgets);
    await patch({ messageDays: 60, legalHold: true }, onHold);

    const result = await archive.run();
    expect(result).toMatchObject({ failed: {}, removed: 20 });
    expect(result.weeks).toMatchObject([old.week, held.week].map((week) => ({ week, outcome: 'rewritten' })));
    for (const id of [oldIds[0], hotIds[0]]) expect(await statusOf(id, forgets)).toBe(404);
    for (const table of ['message_key', 'provider_reference']) expect(await rowsOf(table, forgets.id, [...oldIds, ...hotIds])).toBe(0);
    for (const table of ['message_event', 'send_attempt', 'callback_receipt']) expect(await rowsOf(table, forgets.id, hotIds)).toBe(0);
    for (const id of [others[0], othersHot[0]]) expect(await statusOf(id, keeps)).toBe(200);
    // Only the new writing is left, and it has nothing of them.
    const files = readdirSync(path.join(directory, 'weeks', old.week), { recursive: true }).filter((name) => String(name).includes('.'));
    expect(files.map((name) => String(name).split('/')[0])).toEqual(Array(5).fill('g2'));
    expect((await archive.states()).map(({ generation }) => generation)).toEqual([2, 2]);
  }, 30_000);

  it('keeps all of them under a legal hold', async () => {
    for (const week of [old, held, hot]) {
      const ids = await idsOf(onHold, week);
      expect(ids).toHaveLength(20);
      expect(await statusOf(ids[0], onHold)).toBe(200);
    }
  });

  it('and a second run finds nothing to do', async () => {
    expect(await archive.run()).toEqual({ weeks: [], failed: {}, removed: 0 });
  });
});
