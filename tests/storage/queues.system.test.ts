import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { messageStatuses } from '../../domain/messageStatus.js';
import { failedStatuses, type QueueName, queueNames } from '../../domain/queues.js';
import { Database, type Statement } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { countCancelableStatement } from '../../storage/cancelMatching.js';
import { failedPage } from '../../storage/failedMessages.js';
import {
  failedOfQueueStatement,
  failedSharesStatement,
  messagesOfQueue,
  openOfQueueStatement,
  openSharesStatement,
  queueShares,
  throughput,
  throughputStatement,
} from '../../storage/queues.js';
import { recordOutcomes } from '../../storage/recordOutcomes.js';
import { readableOnly } from '../support/contents.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';

const workspaceId = randomUUID();
const contactId = randomUUID();
const senderId = randomUUID();
const delivered = 100_000;
const open = 5_000;
const failed = 2_000;
const nil = '00000000-0000-0000-0000-000000000000';

let own: TestDatabase;
let database: Database;

/** Messages over a month, all of one contact; `mark` says what the queues go by. */
const insert = (count: number, status: string, mark: { recorded: boolean; failed: boolean }) => `
  insert into message (workspace_id, created_at, id, contact_id, sender_id, priority, body, encoding, segments, status, updated_at, valid_until,
    recorded_at, failed_at)
  select '${workspaceId}', at, gen_random_uuid(), '${contactId}', '${senderId}', case when g % 10 = 0 then 'high' else 'bulk' end, 'text', 'GSM-7', 1,
    '${status}', at, at, ${mark.recorded ? 'at' : 'null'}, ${mark.failed ? 'at' : 'null'}
  from (select g, date_trunc('milliseconds', now() - g % 4 * interval '7 days' - g * interval '1 second') as at from generate_series(1, ${count}) g) one`;

/** How Postgres runs a statement of the product: prepared, by a plan for any values, with the settings of its connections. */
async function planOf({ text }: Statement, values: unknown[]): Promise<string> {
  const options = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off';
  const client = new pg.Client({ connectionString: own.url, options });
  await client.connect();
  try {
    const literals = values.map((value) => client.escapeLiteral(textOf(value)));
    await client.query(`prepare looked as ${text}`);
    const { rows } = await client.query<Record<string, string>>(
      `explain (analyze, timing off, buffers off) execute looked(${literals.join()})`,
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  } finally {
    await client.end();
  }
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return Array.isArray(value) ? `{${value.join()}}` : String(value);
}

beforeAll(async () => {
  own = await createTestDatabase();
  database = new Database(own.url, 2, createLogger('silent'));
  await sql(own.url, `select ensure_week(now() - week * interval '7 days') from generate_series(0, 6) as week`);
  await sql(own.url, `insert into workspace (id, name, wrapped_key) values ('${workspaceId}', 'one', '')`);
  await sql(own.url, `insert into sender (workspace_id, id, phone_number) values ('${workspaceId}', '${senderId}', '+12125550100')`);
  await sql(own.url, `insert into contact (workspace_id, id, phone_number) values ('${workspaceId}', '${contactId}', '+12125550101')`);
  await sql(own.url, insert(delivered, 'delivered', { recorded: true, failed: false }));
  await sql(own.url, insert(open, 'queued', { recorded: false, failed: false }));
  await sql(own.url, insert(failed, 'failed', { recorded: true, failed: true }));
  await sql(
    own.url,
    `insert into message_event (workspace_id, seq, prev_seq, created_at, message_id, contact_id, direction, status, attempt)
     select '${workspaceId}', g, g - 1, now() + case when g > 99800 then 1 else -1 end * interval '1 hour', gen_random_uuid(), '${contactId}', 'outbound',
       case when g % 2 = 0 then 'accepted' else 'delivered' end, 1 from generate_series(1, 100000) g`,
  );
  await sql(own.url, `insert into workspace_sequence values ('${workspaceId}', 100000)`);
  await sql(own.url, 'analyze');
}, 180_000);
afterAll(async () => {
  await database.close();
  await own.drop();
});

describe(`the queues beside ${delivered} messages that have arrived`, () => {
  it('are counted by lane and state', async () => {
    const shares = await queueShares(database, workspaceId);
    const words = (list: { lane: string; status: string; count: number }[]) =>
      list.map(({ lane, status, count }) => `${count} ${lane} ${status}`).sort();
    expect(words(shares.open)).toEqual(['4500 bulk queued', '500 high queued']);
    expect(words(shares.failed)).toEqual(['1800 bulk failed', '200 high failed']);
    expect((await queueShares(database, randomUUID())).open).toEqual([]);
  });

  const far = new Date(0);
  it.each<[string, Statement, () => unknown[], RegExp, number]>([
    ['the open ones', openSharesStatement, () => [workspaceId], /workspace_id_(created_at_id|contact_id_accepted_at)_idx/, open],
    ['the failed ones', failedSharesStatement, () => [workspaceId], /failed_at_id_idx/, failed],
    [
      'a page of the open',
      openOfQueueStatement,
      () => [workspaceId, 'outbound', ['queued'], far, nil, 51],
      /workspace_id_created_at_id_idx/,
      open,
    ],
    [
      'a page in vain',
      openOfQueueStatement,
      () => [workspaceId, 'outbound', ['sent'], far, nil, 51],
      /workspace_id_created_at_id_idx/,
      open,
    ],
    [
      'what can be taken back',
      countCancelableStatement,
      () => [workspaceId, new Date(), ['bulk'], 'transactional', far, new Date(), nil],
      /workspace_id_(created_at_id|contact_id_accepted_at)_idx/,
      open,
    ],
    ['a page of the failed', failedOfQueueStatement, () => [workspaceId, far, nil, 51], /failed_at_id_idx/, failed],
    ['the last minute', throughputStatement, () => [workspaceId, new Date(Date.now() - 60_000)], /message_event/, 50_000],
  ])('are read by their own index: %s', async (_name, statement, values, index, rowsMax) => {
    const plan = await planOf(statement, values());
    expect(plan).toMatch(index);
    // Empty partitions may be scanned; no step reads more rows than there are in the queue.
    expect(plan).not.toMatch(/Seq Scan on (message|send_attempt|message_event)[^\n]*\(actual rows=(?!0)/);
    const rows = [...plan.matchAll(/(?:Index|Bitmap)[^\n]* on message[^\n]*\(actual rows=(\d+)/g)].map(([, count]) => Number(count));
    expect(Math.max(0, ...rows)).toBeLessThanOrEqual(rowsMax);
    expect(
      [...plan.matchAll(/Rows Removed by Filter: (\d+)/g)].map(([, count]) => Number(count)).filter((count) => count > rowsMax),
    ).toEqual([]);
  });

  it('are listed page by page, each message once, the oldest first', async () => {
    const seen: string[] = [];
    let after = { at: far, id: nil };
    for (let size = 1_000; size === 1_000; ) {
      const page = await messagesOfQueue(readableOnly(database), workspaceId, 'failed', after, 1_000);
      seen.push(...page.map(({ id }) => id));
      size = page.length;
      const last = page.at(-1);
      if (last) after = { at: last.since, id: last.id };
    }
    expect([seen.length, new Set(seen).size]).toEqual([failed, failed]);
    const filter = { lane: ['high' as const], acceptedAfter: new Date(0).toISOString() };
    const page = await failedPage(database, workspaceId, filter, { beforeMs: Date.now(), after: null, limit: 10_000 });
    expect(page).toHaveLength(200);
  });

  it('say what moved in the last minute', async () => {
    expect(await throughput(database, workspaceId)).toEqual({ taken: 100, ended: 100, failed: 0, received: 0 });
    expect(await throughput(database, randomUUID())).toEqual({ taken: 0, ended: 0, failed: 0, received: 0 });
  });
});

describe('the failed queue', () => {
  it('takes a message with the statement that makes its state one of those that wait for a person, and lets it go with the one that does not', async () => {
    const [message] = await sql<{ id: string; created_at: Date }>(
      own.url,
      `select id, created_at from message where status = 'queued' limit 1`,
    );
    const inQueue = async (status: string) => {
      const [row] = await sql<{ failed_at: Date | null }>(
        own.url,
        'update message set status = $3 where created_at = $1 and id = $2 returning failed_at',
        [message?.created_at, message?.id, status],
      );
      return row?.failed_at !== null;
    };
    for (const status of messageStatuses) {
      expect([status, await inQueue(status)]).toEqual([status, (failedStatuses as readonly string[]).includes(status)]);
      await inQueue('queued');
    }
    await inQueue('parked');
    expect(await inQueue('delivered')).toBe(false);
  });

  it('and the open ones lose a message only by its end: a run of before can not hide one that is queued again', async () => {
    const [message] = await sql<{ id: string; created_at: Date }>(
      own.url,
      `select id, created_at from message where recorded_at is null limit 1`,
    );
    const ref = { workspaceId, messageId: message?.id ?? '', createdAtMs: message?.created_at.getTime() ?? 0 };
    const recordedAs = async (status: string) => {
      await sql(own.url, 'update message set status = $3 where created_at = $1 and id = $2', [message?.created_at, message?.id, status]);
      await recordOutcomes(database, [ref]);
      const [row] = await sql<{ open: boolean }>(
        own.url,
        'select recorded_at is null as open from message where created_at = $1 and id = $2',
        [message?.created_at, message?.id],
      );
      return row?.open;
    };
    expect([await recordedAs('queued'), await recordedAs('sent'), await recordedAs('parked')]).toEqual([true, true, false]);
  });
});

describe('the inbound queue', () => {
  it('has what came in and nobody has handled yet, and no other queue has it', async () => {
    const elsewhere = randomUUID();
    await sql(own.url, `insert into workspace (id, name, wrapped_key) values ('${elsewhere}', 'two', '')`);
    await sql(own.url, `insert into contact (workspace_id, id, phone_number) values ('${elsewhere}', '${contactId}', '+12125550101')`);
    await sql(
      own.url,
      `insert into message (workspace_id, created_at, id, contact_id, unknown_sender, direction, body, encoding, segments, status, updated_at, recorded_at)
       select '${elsewhere}', now(), gen_random_uuid(), '${contactId}', '+12125550100', 'inbound', 'text', 'GSM-7', 1, 'received', now(),
         case when g > 2 then now() end from generate_series(1, 5) g`,
    );
    const listed = async (queue: QueueName) =>
      (await messagesOfQueue(readableOnly(database), elsewhere, queue, { at: new Date(0), id: nil }, 10)).length;
    expect(await Promise.all(queueNames.map(listed))).toEqual(queueNames.map((queue) => (queue === 'inbound' ? 2 : 0)));
    expect((await queueShares(database, elsewhere)).open).toMatchObject([{ direction: 'inbound', status: 'received', count: 2 }]);
  });
});
