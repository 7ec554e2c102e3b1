import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { anybody } from '../support/anybody.js';
import { attemptsThatLeft } from '../support/attempts.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { operator } from '../support/operator.js';
import { addStandbyAccounts, encryptionKey, type Standby, startStandby } from '../support/standby.js';
import { type Answer, type System, startSystem } from '../support/system.js';

const withinMs = 40_000;
const openS = 1;

let system: System;
let standby: Standby;
let standbyNumbers: string[];
const as = (index: number) => system.workspaces[index] as DemoWorkspace;

beforeAll(async () => {
  standby = await startStandby();
  system = await startSystem({
    workspaces: 10,
    encryptionKey,
    env: {
      ...standby.env,
      BREAKER_FAILURES: '3',
      BREAKER_OPEN_S: String(openS),
      RECONCILE_DELAYS_S: '1,2',
      PROVIDER_HOLD_S: '1',
      PROVIDER_RESPONSE_TIMEOUT_MS: '5000',
    },
  });
  standbyNumbers = await addStandbyAccounts(system.databaseUrl, system.workspaces);
}, 60_000);
afterAll(async () => {
  await system.stop();
  await standby.close();
}, 60_000);

const routes = (body: unknown, index: number, method = 'PUT'): Promise<Answer> =>
  system.request(method, '/v1/workspace/routes', { ...(method === 'PUT' && { body }), as: as(index) });
const entry = (provider: string, weight: number) => ({ provider, weight });
const primaryFirst = { US: [entry('twilio', 100), entry('twilio-standby', 0)] };
const force = (index: number, breaker: string, body: object) =>
  system.request('PUT', `/v1/workspace/breakers/${breaker}`, { body, as: as(index) });
const breakerOf = async (index: number, scope: string, subject: string) => {
  const { body } = await system.request('GET', '/v1/workspace/breakers', { as: as(index) });
  return body.data.find((one: { scope: string; subject: string }) => one.scope === scope && one.subject === subject);
};
const rule = (bodyIncludes: string, action: object, times?: number) =>
  system.control('POST', '/rules', { match: { bodyIncludes }, action, ...(times && { times }) });
const send = async (body: string, index: number, more: object = {}): Promise<any> =>
  (await system.send({ to: anybody(), body, ...more }, undefined, as(index))).body;
const ended = (id: string, statuses: string[], index: number) => system.message(id, statuses, { withinMs, as: as(index) });
const traceOf = async (id: string, index: number) => (await system.request('GET', `/v1/messages/${id}/trace`, { as: as(index) })).body;
const attemptsOf = async (id: string, index: number): Promise<[string, string][]> =>
  (await attemptsThatLeft(system, id, as(index))).map(({ provider, status }) => [provider, status]);
/** The message while it waits for a breaker, as support sees it. */
const waiting = (id: string, index: number) =>
  eventually(async () => {
    const trace = await traceOf(id, index);
    return trace.workflow?.state?.waitingFor === 'breaker' && trace;
  }, withinMs);

describe('a message whose provider does not take it', () => {
  it.concurrent.each([
    ['refuses for its rate', { rateLimited: {} }, 'notSent'],
    ['refuses the credentials', { error: { code: 20003 } }, 'failed'],
    ['does not know the sender', { error: { code: 21606 } }, 'failed'],
  ])(
    'because it %s leaves once, by the next one and from its number',
    async (name, action, first) => {
      await routes({ routes: primaryFirst }, 0);
      await rule(name, action);
      const accepted = await send(name, 0);
      expect(standbyNumbers).not.toContain(accepted.from);
      const delivered = await ended(accepted.id, ['delivered'], 0);
      expect(delivered).toMatchObject({ from: standbyNumbers[0], error: null });
      expect(await attemptsOf(accepted.id, 0)).toEqual([
        ['twilio', first],
        ['twilio-standby', 'delivered'],
      ]);
      expect(await system.ledger(name)).toHaveLength(0);
      expect((await standby.ledger(name)).map(({ sid }) => sid)).toEqual([delivered.providerMessageId]);
    },
    60_000,
  );

  it.concurrent('and may have taken it is looked into there, and never sent by another', async () => {
    await routes({ routes: primaryFirst }, 1);
    await rule('doubtful', { http500: 'before' });
    const { id } = await send('doubtful', 1);
    await ended(id, ['parked'], 1);
    expect(await attemptsOf(id, 1)).toEqual([['twilio', 'uncertain']]);

    // Nor where somebody wants it sent once more, though the other is better off.
    expect((await force(1, 'account/twilio', { state: 'open', forSeconds: 600 })).status).toBe(200);
    const retried = await system.request('POST', `/v1/messages/${id}/retry`, { body: { confirm: 'may-have-been-sent' }, as: as(1) });
    expect(retried).toMatchObject({ status: 200, body: { outcome: 'queued' } });
    expect((await waiting(id, 1)).message).toMatchObject({ status: 'queued' });
    expect(await attemptsOf(id, 1)).toEqual([['twilio', 'abandoned']]);
    expect(await standby.ledger('doubtful')).toHaveLength(0);
  }, 60_000);

  it.concurrent('keeps to a number that was asked for', async () => {
    await routes({ routes: primaryFirst }, 2);
    await rule('asked for', { rateLimited: {} }, 1);
    await system.request('PATCH', '/v1/workspace/limits', { body: { cooldownMs: 0 }, as: as(2) });
    const from = as(2).senders[0] as string;
    const { id } = await send('asked for', 2, { from });
    expect(await ended(id, ['delivered'], 2)).toMatchObject({ from });
    expect(await standby.ledger('asked for')).toHaveLength(0);
  }, 60_000);
});

describe('an open breaker', () => {
  it.concurrent('burns no attempts, lets exactly one message through when its time is over, and then all of them', async () => {
    // In doubt, and so never sent again: no other request can come between.
    await rule('brings it down', { http500: 'before' });
    await rule('one by one', { delayMs: 2_000 }, 1);
    const from = as(3).senders[0] as string;
    await Promise.all([1, 2, 3].map((index) => send(`brings it down ${index}.`, 3, { from })));
    await eventually(async () => (await breakerOf(3, 'account', 'twilio')).state !== 'closed');
    const held = await Promise.all(Array.from({ length: 10 }, (_, index) => send(`one by one ${index}.`, 3, { from })));
    // The one that tried among them, as the others.
    for (const { id } of held) {
      await ended(id, ['delivered'], 3);
      expect(await attemptsOf(id, 3)).toHaveLength(1);
    }
    const [first, ...others] = (await system.ledger('one by one')).sort((a, b) => a.acceptedAtMs - b.acceptedAtMs);
    expect(others).toHaveLength(9);
    // That is answered after two seconds; until then no other request comes.
    for (const { requestReceivedAtMs } of others) expect(requestReceivedAtMs).toBeGreaterThanOrEqual((first?.acceptedAtMs ?? 0) + 1_900);
    expect(await breakerOf(3, 'account', 'twilio')).toMatchObject({ state: 'closed', reason: null });
    const { body: told } = await system.request('GET', '/v1/notifications', { as: as(3) });
    expect(told.data).toContainEqual(expect.objectContaining({ kind: 'breaker.opened', subject: 'account/twilio', count: 1 }));
  }, 60_000);

  it.concurrent('that a person opened is seen by who waits, and closes when its time is over', async () => {
    const from = as(4).senders[0] as string;
    const forced = await force(4, 'account/twilio', { state: 'open', forSeconds: 8, reason: 'maintenance at the provider' });
    expect(forced).toMatchObject({
      status: 200,
      body: { state: 'open', forced: { state: 'open' }, reason: 'maintenance at the provider' },
    });
    const { id } = await send('behind a forced breaker', 4, { from });
    const { message, workflow, attempts } = await waiting(id, 4);
    expect(message).toMatchObject({ status: 'queued', attempt: 0 });
    expect(attempts).toEqual([]);
    expect(Date.parse(workflow.state.waitingUntil)).toBeGreaterThan(Date.parse(forced.body.forced.until) - 5_000);
    const { body: workspace } = await system.request('GET', '/v1/workspace', { as: as(4) });
    expect(workspace.breakers).toMatchObject([{ scope: 'account', subject: 'twilio', state: 'open' }]);
    await ended(id, ['delivered'], 4);
    const [entryOf] = await system.ledger('behind a forced breaker');
    expect(entryOf?.requestReceivedAtMs).toBeGreaterThanOrEqual(Date.parse(forced.body.forced.until));
    expect(await breakerOf(4, 'account', 'twilio')).toMatchObject({ state: 'closed', forced: null });
  }, 60_000);

  it.concurrent('sends what may leave by another provider at once, and keeps what may not until its validity ends', async () => {
    await routes({ routes: primaryFirst }, 5);
    await force(5, 'account/twilio', { state: 'open', forSeconds: 600 });
    const { id } = await send('around it', 5);
    expect(await ended(id, ['delivered'], 5)).toMatchObject({ from: standbyNumbers[5] });
    expect(await attemptsOf(id, 5)).toHaveLength(1);
    const kept = await send('out of time', 5, { from: as(5).senders[0], validitySeconds: 3 });
    expect(await ended(kept.id, ['expired'], 5)).toMatchObject({ attempt: 0, error: { code: 'expired' } });
    expect(await system.ledger('out of time')).toHaveLength(0);
  }, 60_000);

  it.concurrent('of a sender stops that sender and no other', async () => {
    const [sick, other] = as(6).senders as [string, string];
    await system.request('PATCH', '/v1/workspace/errors', { body: { CONFIGURATION: { delayMaxMs: 1_000 } }, as: as(6) });
    const sickness = await system.control('POST', '/rules', {
      match: { from: sick, bodyIncludes: 'unregistered' },
      action: { error: { code: 21606 } },
    });
    const { id } = await send('unregistered', 6, { from: sick });
    await eventually(async () => (await breakerOf(6, 'sender', sick)).state !== 'closed', withinMs);
    const free = await send('from another number', 6, { from: other });
    await ended(free.id, ['delivered'], 6);
    expect(await attemptsOf(free.id, 6)).toHaveLength(1);
    await system.control('DELETE', `/rules/${sickness.id}`);
    expect(await ended(id, ['delivered'], 6)).toMatchObject({ from: sick });
    // Each refusal was an attempt, three of them opened the breaker, and the last attempt was the one that left.
    const { requests } = (await system.control('GET', '/requests')) as { requests: { ruleName: string | null }[] };
    const refused = requests.filter(({ ruleName }) => ruleName === sickness.name).length;
    expect(refused).toBeGreaterThanOrEqual(3);
    expect(await attemptsOf(id, 6)).toHaveLength(refused + 1);
    expect(await breakerOf(6, 'sender', sick)).toMatchObject({ state: 'closed' });
  }, 60_000);

  it.concurrent('is opened, listed and left to itself on the command line, with an audit', async () => {
    const workspace = as(7);
    const from = workspace.senders[0] as string;
    const opened = await operator(system, workspace, 'breaker', 'open', 'account/twilio', '--for', '1h', '--reason', 'a drill');
    expect(opened).toMatchObject({ code: 0, err: '' });
    const { id } = await send('behind a drill', 7, { from });
    await waiting(id, 7);
    const listed = await operator(system, workspace, 'breaker', 'list');
    expect(listed.out).toMatch(/account\/twilio +twilio +open .*a drill\n/);
    expect(listed.out).toMatch(/account\/twilio-standby +twilio-standby +closed/);
    expect(await operator(system, workspace, 'breaker', 'auto', 'account/twilio')).toMatchObject({ code: 0 });
    await ended(id, ['delivered'], 7);
    expect(await operator(system, workspace, 'breaker', 'open', 'account/nobody')).toMatchObject({ code: 1 });
    expect(await operator(system, workspace, 'breaker', 'open', 'account/twilio', '--for', 'ever')).toMatchObject({ code: 2 });
    const audit = await sql<{ action: string; details: object }>(
      system.databaseUrl,
      `select action, details from audit_event where workspace_id = $1 and actor <> 'operator' order by at, id`,
      [workspace.id],
    );
    expect(audit).toMatchObject([
      { action: 'breaker.forced', details: { scope: 'account', subject: 'twilio', state: 'open', reason: 'a drill' } },
      { action: 'breaker.left_to_itself', details: { subject: 'twilio' } },
    ]);
  }, 60_000);
});

describe('routes', () => {
  it.concurrent('share the messages out, and keep a conversation at its number', async () => {
    const { body } = await routes({ routes: { '*': [entry('twilio', 50), entry('twilio-standby', 50)] }, reason: 'both' }, 8);
    expect(body.routes['*']).toEqual([
      { provider: 'twilio', weight: 50, order: 1 },
      { provider: 'twilio-standby', weight: 50, order: 2 },
    ]);
    expect(body.providers).toMatchObject([
      { provider: 'twilio', health: 1, senders: expect.arrayContaining(as(8).senders) },
      { provider: 'twilio-standby', health: 1, senders: [standbyNumbers[8]] },
    ]);
    const people = Array.from({ length: 16 }, anybody);
    const from = async (text: string) => {
      const sent = await Promise.all(people.map((to) => send(text, 8, { to })));
      return Promise.all(sent.map(async ({ id }) => (await ended(id, ['delivered'], 8)).from as string));
    };
    const first = await from('shared out');
    expect(new Set(first.map((number) => number === standbyNumbers[8])).size).toBe(2);
    expect(await from('and once more')).toEqual(first);
    expect((await standby.ledger('shared out')).length + (await system.ledger('shared out')).length).toBe(16);
    const [audited] = await sql<{ details: object }>(
      system.databaseUrl,
      `select details from audit_event where workspace_id = $1 and action = 'routes.changed'`,
      [as(8).id],
    );
    expect(audited?.details).toMatchObject({ reason: 'both', before: {}, after: body.routes });
  }, 60_000);

  it.concurrent.each<[unknown, string, RegExp]>([
    [{ US: [entry('twilio', 60), entry('twilio-standby', 30)] }, 'routes.US', /sum to 90, not to 100/],
    [{ US: [entry('twilio', 60), entry('twilio', 40)] }, 'routes.US', /names a provider twice/],
    [{ US: [{ ...entry('twilio', 60), order: 2 }, entry('twilio-standby', 40)] }, 'routes.US', /same place/],
    [{ US: [entry('twilio', 100.5)] }, 'routes.US.0.weight', /from 0 to 100/],
    [{ US: [entry('nobody', 100)] }, 'routes.US.0.provider', /is nobody, at which this workspace has no account/],
    [{ XX: [entry('twilio', 100)] }, 'routes.XX', /is not a country/],
    [{ US: [] }, 'routes.US', /is empty/],
    [undefined, 'routes', /is required/],
  ])('that make no sense are refused: %j', async (given, field, words) => {
    const answer = await routes({ routes: given }, 9);
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
    expect(answer.body.errors[0]).toMatchObject({ field, message: expect.stringMatching(words) });
    expect((await routes(undefined, 9, 'GET')).body.routes).toEqual({});
  });

  it.concurrent('and breakers refuse what is not there, and say what is', async () => {
    expect(await force(9, 'account/nobody', { state: 'open', forSeconds: 60 })).toMatchObject({ status: 404, body: { code: 'not_found' } });
    for (const [body, field] of [
      [{ state: 'ajar', forSeconds: 60 }, 'state'],
      [{ state: 'open' }, 'forSeconds'],
      [{ state: 'auto', forSeconds: 60 }, 'forSeconds'],
      [{ state: 'open', forSeconds: 1_000_000 }, 'forSeconds'],
    ] as const) {
      const answer = await force(9, 'account/twilio', body);
      expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([422, field]);
    }
    expect(await system.request('DELETE', '/v1/workspace/routes', { as: as(9) })).toMatchObject({ status: 405 });
  });
});
