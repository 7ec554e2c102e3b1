import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { anybody } from '../support/anybody.js';
import { attemptsThatLeft } from '../support/attempts.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

const withinMs = 40_000;
/** Waits that a test can live with; everything else is as the catalogue says. */
const hurried = Object.fromEntries(['NETWORK', 'CONGESTION', 'UNREACHABLE', 'CONFIGURATION'].map((name) => [name, { delayMaxMs: 1_000 }]));

async function clientOf(system: System): Promise<{ client: Client; close(): Promise<void> }> {
  const connection = await Connection.connect({ address: system.temporalAddress });
  return {
    client: new Client({ connection, namespace: system.temporalNamespace, dataConverter: system.dataConverter }),
    close: () => connection.close(),
  };
}

describe('a message that meets an error', () => {
  let system: System;
  let patient: DemoWorkspace;
  let temporal: Awaited<ReturnType<typeof clientOf>>;

  beforeAll(async () => {
    system = await startSystem({
      workspaces: 2,
      env: { RECONCILE_DELAYS_S: '1,2', PROVIDER_HOLD_S: '1', PROVIDER_RESPONSE_TIMEOUT_MS: '1500' },
    });
    patient = system.workspaces[1] as DemoWorkspace;
    temporal = await clientOf(system);
    expect((await system.request('PATCH', '/v1/workspace/errors', { body: hurried })).status).toBe(200);
    // What a rate error does to others is a matter of its own.
    await system.request('PATCH', '/v1/workspace/limits', { body: { cooldownMs: 0 } });
  }, 60_000);
  afterAll(async () => {
    await temporal.close();
    await system.stop();
  }, 60_000);

  const rule = (name: string, action: object, times?: number) =>
    system.control('POST', '/rules', { name, match: { bodyIncludes: name }, action, ...(times && { times }) });
  /** What came of the requests for one message, as the simulator saw them. */
  const requestsOf = async (name: string): Promise<string[]> => {
    const { requests } = await system.control('GET', '/requests');
    return requests.filter(({ ruleName }: { ruleName?: string }) => ruleName === name).map(({ outcome }: { outcome: string }) => outcome);
  };
  const eventsOf = async (id: string): Promise<{ status: string; attempt: number; error: { code: string } | null }[]> =>
    (await system.request('GET', `/v1/messages/${id}/trace`)).body.events;

  it.concurrent.each([
    ['INVALID_NUMBER', 21211],
    ['CONSENT', 21610],
    ['CONTENT', 21617],
    ['UNKNOWN', 21999],
  ])(
    'of class %s when it is sent fails at once by code %i, after one request',
    async (errorClass, code) => {
      const name = `refusal ${errorClass}`;
      await rule(name, { error: { code } });
      const { body } = await system.send({ to: anybody(), body: name });
      expect(await system.message(body.id, ['failed'], { withinMs })).toMatchObject({ error: { code: String(code) } });
      expect(await requestsOf(name)).toEqual([`error:${code}`]);
    },
    60_000,
  );

  it.concurrent.each([
    ['CONGESTION', 'failed', 30001, 3],
    ['UNREACHABLE', 'undelivered', 30003, 2],
    ['INVALID_NUMBER', 'undelivered', 30005, 1],
    ['AMBIGUOUS', 'undelivered', 30008, 1],
    ['UNKNOWN', 'undelivered', 39999, 1],
  ])(
    'of class %s after it was taken ends %s by code %i, after %i sends',
    async (errorClass, finalStatus, errorCode, sends) => {
      const name = `receipt ${errorClass}`;
      await rule(name, { callbacks: { finalStatus, errorCode } });
      const { body } = await system.send({ to: anybody(), body: name });
      const ended = await system.message(body.id, [finalStatus], { withinMs });
      expect(ended).toMatchObject({ error: { code: String(errorCode) } });
      expect(await requestsOf(name)).toHaveLength(sends);
      const attempts = await attemptsThatLeft(system, body.id);
      expect(attempts).toHaveLength(sends);
      for (const attempt of attempts) expect(attempt).toMatchObject({ status: finalStatus, error: { code: String(errorCode) } });
    },
    60_000,
  );

  it.concurrent('that passes, after it was taken, is queued with the error, sent once more and delivered', async () => {
    await rule('passes', { callbacks: { finalStatus: 'failed', errorCode: 30022, times: 3 } }, 1);
    const { body } = await system.send({ to: anybody(), body: 'passes' });
    const delivered = await system.message(body.id, ['delivered'], { withinMs });
    const entries = await system.ledger('passes');
    expect(entries).toHaveLength(2);
    expect(delivered).toMatchObject({ error: null, providerMessageId: entries[1]?.sid });
    const again = (await eventsOf(body.id)).filter(({ status, error }) => status === 'queued' && error);
    expect(again).toMatchObject([{ error: { code: '30022' } }]);
  }, 60_000);

  it.concurrent.each([
    ['taken', { callbacks: { finalStatus: 'undelivered', errorCode: 30610 } }],
    ['sent', { error: { code: 30610 } }],
  ])(
    'of class QUIET_HOURS when it is %s is put off until the hours of its recipient, with a validity that grows by the wait, and sent then',
    async (when, action) => {
      const name = `at night when ${when}`;
      await rule(name, action, 1);
      const { body } = await system.send({ to: anybody(), body: name });
      const put = await system.message(body.id, ['scheduled'], { withinMs });
      expect(put).toMatchObject({ error: { code: '30610' } });
      const waitMs = Date.parse(put.sendAt) - Date.parse(put.createdAt);
      expect(waitMs).toBeGreaterThan(3_500_000);
      expect(Math.abs(Date.parse(put.validUntil) - Date.parse(body.validUntil) - waitMs)).toBeLessThan(60_000);
      const handle = temporal.client.workflow.getHandle(`msg/${system.workspace.id}/${body.id}`);
      await eventually(
        async () => (await system.request('GET', `/v1/messages/${body.id}/trace`)).body.workflow?.state?.step === 'scheduled',
      );

      // The morning comes.
      await sql(system.databaseUrl, 'update message set send_at = now() where id = $1', [body.id]);
      await handle.signal('cancelRequested');
      expect(await system.message(body.id, ['delivered'], { withinMs })).toMatchObject({ error: null });
      expect(await attemptsThatLeft(system, body.id)).toHaveLength(2);
      expect(await requestsOf(name)).toHaveLength(1);
    },
    60_000,
  );

  it.concurrent('that passes is sent once more also where only the list of the provider tells of it', async () => {
    await rule('listed', { http500: 'after', callbacks: { drop: 1, finalStatus: 'failed', errorCode: 30017 } }, 1);
    const { body } = await system.send({ to: anybody(), body: 'listed' });
    await system.message(body.id, ['delivered'], { withinMs });
    expect(await system.ledger('listed')).toHaveLength(2);
  }, 60_000);

  it.concurrent('of class RATE_LIMIT is tried until it is taken', async () => {
    await rule('rated', { rateLimited: {} }, 4);
    const { body } = await system.send({ to: anybody(), body: 'rated' });
    expect(await system.message(body.id, ['delivered'], { withinMs })).toMatchObject({ error: null });
    expect(await requestsOf('rated')).toEqual(Array.from({ length: 4 }, () => 'rateLimited'));
    expect(await system.ledger('rated')).toHaveLength(1);
  }, 60_000);

  it.concurrent('of class CONFIGURATION is kept, and sent when the account is in order', async () => {
    await rule('configured', { error: { code: 21408 } }, 4);
    const { body } = await system.send({ to: anybody(), body: 'configured' });
    expect(await system.message(body.id, ['delivered'], { withinMs })).toMatchObject({ error: null });
    const kept = (await eventsOf(body.id)).filter(({ status, error }) => status === 'queued' && error?.code === '21408');
    expect(kept).toHaveLength(4);
    expect(await attemptsThatLeft(system, body.id)).toHaveLength(5);
  }, 60_000);

  it.concurrent('of class CONFIGURATION is listed for support as unusual while it waits', async () => {
    await rule('suspended', { error: { code: 30002 } });
    const { body } = await system.send({ to: anybody(), body: 'suspended' }, undefined, patient);
    const waiting = await eventually(async () => {
      const { body: trace } = await system.request('GET', `/v1/messages/${body.id}/trace`, { as: patient });
      return trace.workflow?.state?.waitingUntil && trace.message.error && trace;
    });
    expect(waiting.message).toMatchObject({ status: 'queued', error: { code: '30002' } });
    const query = `MessageStatus = 'configuration' AND WorkspaceId = '${patient.id}'`;
    const listed = await eventually(async () => {
      for await (const { workflowId } of temporal.client.workflow.list({ query })) return workflowId;
    });
    expect(listed).toBe(`msg/${patient.id}/${body.id}`);
  }, 60_000);

  it.concurrent('of class AMBIGUOUS is looked into and parked, never sent again', async () => {
    await rule('doubtful', { http500: 'before' });
    const { body } = await system.send({ to: anybody(), body: 'doubtful' });
    expect(await system.message(body.id, ['parked'], { withinMs })).toMatchObject({ error: { code: 'outcome_unknown' } });
    expect(await requestsOf('doubtful')).toEqual(['http500:before']);
  }, 60_000);

  it.concurrent('of class DATABASE_CONSTRAINT fails with the reason, though it has no row', async () => {
    await sql(system.databaseUrl, `alter table message add constraint refused check (campaign is distinct from 'refused')`);
    const { status, body } = await system.send({ to: anybody(), body: 'unstorable', metadata: { campaign: 'refused' } });
    expect(status).toBe(202);
    expect(await system.message(body.id, ['failed'], { withinMs })).toMatchObject({ attempt: 0, error: { code: 'database_constraint' } });
    expect(await temporal.client.workflow.getHandle(`msg/${system.workspace.id}/${body.id}`).result()).toMatchObject({
      status: 'failed',
      error: { code: 'database_constraint', message: expect.stringContaining('23514') },
    });
    expect(await system.ledger('unstorable')).toHaveLength(0);
  }, 60_000);

  it('of class DATABASE_TIMEOUT waits on a durable timer, and is sent once when the database answers', async () => {
    const blocker = new pg.Client({ connectionString: system.databaseUrl });
    await blocker.connect();
    try {
      // Known to the process before the lock, as after any other message.
      await system.message((await system.send({ to: anybody(), body: 'before the lock' })).body.id, ['delivered']);
      await blocker.query('begin; lock table message_key in access exclusive mode');
      // Without a key: accepting reads nothing of the messages.
      const { body } = await system.request('POST', '/v1/messages', { body: { to: anybody(), body: 'locked out' } });
      const handle = temporal.client.workflow.getHandle(`msg/${system.workspace.id}/${body.id}`);
      await eventually(async () => (await handle.fetchHistory()).events?.some((event) => event.timerStartedEventAttributes), 30_000);
      await blocker.query('rollback');
      await system.message(body.id, ['delivered'], { withinMs });
      expect(await system.ledger('locked out')).toHaveLength(1);
    } finally {
      await blocker.end();
    }
  }, 90_000);
});

describe("a workspace's decisions about errors", () => {
  let system: System;
  let temporal: Awaited<ReturnType<typeof clientOf>>;

  beforeAll(async () => {
    // Nothing listens there: every connection is refused.
    system = await startSystem({ env: { TWILIO_API_BASE_URL: 'http://127.0.0.1:9' } });
    temporal = await clientOf(system);
  }, 60_000);
  afterAll(async () => {
    await temporal.close();
    await system.stop();
  }, 60_000);

  const errors = (method: string, body?: unknown) => system.request(method, '/v1/workspace/errors', body === undefined ? {} : { body });

  it('are shown with the classes that hold, and can be taken back', async () => {
    expect((await errors('GET')).body).toMatchObject({
      version: 3,
      classes: { INVALID_NUMBER: { retry: false, notify: 'workspace', overridden: false, codes: expect.arrayContaining(['21211']) } },
    });
    const changed = await errors('PATCH', { CONTENT: { retry: true, attemptsMax: 3 }, UNKNOWN: { notify: 'workspace' } });
    expect(changed.body.classes).toMatchObject({ CONTENT: { attemptsMax: 3, overridden: true }, UNKNOWN: { notify: 'workspace' } });
    await errors('PATCH', { CONTENT: null });
    const { classes } = (await errors('GET')).body;
    expect(classes).toMatchObject({ CONTENT: { retry: false, attemptsMax: 1, overridden: false }, UNKNOWN: { notify: 'workspace' } });
  });

  it.each<[unknown, string]>([
    [{ NETWORK: { attemptsMax: -1 } }, 'NETWORK.attemptsMax'],
    [{ AMBIGUOUS: { retry: true } }, 'AMBIGUOUS.retry'],
    [{ TYPO: { retry: true } }, 'TYPO'],
    [{ TYPO: null }, 'TYPO'],
    [{ NETWORK: 3 }, 'NETWORK'],
    [[], '(body)'],
  ])('are refused as %j, and nothing of them is stored', async (body, field) => {
    const before = (await errors('GET')).body;
    const refused = await errors('PATCH', body);
    expect(refused).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
    expect(refused.body.errors.map((error: { field: string }) => error.field)).toEqual([field]);
    expect((await errors('GET')).body).toEqual(before);
  });

  it('are for GET and PATCH, in JSON', async () => {
    expect(await errors('DELETE')).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    expect(await errors('PATCH', '{"NETWORK"')).toMatchObject({ status: 400, body: { code: 'malformed_json' } });
  });

  it.each([
    [3, { delayMaxMs: 1_000 }],
    [2, { delayMaxMs: 1_000, attemptsMax: 2 }],
  ])(
    'let a message whose provider can not be reached fail after %i visible tries with %j',
    async (attempts, NETWORK) => {
      expect((await errors('PATCH', { NETWORK })).status).toBe(200);
      // The worker that is not the server may remember what held before for some seconds.
      const failed = await eventually(async () => {
        const { body } = await system.send({ to: anybody(), body: 'nobody there' });
        await system.message(body.id, ['failed'], { withinMs });
        const { events } = await temporal.client.workflow.getHandle(`msg/${system.workspace.id}/${body.id}`).fetchHistory();
        const tries = events?.flatMap((event) => event.activityTaskStartedEventAttributes?.attempt ?? []);
        return tries?.join() === String(attempts) && (await system.request('GET', `/v1/messages/${body.id}`)).body;
      }, 30_000);
      expect(failed).toMatchObject({ attempt: 0, error: { code: 'provider_unreachable' } });
      expect(await system.ledger()).toHaveLength(0);
    },
    90_000,
  );
});
