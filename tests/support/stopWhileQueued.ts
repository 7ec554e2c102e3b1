import { expect } from '@jest/globals';
import { sql } from './database.js';
import { eventually } from './eventually.js';
import { receive, received, suppressionsOf } from './inbound.js';
import type { System } from './system.js';

const withinMs = 120_000;

/**
 * Queues so many messages to one person behind a slow rate, lets the person write STOP, and waits until no message waits any
 * more. Expects that no attempt began once the STOP was answered, that every message was sent or stopped, none both, and that
 * the counts told to people are those of the ledger.
 */
export async function stopWhileQueued(system: System, as: System['workspace'], count: number): Promise<{ stopped: number; sent: number }> {
  const to = '+12125554000';
  await system.request('PATCH', '/v1/workspace/limits', { body: { ratePerSecond: 1, burst: 1 }, as });
  const accepted = await Promise.all(
    Array.from({ length: count }, (_, index) => system.send({ to, body: `queued ${index}.`, priority: 'bulk' }, undefined, as)),
  );
  const ids = accepted.map(({ body }) => body.id as string);
  const stored = async () =>
    (await sql<{ n: number }>(system.databaseUrl, 'select count(*)::int as n from message where id = any($1)', [ids]))[0]?.n;
  await eventually(async () => (await stored()) === count, withinMs);
  const socket = await system.socket(as);
  const heard: any[] = [];
  socket.on('message:inbound', (event) => heard.push(event));
  await socket.emitWithAck('conversation:open', { conversationId: accepted[0]?.body.conversationId });

  expect((await receive(system, { from: to, body: 'STOP', as })).results).toEqual([204]);
  const [now] = await sql<{ at: Date }>(system.databaseUrl, 'select clock_timestamp() as at');
  // Whoever still waits finds a slot at once.
  await system.request('PATCH', '/v1/workspace/limits', { body: { ratePerSecond: 1_000, burst: 1_000 }, as });
  const waiting = async () =>
    sql(
      system.databaseUrl,
      `select 1 from message where id = any($1) and (recorded_at is null or status not in ('failed', 'delivered')) limit 1`,
      [ids],
    );
  await eventually(async () => (await waiting()).length === 0, withinMs);
  const ended = await sql<{ id: string; status: string; error_code: string | null }>(
    system.databaseUrl,
    'select id, status, error_code from message where id = any($1)',
    [ids],
  );
  const textOf = new Map(accepted.map(({ body }) => [body.id, body.body as string]));
  const stoppedBodies = ended
    .filter(({ status, error_code }) => status === 'failed' && error_code === 'opted_out')
    .map(({ id }) => textOf.get(id) as string);
  const stopped = stoppedBodies.length;
  // The workflows of what was stopped close as well.
  await eventually(async () => {
    const ask = ids.slice(-5).map((id) => system.request('GET', `/v1/messages/${id}/trace`, { as }));
    return (await Promise.all(ask)).every(({ body }) => body.workflow.state?.step === 'closed');
  }, withinMs);

  const attempts = await sql<{ message_id: string; late: boolean }>(
    system.databaseUrl,
    'select message_id, started_at > $2 as late from send_attempt where message_id = any($1)',
    [ids, now?.at],
  );
  expect(attempts.filter(({ late }) => late)).toEqual([]);
  const sent = await system.ledger('queued ');
  const bodies = sent.filter((entry) => entry.to === to).map(({ body }) => body);
  expect(new Set(bodies).size).toBe(bodies.length);
  expect(stoppedBodies.filter((body) => bodies.includes(body))).toEqual([]);
  expect(stopped + bodies.length).toBe(count);

  // One that was about to leave at that moment, and did not, is refused at its next attempt: it is not in what the STOP counted.
  const message = await received(system, to, 'STOP', as);
  const [{ counted } = { counted: -1 }] = await sql<{ counted: number }>(
    system.databaseUrl,
    `select count(*)::integer as counted from message_event where message_id = any($1) and error_code = 'opted_out' and created_at = $2`,
    [ids, message.createdAt],
  );
  expect(counted).toBeGreaterThan(0);
  const consent = { meaning: 'stop', stopped: counted };
  expect(message.consent).toMatchObject(consent);
  // Its workflow makes the event, after all that counts is done.
  await eventually(() => heard.length > 0, withinMs);
  expect(heard).toMatchObject([{ messageId: message.id, consent }]);
  expect((await system.request('GET', `/v1/messages/${message.id}/trace`, { as })).body.events).toMatchObject([{ consent }]);
  expect(await suppressionsOf(system, to, as)).toMatchObject([{ topic: 'all', state: 'active', stopped: counted, messageId: message.id }]);
  return { stopped, sent: bodies.length };
}
