import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { doubtsAround, doubtsStatement } from '../../storage/doubts.js';
import { readableOnly } from '../support/contents.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';
import { patience } from '../support/eventually.js';

const workspaceId = randomUUID();
const contactId = randomUUID();
const senderId = randomUUID();
const attempts = 200_000;

let own: TestDatabase;
let database: Database;

/** Messages of one workspace with an attempt each, over a month; every second one in doubt. `contact` may name `g`, the number of the row. */
const insert = (count: number, contact: string) => `
  with made as (
    select g, gen_random_uuid() as id, date_trunc('milliseconds', now() - g % 4 * interval '7 days' - g * interval '1 second') as at, ${contact} as contact_id
    from generate_series(1, ${count}) g
  ), stored as (
    insert into message (workspace_id, created_at, id, contact_id, sender_id, body, encoding, segments, status, attempt, updated_at)
    select '${workspaceId}', at, id, contact_id, '${senderId}', 'text ' || g % 3, 'GSM-7', 1, 'uncertain', 1, at from made
  )
  insert into send_attempt (workspace_id, created_at, message_id, attempt, token, status, provider, contact_id, sender_id, started_at, deadline_at, updated_at)
  select '${workspaceId}', at, id, 1, gen_random_uuid(), case when g % 2 = 0 then 'uncertain' else 'delivered' end, 'twilio', contact_id,
    '${senderId}', at, at + interval '500 milliseconds', at from made`;

beforeAll(async () => {
  own = await createTestDatabase();
  database = new Database(own.url, 2, createLogger('silent'));
  await sql(own.url, `select ensure_week(now() - week * interval '7 days') from generate_series(0, 6) as week`);
  await sql(own.url, insert(attempts, `md5((g % 20000)::text)::uuid`));
  await sql(own.url, insert(10, `'${contactId}'::uuid`));
  await sql(own.url, 'analyze');
}, 120_000);
afterAll(async () => {
  await database.close();
  await own.drop();
});

describe('the doubts about what was sent to one number', () => {
  it('are all of them, from whatever week, with their texts and times, and nothing else', async () => {
    const [message] = await sql<{ id: string; created_at: Date }>(
      own.url,
      `select id, created_at from message where contact_id = $1 and body = 'text 2' order by created_at limit 1`,
      [contactId],
    );
    if (!message) throw new Error('the message was not stored');
    await sql(own.url, `insert into provider_reference values ($1, 'twilio', 'SM1', $2, $3, 1)`, [
      workspaceId,
      message.id,
      message.created_at,
    ]);
    const ref = { workspaceId, messageId: message.id, createdAtMs: message.created_at.getTime() };
    const doubts = await doubtsAround(readableOnly(database), ref, { provider: 'twilio', ids: ['SM1', 'SM2'] });
    expect(doubts.referenced).toEqual(new Set(['SM1']));
    expect(doubts.attempts.map(({ body }) => body).sort()).toEqual(['text 0', 'text 1', 'text 1', 'text 2', 'text 2']);
    const starts = doubts.attempts.map(({ startedAtMs }) => startedAtMs);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    for (const { startedAtMs, deadlineAtMs } of doubts.attempts) expect(deadlineAtMs - startedAtMs).toBe(500);
  });

  it(`are found by an index among ${attempts} attempts, half of them in doubt`, async () => {
    const [message] = await sql<{ id: string; created_at: Date }>(
      own.url,
      'select id, created_at from message where contact_id = $1 limit 1',
      [contactId],
    );
    const values = [workspaceId, message?.created_at, message?.id, 'twilio', ['SM1']];
    const plan = await sql<Record<string, string>>(own.url, `explain (analyze, timing off, buffers off) ${doubtsStatement.text}`, values);
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toMatch(/Index Cond: .*contact_id = /);
    // Empty partitions may be scanned.
    expect(text).not.toMatch(/Seq Scan on (message|send_attempt)[^\n]*\(actual rows=(?!0)/);
    const startedAt = performance.now();
    for (let look = 0; look < 20; look += 1)
      await doubtsAround(
        readableOnly(database),
        { workspaceId, messageId: contactId, createdAtMs: Date.now() },
        { provider: 'twilio', ids: [] },
      );
    expect((performance.now() - startedAt) / 20).toBeLessThan(100 * patience);
  });
});
