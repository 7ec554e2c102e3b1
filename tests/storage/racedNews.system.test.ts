import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { advanceMessages } from '../../storage/advance.js';
import { readableOnly } from '../support/contents.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

const [workspaceId, contactId, senderId] = [randomUUID(), randomUUID(), randomUUID()];
let own: TestDatabase;
let database: Database;

const message = `insert into message (workspace_id, created_at, id, contact_id, sender_id, body, encoding, segments, status, attempt, updated_at)
  select '${workspaceId}', at, id, '${contactId}', '${senderId}', 'text', 'GSM-7', 1, $1, 1, at from made`;
const attempt = `insert into send_attempt (workspace_id, created_at, message_id, attempt, token, status, provider, contact_id, sender_id, started_at, deadline_at, updated_at)
  select '${workspaceId}', at, id, 1, gen_random_uuid(), $1, 'twilio', '${contactId}', '${senderId}', at, at, at from made`;
const insert = (made: string, status: string) =>
  sql<{ id: string; at: Date }>(
    own.url,
    `with made as (${made}), stored as (${message}), tried as (${attempt}) select id, at from made limit 1`,
    [status],
  );

beforeAll(async () => {
  own = await createTestDatabase();
  database = new Database(own.url, 1, createLogger('silent'));
  await sql(own.url, 'insert into workspace_sequence (workspace_id, last_seq) values ($1, 0)', [workspaceId]);
  await sql(own.url, `insert into contact (workspace_id, id, phone_number) values ($1, $2, '+12125550100')`, [workspaceId, contactId]);
}, 60_000);
afterAll(async () => {
  await database.close();
  await own.drop();
});

/** What becomes of news about a message that somebody else is changing when they come. */
async function raced() {
  const [one] = await insert(`select gen_random_uuid() as id, date_trunc('milliseconds', now()) as at`, 'dispatching');
  const { id, at } = one as { id: string; at: Date };
  const other = new pg.Client({ connectionString: own.url });
  await other.connect();
  await other.query('begin');
  await other.query(`update message set status = 'accepted' where id = $1`, [id]);
  const about = { workspaceId, messageId: id, createdAtMs: at.getTime(), attempt: 1, provider: 'twilio', providerMessageId: `SM${id}` };
  const pending = advanceMessages(readableOnly(database), [
    { ...about, attemptStatus: 'sent', messageStatus: 'sent', receipt: { of: id } },
  ]);
  await eventually(
    async () =>
      (await sql(own.url, `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`)).length > 0,
  );
  await other.query('commit');
  await other.end();
  const [answer] = await pending;
  const receipts = await sql(own.url, 'select 1 from callback_receipt where message_id = $1', [id]);
  return { moved: answer?.moved, attemptMoved: answer?.attemptMoved, status: answer?.status, receipts: receipts.length };
}

const applied = { moved: true, attemptMoved: true, status: 'sent', receipts: 1 };

// Which plan Postgres makes, and which partitions it looks into, depends on what there is.
describe('news about a message that is being changed when they come', () => {
  it('are applied in the first week that there is', async () => {
    expect([await raced(), await raced()]).toEqual([applied, applied]);
  });

  it('are applied with weeks before it', async () => {
    await sql(own.url, `select ensure_week(now() - week * interval '7 days') from generate_series(1, 5) week`);
    expect([await raced(), await raced()]).toEqual([applied, applied]);
  });

  it('are applied where all weeks have much in them', async () => {
    const many = `select gen_random_uuid() as id, date_trunc('milliseconds', now() - week * interval '7 days' - g * interval '1 second') as at
      from generate_series(0, 5) week, generate_series(1, 3000) g`;
    await insert(many, 'delivered');
    await sql(own.url, 'analyze');
    await database.close();
    database = new Database(own.url, 1, createLogger('silent'));
    expect([await raced(), await raced()]).toEqual([applied, applied]);
  }, 30_000);
});
