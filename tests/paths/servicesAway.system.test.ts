import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { startTimeoutMs } from '../../domain/limits.js';
import { freeze } from '../../local/freeze.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { receive, received, suppressionsOf } from '../support/inbound.js';
import { type Answer, type System, startSystem } from '../support/system.js';

/** How long a start may take before the message goes to the backup queue, ms, less what a timer may be early. */
const patienceMs = 900;
const findersMax = 6;

let system: System;
let thaw: (() => void)[] = [];

beforeAll(async () => {
  system = await startSystem({ ownServices: true });
  // What the server knows of the workspace it has read by then.
  const { body } = await system.send({ to: '+12125550140', body: 'before anything is away' });
  await system.message(body.id, ['delivered']);
}, 90_000);
afterEach(() => {
  for (const goOn of thaw) goOn();
  thaw = [];
});
afterAll(() => system.stop(), 60_000);

const away = (service: 'postgres' | 'temporal') => thaw.push(freeze(system.servicePids[service]));
const back = () => {
  for (const goOn of thaw) goOn();
  thaw = [];
};

/** One try, unlike `system.send`, with the time it took. */
async function tryOnce(message: Record<string, unknown>, key: string): Promise<Answer & { ms: number }> {
  const startedAt = performance.now();
  const answer = await system.request('POST', '/v1/messages', { body: message, headers: { 'idempotency-key': key } });
  return { ...answer, ms: performance.now() - startedAt };
}
const newKey = () => randomBytes(6).toString('hex');
/** When Temporal began the message's workflow, ms since 1970. */
const startedAt = async (messageId: string) => {
  const connection = await Connection.connect({ address: system.temporalAddress });
  try {
    const client = new Client({ connection, namespace: system.temporalNamespace, dataConverter: system.dataConverter });
    return (await client.workflow.getHandle(`msg/${system.workspace.id}/${messageId}`).describe()).startTime.getTime();
  } finally {
    await connection.close();
  }
};
const outbox = async () => Number((await sql<{ n: string }>(system.databaseUrl, 'select count(*) as n from outbox'))[0]?.n);

describe('while Temporal does not answer', () => {
  it('messages are accepted into the backup queue, can be read, and leave by lane after its return, once each', async () => {
    away('temporal');
    // Who comes before it is found out waits a second, and may still reach Temporal: those starts wait in their sockets.
    let finders = 0;
    for (let quick = false; !quick; finders += 1) {
      const { status, ms } = await tryOnce({ to: '+12125550149', body: 'finds out' }, newKey());
      expect([status, finders < findersMax]).toEqual([202, true]);
      quick = ms < patienceMs;
    }
    const lanes = ['bulk', 'normal', 'high', 'bulk', 'normal', 'high', 'bulk', 'normal', 'high'] as const;
    const keys = lanes.map(newKey);
    const answers: Answer[] = [];
    for (const [index, priority] of lanes.entries()) {
      answers.push(await tryOnce({ to: `+1212555015${index}`, body: `kept ${index} ${priority}`, priority }, keys[index] as string));
    }
    expect(answers.map(({ status }) => status)).toEqual(lanes.map(() => 202));
    expect(await outbox()).toBe(finders + lanes.length);
    for (const { body } of answers) expect((await system.request('GET', `/v1/messages/${body.id}`)).body.status).toBe('queued');

    const repeated = await tryOnce({ to: '+12125550150', body: 'kept 0 bulk', priority: 'bulk' }, keys[0] as string);
    expect({ id: repeated.body.id, replayed: repeated.headers.get('idempotent-replayed') }).toEqual({
      id: answers[0]?.body.id,
      replayed: 'true',
    });
    const other = await tryOnce({ to: '+12125550150', body: 'another text', priority: 'bulk' }, keys[0] as string);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect(await system.ledger('kept')).toHaveLength(0);

    back();
    for (const { body } of answers) await system.message(body.id, ['delivered'], { withinMs: 30_000 });
    expect(await system.ledger('kept')).toHaveLength(lanes.length);
    const started = await Promise.all(answers.map(({ body }) => startedAt(body.id)));
    const of = (lane: string) => started.filter((_, index) => lanes[index] === lane);
    expect(Math.max(...of('high'))).toBeLessThanOrEqual(Math.min(...of('normal')));
    expect(Math.max(...of('normal'))).toBeLessThanOrEqual(Math.min(...of('bulk')));
    expect(await outbox()).toBe(0);
  }, 90_000);

  it('an opt-out holds at once, and its message is in its conversation after the return', async () => {
    const from = '+12125550195';
    away('temporal');
    expect((await receive(system, { from, body: 'STOP' })).results).toEqual([204]);
    expect(await suppressionsOf(system, from)).toMatchObject([{ topic: 'all', state: 'active' }]);
    expect((await tryOnce({ to: from, body: 'to somebody who has opted out' }, newKey())).body.code).toBe('opted_out');
    back();
    // So quiet that the next sweep, within a minute, takes it up.
    const untaken = `direction = 'inbound' and recorded_at is null`;
    await sql(system.databaseUrl, `update message set updated_at = now() - interval '2 minutes' where ${untaken}`);
    await eventually(async () => (await sql(system.databaseUrl, `select 1 from message where ${untaken}`)).length === 0, 120_000, 500);
    await received(system, from, 'STOP');
    expect(await system.ledger('to somebody who has opted out')).toEqual([]);
  }, 150_000);

  it('a start whose answer was lost is not made twice', async () => {
    // Frozen in the middle of a burst: some starts have been committed, and their answers do not come.
    const keys = Array.from({ length: 30 }, newKey);
    const sending = keys.map((key, index) => tryOnce({ to: `+121255501${60 + index}`, body: `burst ${index}.` }, key));
    away('temporal');
    const answers = await Promise.all(sending);
    back();
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 202));
    for (const { body } of answers) await system.message(body.id, ['delivered'], { withinMs: 60_000 });
    const bodies = (await system.ledger('burst')).map(({ body }) => body);
    expect(bodies.sort()).toEqual(keys.map((_, index) => `burst ${index}.`).sort());
  }, 120_000);
});

describe('an end that a callback brings while Temporal is away', () => {
  it('is stored and answered, and the sweep closes the workflow after the return, though its signal was lost', async () => {
    await system.control('POST', '/pause');
    const { body } = await system.send({ to: '+12125550141', body: 'ends meanwhile' });
    await system.message(body.id, ['accepted']);
    away('temporal');
    await system.control('POST', '/resume');
    await system.message(body.id, ['delivered']);
    const [entry] = await system.ledger('ends meanwhile');
    const answers = await eventually(async () => {
      const { callbacks } = await system.control('GET', `/messages/${entry?.sid}`);
      return callbacks.length >= 2 && callbacks.map(({ result }: { result: unknown }) => result);
    }, 30_000);
    expect(answers).toEqual([204, 204]);

    // The signal still lies in the frozen server's socket: it is lost with its process, which is started again.
    const { temporal: pid } = system.servicePids;
    process.kill(pid as number, 'SIGKILL');
    thaw = [];
    const connection = await eventually(() => Connection.connect({ address: system.temporalAddress }).catch(() => undefined), 60_000, 500);
    const client = new Client({ connection, namespace: system.temporalNamespace, dataConverter: system.dataConverter });
    try {
      const run = client.workflow.getHandle(`msg/${system.workspace.id}/${body.id}`);
      const state = () =>
        eventually(
          () =>
            run.describe().then(
              ({ status }) => status.name,
              () => undefined,
            ),
          30_000,
        );
      expect(await state()).toBe('RUNNING');

      // A minute later.
      await sql(system.databaseUrl, `update message set updated_at = now() - interval '2 minutes' where id = $1`, [body.id]);
      await eventually(
        () =>
          client.workflow.execute('sweepMessages', { taskQueue: 'maintenance', workflowId: `sweep/${newKey()}`, args: [] }).then(
            () => true,
            () => false,
          ),
        60_000,
      );
      await eventually(async () => (await state()) === 'COMPLETED', 30_000);
      expect(await run.result()).toMatchObject({ status: 'delivered', providerMessageId: entry?.sid });
      const [row] = await sql<{ recorded_at: Date | null }>(system.databaseUrl, 'select recorded_at from message where id = $1', [body.id]);
      expect(row?.recorded_at).not.toBeNull();
    } finally {
      await connection.close();
    }
  }, 240_000);
});

describe('while Postgres does not answer', () => {
  it('messages are accepted through Temporal, can be read, and are sent once after its return', async () => {
    away('postgres');
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, index) => tryOnce({ to: `+1212555017${index}`, body: `without a row ${index}` }, newKey())),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(startTimeoutMs);
    const read = await system.request('GET', `/v1/messages/${answers[0]?.body.id}`);
    expect([read.status, read.body.status]).toEqual([200, 'queued']);
    back();
    for (const { body } of answers) await system.message(body.id, ['delivered'], { withinMs: 60_000 });
    expect(await system.ledger('without a row')).toHaveLength(5);
  }, 120_000);
});

describe('while neither Temporal nor Postgres answers', () => {
  it('a message is refused with 503, a time and the key, and the same request is one message afterwards', async () => {
    away('temporal');
    away('postgres');
    const message = { to: '+12125550180', body: 'neither of both' };
    const refused = await tryOnce(message, 'the-same-key');
    expect([refused.status, refused.body.code, refused.body.idempotencyKey]).toEqual([503, 'unavailable', 'the-same-key']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    back();
    await eventually(async () => (await system.request('GET', '/readyz')).body.status === 'ready', 30_000);
    const { body } = await system.send(message, 'the-same-key');
    await system.message(body.id, ['delivered'], { withinMs: 60_000 });
    expect(await system.ledger('neither of both')).toHaveLength(1);
  }, 120_000);
});
