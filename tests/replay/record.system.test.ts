import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { putOldMessages } from '../../bench/oldMessages.js';
import { anybody } from '../support/anybody.js';
import { oldWeeks } from '../support/archiving.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { receive, received } from '../support/inbound.js';
import { type RecordedHistory, replay } from '../support/replay.js';
import { type System, startSystem } from '../support/system.js';
import { startWebhookReceiver } from '../support/webhookReceiver.js';

/** With RECORD_HISTORIES=1 the histories are kept, for tests/replay/replay.test.ts to hold later changes against. */
const record = process.env.RECORD_HISTORIES === '1';

let system: System;
let client: Client;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  system = await startSystem({
    workspaces: 5,
    env: {
      RECONCILE_DELAYS_S: '1,2',
      PROVIDER_HOLD_S: '1',
      MESSAGE_VALIDITY_S: '12',
      RECEIPT_GRACE_S: '1',
      PROVIDER_RESPONSE_TIMEOUT_MS: '1000',
      WEBHOOK_TARGETS: 'any',
    },
  });
  const preferring = [1, 4].map((place) => system.workspaces[place]?.id);
  await sql(system.databaseUrl, `update workspace set ambiguous_policy = 'prefer-delivery' where id = any($1)`, [preferring]);
  await sql(system.databaseUrl, 'update workspace set cooldown_ms = 0, error_policy = $1', [
    { CONGESTION: { delayMaxMs: 1_000 }, CONFIGURATION: { delayMaxMs: 1_000 } },
  ]);
  client = system.temporal;
}, 60_000);
afterAll(() => system.stop(), 60_000);

async function historyOf(name: string, workflowId: string): Promise<RecordedHistory> {
  // Who ran it, and on which machine, says nothing about how it replays.
  const history = await readable(JSON.parse(historyToJSON(await client.workflow.getHandle(workflowId).fetchHistory())));
  const json = JSON.stringify(history)
    .replaceAll(/"identity": ?"[^"]*"/g, '"identity":"worker"')
    .replaceAll(/"stackTrace": ?"(?:[^"\\]|\\.)*"/g, '"stackTrace":""')
    .replaceAll(/"\d+@[a-z0-9.-]+"/g, '"sticky-queue"');
  if (record) {
    const directory = path.join(__dirname, 'histories');
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, `${name}.json`), `${JSON.stringify({ workflowId, history: JSON.parse(json) })}\n`);
  }
  return { workflowId, history: JSON.parse(json) };
}

/** A history with its payloads as they were before they were sealed: recorded ones need no key. */
async function readable(node: unknown): Promise<unknown> {
  if (Array.isArray(node)) return Promise.all(node.map(readable));
  if (typeof node !== 'object' || node === null) return node;
  const { metadata, data } = node as { metadata?: Record<string, string>; data?: string };
  if (metadata?.encoding !== undefined && typeof data === 'string') {
    const bytes = (text: string) => Buffer.from(text, 'base64');
    const sealed = {
      metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, bytes(value)])),
      data: bytes(data),
    };
    const [opened = sealed] = (await system.dataConverter.payloadCodecs?.[0]?.decode([sealed])) ?? [];
    const text = (value: Uint8Array | null | undefined) => Buffer.from(value ?? []).toString('base64');
    return {
      metadata: Object.fromEntries(Object.entries(opened.metadata ?? {}).map(([name, value]) => [name, text(value)])),
      data: text(opened.data),
    };
  }
  return Object.fromEntries(await Promise.all(Object.entries(node).map(async ([name, value]) => [name, await readable(value)])));
}

const rule = (bodyIncludes: string, action: object, times?: number) =>
  system.control('POST', '/rules', { match: { bodyIncludes }, action, ...(times && { times }) });

/** Of messages that wait for their slots: longer than this system gives others, whose end some ways wait for. */
const validitySeconds = 600;

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

/** A way through sendMessage: what to arrange, and where it ends. */
const ways: Record<
  string,
  {
    arrange?: () => Promise<unknown>;
    to?: string;
    fields?: () => object;
    afterwards?: (id: string) => Promise<unknown>;
    workspace?: number;
    ends: string[];
  }
> = {
  delivered: { ends: ['delivered'] },
  refused: { to: '+14155552621', ends: ['failed'] },
  undelivered: { to: '+14155552601', ends: ['undelivered'] },
  'retried-for-its-rate': { arrange: () => rule('retried-for-its-rate', { rateLimited: { retryAfterS: 1 } }, 2), ends: ['delivered'] },
  'taken-and-sent-once-more': {
    arrange: () => rule('taken-and-sent-once-more', { callbacks: { finalStatus: 'failed', errorCode: 30_001 } }, 1),
    ends: ['delivered'],
  },
  'kept-until-configured': { arrange: () => rule('kept-until-configured', { error: { code: 21_408 } }, 2), ends: ['delivered'] },
  'refused-by-the-database': {
    arrange: async () => {
      await sql(system.databaseUrl, `alter table message add constraint refused check (campaign is distinct from 'refused')`);
    },
    fields: () => ({ metadata: { campaign: 'refused' } }),
    ends: ['failed'],
  },
  'doubtful-found-by-callback': { arrange: () => rule('doubtful-found-by-callback', { http500: 'after' }), ends: ['delivered'] },
  'doubtful-found-in-list': {
    arrange: () => rule('doubtful-found-in-list', { cut: 'after', callbacks: { drop: 1 } }),
    ends: ['delivered', 'sent', 'accepted'],
  },
  'doubtful-parked': { arrange: () => rule('doubtful-parked', { http500: 'before' }), ends: ['parked'] },
  'doubtful-sent-once-more': {
    arrange: () => rule('doubtful-sent-once-more', { http500: 'before' }, 1),
    workspace: 1,
    ends: ['delivered'],
  },
  'given-up-and-out-of-time': {
    arrange: async () => {
      await rule('given-up-and-out-of-time', { http500: 'before' }, 1);
      await rule('given-up-and-out-of-time', { rateLimited: { retryAfterS: 60 } });
    },
    // Of its own: what the provider refuses for 60 s holds up all others of the workspace.
    workspace: 4,
    ends: ['parked'],
  },
  'held-by-a-breaker': {
    arrange: () =>
      system.request('PUT', '/v1/workspace/breakers/account/twilio', {
        body: { state: 'open', forSeconds: 2 },
        as: system.workspaces[3] as System['workspace'],
      }),
    workspace: 3,
    ends: ['delivered'],
  },
  scheduled: { fields: () => ({ sendAt: inMs(1_500) }), ends: ['delivered'] },
  'canceled-while-scheduled': {
    fields: () => ({ sendAt: inMs(60_000) }),
    afterwards: async (id) => {
      await system.message(id, ['scheduled']);
      await system.request('POST', `/v1/messages/${id}/cancel`);
    },
    ends: ['canceled'],
  },
  'parked-by-hand-while-scheduled': {
    fields: () => ({ sendAt: inMs(60_000) }),
    afterwards: async (id) => {
      await system.message(id, ['scheduled']);
      await system.request('POST', `/v1/messages/${id}/park`);
    },
    ends: ['parked'],
  },
  'retried-by-hand': {
    arrange: () => rule('retried-by-hand', { error: { code: 30_007 } }, 1),
    afterwards: async (id) => {
      await system.message(id, ['failed'], { withinMs: 40_000 });
      await system.request('POST', `/v1/messages/${id}/retry`);
    },
    ends: ['delivered'],
  },
  'asked-for-when-time-was-over': { arrange: () => rule('asked-for-when-time-was-over', { callbacks: { drop: 1 } }), ends: ['delivered'] },
  'closed-as-unknown': {
    arrange: () => rule('closed-as-unknown', { callbacks: { statuses: [{ status: 'sent', delayMs: 20 }] } }),
    ends: ['unknown'],
  },
};

describe('every way through sendMessage replays', () => {
  it.concurrent.each(Object.keys(ways))(
    '%s',
    async (name) => {
      const way = ways[name] as (typeof ways)[string];
      const as = system.workspaces[way.workspace ?? 0] as System['workspace'];
      await way.arrange?.();
      const { body } = await system.send({ to: way.to ?? anybody(), body: name, ...way.fields?.() }, undefined, as);
      await way.afterwards?.(body.id);
      await system.message(body.id, way.ends, { withinMs: 40_000, as });
      const workflowId = `msg/${as.id}/${body.id}`;
      await client.workflow.getHandle(workflowId).result();
      expect(await replay([await historyOf(name, workflowId)])).toEqual([]);
    },
    60_000,
  );

  it('waited-for-its-slot, and the limiter that made it wait', async () => {
    // Slow enough that some must wait, however long the machine takes to accept them.
    await system.request('PATCH', '/v1/workspace/limits', { body: { ratePerSecond: 2, burst: 5 } });
    const accepted = await Promise.all(
      Array.from({ length: 16 }, (_, index) => system.send({ to: `+1212556${1_000 + index}`, body: `crowd ${index}.`, validitySeconds })),
    );
    for (const { body } of accepted) await system.message(body.id, ['delivered'], { withinMs: 40_000 });
    const waited: string[] = [];
    for (const { body } of accepted) {
      const workflowId = `msg/${system.workspace.id}/${body.id}`;
      await client.workflow.getHandle(workflowId).result();
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      if (events?.some((event) => event.timerFiredEventAttributes)) waited.push(workflowId);
    }
    expect(waited.length).toBeGreaterThan(0);
    expect(await replay([await historyOf('waited-for-its-slot', waited[0] as string)])).toEqual([]);
    expect(await replay([await historyOf('rate-limiter', `ratelimiter/${system.workspace.id}`)])).toEqual([]);
  }, 90_000);
});

describe('a message that waits for another replays', () => {
  it('woken-in-its-turn', async () => {
    const number = '+12125550134';
    const { body: first } = await system.send({ to: number, body: 'holds up', sendAt: inMs(60_000) });
    await eventually(
      async () => (await sql(system.databaseUrl, `update message set status = 'queued' where id = $1 returning id`, [first.id])).length > 0,
    );
    const { body: next } = await system.send({ to: number, body: 'held up' });
    const workflowId = `msg/${system.workspace.id}/${next.id}`;
    await eventually(async () => {
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      return events?.some((event) => event.timerFiredEventAttributes);
    });
    await system.request('POST', `/v1/messages/${first.id}/cancel`);
    await system.message(next.id, ['delivered'], { withinMs: 20_000 });
    await client.workflow.getHandle(workflowId).result();
    expect(await replay([await historyOf('woken-in-its-turn', workflowId)])).toEqual([]);
  }, 60_000);
});

describe('every other workflow replays', () => {
  it('told-to-come-later, and the limiter whose limits an operator changes', async () => {
    const as = system.workspaces[2] as System['workspace'];
    await system.request('PATCH', '/v1/workspace/limits', { body: { ratePerSecond: 1, burst: 1 }, as });
    const send = (index: number) =>
      system.send({ to: `+1212557${1_000 + index}`, body: `later ${index}.`, priority: 'bulk', validitySeconds }, undefined, as);
    const sent = await Promise.all([0, 1, 2, 3, 4].map(send));
    for (const { body } of sent) await system.message(body.id, ['delivered'], { withinMs: 40_000, as });
    const limiter = client.workflow.getHandle(`ratelimiter/${as.id}`);
    await limiter.executeUpdate('setLimits', { args: [{ burst: 5, reason: 'to be replayed' }] });
    const { body } = await send(5);
    await system.message(body.id, ['delivered'], { withinMs: 20_000, as });
    expect(await replay([await historyOf('rate-limiter-changed-by-hand', limiter.workflowId)])).toEqual([]);
    const lengths = await Promise.all(
      sent.map(async ({ body: { id } }) => ({
        id,
        events: (await client.workflow.getHandle(`msg/${as.id}/${id}`).describe()).historyLength,
      })),
    );
    const last = lengths.sort((a, b) => b.events - a.events)[0];
    expect(await replay([await historyOf('told-to-come-later', `msg/${as.id}/${last?.id}`)])).toEqual([]);
  }, 90_000);

  it('asked-again, when limits were raised, and the workflow that called it', async () => {
    const as = system.workspaces[3] as System['workspace'];
    await system.request('PATCH', '/v1/workspace/limits', { body: { ratePerSecond: 1, burst: 1 }, as });
    const send = (index: number) =>
      system.send({ to: `+1212558${1_000 + index}`, body: `raised ${index}.`, priority: 'bulk', validitySeconds }, undefined, as);
    const sent = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(send));
    const queued = `select count(*)::integer as count from message where workspace_id = $1 and status = 'queued'`;
    await eventually(async () => ((await sql<{ count: number }>(system.databaseUrl, queued, [as.id]))[0]?.count ?? 0) > 4);
    await system.request('PATCH', '/v1/workspace/limits', { body: { ratePerSecond: 20 }, as });
    const called: string[] = [];
    for (const { body } of sent) {
      await system.message(body.id, ['delivered'], { withinMs: 40_000, as });
      const workflowId = `msg/${as.id}/${body.id}`;
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      const patches = events?.filter((event) => event.markerRecordedEventAttributes?.markerName === 'core_patch');
      if (patches?.length) called.push(workflowId);
    }
    expect(called.length).toBeGreaterThan(0);
    expect(await replay([await historyOf('asked-again', called[0] as string)])).toEqual([]);
    const caller = client.workflow.getHandle(`call-waiting/${as.id}`);
    expect(await caller.result()).toBeGreaterThanOrEqual(called.length);
    expect(await replay([await historyOf('callWaiting', caller.workflowId)])).toEqual([]);
  }, 90_000);

  it('received, and the one that stops messages', async () => {
    const from = anybody();
    const { body: queued } = await system.send({ to: from, body: 'received after', sendAt: inMs(60_000) });
    await system.message(queued.id, ['scheduled']);
    for (const [name, body] of [
      ['received', 'Thank you'],
      ['received-stop', 'STOP'],
    ] as const) {
      await receive(system, { from, body });
      const { id } = await received(system, from, body);
      const workflowId = `in/${system.workspace.id}/${id}`;
      // Where Temporal did not take it at once, the next sweep starts it.
      await eventually(() => client.workflow.getHandle(workflowId).describe().catch(unlessMissing), 90_000);
      await client.workflow.getHandle(workflowId).result();
      expect(await replay([await historyOf(name, workflowId)])).toEqual([]);
    }
    // The one that was stopped hears of it in its sleep.
    const workflowId = `msg/${system.workspace.id}/${queued.id}`;
    expect(await client.workflow.getHandle(workflowId).result()).toMatchObject({ status: 'failed', error: { code: 'opted_out' } });
    expect(await replay([await historyOf('stopped-while-scheduled', workflowId)])).toEqual([]);
  }, 150_000);

  it('redriveMessages', async () => {
    const as = system.workspaces[2] as System['workspace'];
    await rule('redriven', { error: { code: 30_007 } }, 1);
    const { body } = await system.send({ to: anybody(), body: 'redriven' }, undefined, as);
    await system.message(body.id, ['failed'], { withinMs: 20_000, as });
    const started = await system.request('POST', '/v1/queues/failed/redrive', { body: { filter: { errorCode: ['30007'] } }, as });
    const workflowId = `redrive/${as.id}/${started.body.id}`;
    expect(await client.workflow.getHandle(workflowId).result()).toMatchObject({ state: 'done', retried: 1 });
    expect(await replay([await historyOf('redriveMessages', workflowId)])).toEqual([]);
  }, 60_000);

  it('cancelMessages', async () => {
    const as = system.workspaces[2] as System['workspace'];
    const { body } = await system.send({ to: anybody(), body: 'not meant', sendAt: inMs(60_000), priority: 'high' }, undefined, as);
    await system.message(body.id, ['scheduled'], { withinMs: 20_000, as });
    const started = await system.request('POST', '/v1/queues/outbound/cancel', { body: { filter: { lane: ['high'] } }, as });
    const workflowId = `cancellation/${as.id}/${started.body.id}`;
    expect(await client.workflow.getHandle(workflowId).result()).toMatchObject({ state: 'done', canceled: 1 });
    expect(await replay([await historyOf('cancelMessages', workflowId)])).toEqual([]);
  }, 60_000);

  it('exportMessages', async () => {
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const { body } = await system.request('POST', '/v1/exports', { body: { since } });
    await eventually(async () => (await system.request('GET', `/v1/exports/${body.id}`)).body.state === 'done', 20_000);
    await system.request('POST', `/v1/exports/${body.id}/cancel`);
    const workflowId = `export/${system.workspace.id}/${body.id}`;
    expect(await client.workflow.getHandle(workflowId).result()).toMatchObject({ state: 'canceled' });
    expect(await replay([await historyOf('exportMessages', workflowId)])).toEqual([]);
  }, 60_000);

  it('export-ended-by-erasure', async () => {
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const { body } = await system.request('POST', '/v1/exports', { body: { since } });
    await eventually(async () => (await system.request('GET', `/v1/exports/${body.id}`)).body.state === 'done', 20_000);
    const running = client.workflow.getHandle(`export/${system.workspace.id}/${body.id}`);
    await running.signal('contactErased', { contactId: body.id, erasedAtMs: Date.now() });
    expect(await running.result()).toMatchObject({ state: 'expired', endedBecause: 'contactErased' });
    expect(await replay([await historyOf('export-ended-by-erasure', running.workflowId)])).toEqual([]);
  }, 60_000);

  it('deliverWebhooks', async () => {
    const receiver = await startWebhookReceiver();
    const made = await system.request('POST', '/v1/webhook-endpoints', { body: { url: receiver.url('/') } });
    const place = `/v1/webhook-endpoints/${made.body.id}`;
    const test = await system.request('POST', `${place}/test`);
    await receiver.wait('/', ({ id }) => id === test.body.id);
    const workflowId = `webhook/${system.workspace.id}/${made.body.id}`;
    expect(await client.workflow.getHandle(workflowId).result()).toMatchObject({ failed: 0 });
    expect(await replay([await historyOf('deliverWebhooks', workflowId)])).toEqual([]);
    await system.request('DELETE', place);
    await receiver.close();
  }, 60_000);

  it('archivePartitions, and a week that is archived, restored and released', async () => {
    const [{ week, start }] = oldWeeks(1) as [{ week: string; start: Date }];
    const workspaceIds = [system.workspace.id];
    await putOldMessages(system.databaseUrl, { workspaceIds, weekStart: start, conversations: 1, messagesEach: 5 });
    const run = (workflowType: string, workflowId: string, ...args: string[]) =>
      client.workflow.execute(workflowType, { taskQueue: 'maintenance', workflowId, args });
    await run('archivePartitions', 'archivePartitions');
    const histories = [await historyOf('archivePartitions', 'archivePartitions'), await historyOf('archiveWeek', `archive/${week}`)];
    for (const workflowType of ['restoreWeek', 'releaseWeek']) {
      await run(workflowType, `archive/${week}`, week);
      histories.push(await historyOf(workflowType, `archive/${week}`));
    }
    expect(await replay(histories)).toEqual([]);
  }, 60_000);

  it.each([
    'sweepMessages',
    'pollStatuses',
    'makePartitions',
    'anchorAudit',
    'finishErasures',
    'removeContents',
    'rewrapKeys',
    'sealStoredRows',
  ])(
    '%s',
    async (workflowType) => {
      await client.workflow.execute(workflowType, { taskQueue: 'maintenance', workflowId: workflowType });
      expect(await replay([await historyOf(workflowType, workflowType)])).toEqual([]);
    },
    60_000,
  );
});
