import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { defaultProcesses } from '../../local/stack.js';
import { attemptsThatLeft, thatLeft } from '../support/attempts.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

let system: System;

beforeAll(async () => {
  system = await startSystem({ workspaces: 2, processes: defaultProcesses });
}, 60_000);
afterAll(() => system.stop(), 60_000);

const to = '+12125550123';

describe('one message', () => {
  it('is accepted, sent once and delivered, and every step of it can be read', async () => {
    const accepted = await system.send({ to, body: 'canary one' });
    expect(accepted.status).toBe(202);
    expect(accepted.headers.get('location')).toBe(`/v1/messages/${accepted.body.id}`);
    expect(accepted.body).toMatchObject({
      status: 'queued',
      to,
      from: system.workspace.senders[0],
      body: 'canary one',
      encoding: 'GSM-7',
      segments: 1,
    });

    const delivered = await system.message(accepted.body.id, ['delivered']);
    const entries = await system.ledger('canary one');
    expect(entries).toHaveLength(1);
    expect(delivered).toMatchObject({ providerMessageId: entries[0]?.sid, error: null });

    const trace = await eventually(async () => {
      const { body } = await system.request('GET', `/v1/messages/${accepted.body.id}/trace`);
      return body.workflow.state?.step === 'closed' && body;
    });
    const statuses = trace.events.map((event: { status: string }) => event.status);
    expect(statuses[0]).toBe('queued');
    expect(statuses.at(-1)).toBe('delivered');
    expect(thatLeft(trace.attempts)).toMatchObject([{ status: 'delivered' }]);
    expect(trace.workflow).toMatchObject({
      id: `msg/${system.workspace.id}/${accepted.body.id}`,
      state: { status: 'delivered', providerMessageId: entries[0]?.sid },
    });
  });

  it('is carried by processes whose login owns nothing in the database', async () => {
    const logins = await sql(
      system.databaseUrl,
      `select distinct usename as name from pg_stat_activity where datname = current_database() and application_name like 'postrider-%'`,
    );
    expect(logins).toEqual([{ name: 'postrider' }]);
  });

  it('goes through the same acceptance over a socket, and its states reach the room of its conversation', async () => {
    const socket = await system.socket();
    const states: { messageId: string; status: string; seq: number; prev: number }[] = [];
    socket.on('message:status', (event) => states.push(event));
    const answer = await socket
      .timeout(5_000)
      .emitWithAck('message:outbound', { to: '+12125550124', body: 'over a socket', idempotencyKey: 'socket-1' });
    expect(answer).toMatchObject({ ok: true, status: 'queued', body: 'over a socket' });
    await eventually(() => states.some(({ status }) => status === 'delivered'));
    expect(states.every(({ messageId }) => messageId === answer.id)).toBe(true);
    // Each event names its predecessor: nothing was skipped.
    states.slice(1).forEach((event, index) => expect(event.prev).toBe(states[index]?.seq));

    const again = await system.send({ to: '+12125550124', body: 'over a socket' }, 'socket-1');
    expect(again.status).toBe(202);
    expect(again.body.id).toBe(answer.id);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await system.ledger('over a socket')).toHaveLength(1);
  });

  it('is seen by nobody but the sockets of its workspace and conversation', async () => {
    const [mine, other] = system.workspaces;
    const opened = await system.send({ to: '+12125550125', body: 'first words' });
    await system.message(opened.body.id, ['delivered']);
    const elsewhere = await system.send({ to: '+12125550126', body: 'other conversation' });
    await system.message(elsewhere.body.id, ['delivered']);

    const listening = await system.socket(mine);
    const otherRoom = await system.socket(mine);
    const foreign = await system.socket(other);
    const heard: Record<string, unknown[]> = { listening: [], otherRoom: [], foreign: [] };
    listening.on('message:status', (event) => heard.listening?.push(event));
    otherRoom.on('message:status', (event) => heard.otherRoom?.push(event));
    foreign.on('message:status', (event) => heard.foreign?.push(event));
    expect(await listening.emitWithAck('conversation:open', { conversationId: opened.body.conversationId })).toMatchObject({ ok: true });
    expect(await otherRoom.emitWithAck('conversation:open', { conversationId: elsewhere.body.conversationId })).toMatchObject({ ok: true });
    expect(await foreign.emitWithAck('conversation:open', { conversationId: opened.body.conversationId })).toMatchObject({
      ok: false,
      code: 'not_found',
    });

    const next = await system.send({ to: '+12125550125', body: 'more words' });
    await eventually(() =>
      heard.listening?.some(
        (event) =>
          (event as { messageId: string; status: string }).messageId === next.body.id &&
          (event as { status: string }).status === 'delivered',
      ),
    );
    expect(heard.otherRoom).toEqual([]);
    expect(heard.foreign).toEqual([]);
  });

  it('gives a socket that was away exactly what it missed', async () => {
    const first = await system.send({ to: '+12125550127', body: 'before' });
    await system.message(first.body.id, ['delivered']);
    const socket = await system.socket();
    const { seq } = await socket.emitWithAck('conversation:open', { conversationId: first.body.conversationId });
    socket.close();
    const missed = await system.send({ to: '+12125550127', body: 'while away' });
    await system.message(missed.body.id, ['delivered']);

    const back = await system.socket();
    const events: { messageId: string; seq: number; prev: number; status: string }[] = [];
    back.on('message:status', (event) => events.push(event));
    await back.emitWithAck('conversation:open', { conversationId: first.body.conversationId, afterSeq: seq });
    await eventually(() => events.at(-1)?.status === 'delivered');
    expect(events[0]).toMatchObject({ messageId: missed.body.id, status: 'queued', prev: seq });
  });

  it('shows in Temporal under its id, with workspace, lane and a masked number, and no number besides', async () => {
    const connection = await Connection.connect({ address: system.temporalAddress });
    try {
      const client = new Client({ connection, namespace: system.temporalNamespace, dataConverter: system.dataConverter });
      const { body } = await system.send({ to: '+12125550128', body: 'for support', priority: 'high' });
      await system.message(body.id, ['delivered']);
      const handle = client.workflow.getHandle(`msg/${system.workspace.id}/${body.id}`);
      await handle.result();
      const description = await handle.describe();
      expect(description.searchAttributes).toMatchObject({ WorkspaceId: [system.workspace.id], Lane: ['high'] });
      expect(await description.staticSummary()).toBe('high to +1212***0128');
      expect(description.workflowId).not.toContain('2125550128');
    } finally {
      await connection.close();
    }
  });

  it('finds its message when the callbacks come before the answer to the request', async () => {
    await system.control('POST', '/rules', { match: { bodyIncludes: 'hurried' }, action: { callbacks: { hurry: true }, delayMs: 300 } });
    const { body } = await system.send({ to, body: 'hurried one' });
    const delivered = await system.message(body.id, ['delivered']);
    expect(delivered.providerMessageId).toBe((await system.ledger('hurried one'))[0]?.sid);
    expect(await system.ledger('hurried one')).toHaveLength(1);
  });

  it('ends the same when its callbacks come five times and shuffled', async () => {
    await system.control('POST', '/rules', { match: { bodyIncludes: 'shuffled' }, action: { callbacks: { times: 5, shuffle: true } } });
    const { body } = await system.send({ to, body: 'shuffled one' });
    await system.message(body.id, ['delivered']);
    const { body: trace } = await system.request('GET', `/v1/messages/${body.id}/trace`);
    const statuses = trace.events.map((event: { status: string }) => event.status);
    expect(new Set(statuses).size).toBe(statuses.length);
    expect(statuses.at(-1)).toBe('delivered');
  });

  it('fails with the reason that the provider gave, at once or later', async () => {
    const refused = await system.send({ to: '+14155552621', body: 'refused' });
    expect(await system.message(refused.body.id, ['failed'])).toMatchObject({ error: { code: '21211' } });
    const later = await system.send({ to: '+14155552603', body: 'undelivered' });
    expect(await system.message(later.body.id, ['undelivered'])).toMatchObject({ error: { code: '30005' } });
    expect(await system.ledger('refused')).toHaveLength(0);
  });

  it('is tried again, by Temporal and in sight, when the provider refuses for its rate', async () => {
    await system.request('PATCH', '/v1/workspace/limits', { body: { cooldownMs: 0 } });
    const { body } = await system.send({ to: '+14155552629', body: 'too many' });
    await system.message(body.id, ['delivered'], { withinMs: 30_000 });
    expect(await attemptsThatLeft(system, body.id)).toHaveLength(3);
    expect(await system.ledger('too many')).toHaveLength(1);
  }, 40_000);
});

describe('where Postgres takes longer for an attempt’s row than a send may', () => {
  const slowRow = `create function slow_row() returns trigger language plpgsql as $$ begin perform pg_sleep(0.7); return new; end $$;
    create trigger slow_row before insert on send_attempt for each row execute function slow_row()`;
  beforeAll(() => sql(system.databaseUrl, slowRow));
  afterAll(() => sql(system.databaseUrl, 'drop trigger slow_row on send_attempt; drop function slow_row'));

  it('one message leaves all the same, once, by a try that has longer', async () => {
    const { body } = await system.send({ to, body: 'slow row' });
    await system.message(body.id, ['delivered'], { withinMs: 20_000 });
    const { attempts } = (await system.request('GET', `/v1/messages/${body.id}/trace`)).body;
    const late = attempts.slice(0, -1);
    expect(late.length).toBeGreaterThan(0);
    for (const attempt of late) expect(attempt).toMatchObject({ status: 'notSent', evidence: expect.stringMatching(/before the write/) });
    expect(attempts.at(-1)).toMatchObject({ status: 'delivered' });
    expect(await system.ledger('slow row')).toHaveLength(1);
  }, 40_000);
});
