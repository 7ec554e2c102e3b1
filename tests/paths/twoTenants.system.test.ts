import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { type DocumentedOperation, documentedOperations } from '../support/openapi/contract.js';
import { exampleQueryOf, targetOf } from '../support/openapi/requestOf.js';
import { makeWorld, type World } from '../support/openapi/world.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
let ours: DemoWorkspace;
let theirs: DemoWorkspace;
let world: World;
/** What only they may ever see. */
let secrets: string[];

beforeAll(async () => {
  system = await startSystem({ workspaces: 2, env: { WEBHOOK_TARGETS: 'any' } });
  [ours, theirs] = system.workspaces as [DemoWorkspace, DemoWorkspace];
  [world] = await Promise.all([makeWorld(system, theirs, 'canary-of-theirs'), makeWorld(system, ours, 'ours')]);
  const { canary, message, conversation, redrive, cancellation, webhookEndpoint, webhookDelivery, notification, apiKey } = world;
  const ids = [message, conversation, redrive, cancellation, webhookEndpoint, webhookDelivery, notification, apiKey];
  secrets = [canary, ...ids, world.suppressedNumber, theirs.id, theirs.apiKey, ...theirs.senders];
}, 60_000);
afterAll(() => system.stop(), 60_000);

/** Kinds whose names belong to one workspace. The others name a place that everybody has: there one must find one's own. */
const owned = new Set([
  'message',
  'conversation',
  'contact',
  'redrive',
  'cancellation',
  'webhookEndpoint',
  'webhookDelivery',
  'notification',
  'apiKey',
  'export',
  'person',
  'suppressedNumber',
]);
/** By a number, which anybody may write down, these make something of one's own. */
const makesOurs = new Set(['suppressNumber', 'putSender']);
const named = ({ parameters }: DocumentedOperation) => parameters.flatMap((one) => one['x-names'] ?? []);
const toOwned = documentedOperations.filter((one) => named(one).some((name) => owned.has(name)));
const reading = documentedOperations.filter(({ method }) => method === 'GET');
const titled = (operations: readonly DocumentedOperation[]) => operations.map((one) => [one.id, one] as const);
const targetIn = (operation: DocumentedOperation, of: World, query = exampleQueryOf(operation)) =>
  targetOf(operation, (names) => of[names as keyof World], query);

/** Secrets of theirs in an answer, but for what was asked by. */
function leaks(asked: string, answer: { body: unknown; headers: Headers }): string[] {
  const text = JSON.stringify([answer.body, [...answer.headers]]);
  return secrets.filter((secret) => text.includes(secret) && !decodeURIComponent(asked).includes(secret));
}

/** What moves by itself. */
const moving = new Set([
  'at',
  'ageS',
  'oldestAgeS',
  'perMinute',
  'lastUsedAt',
  'attempts',
  'dueAt',
  'lastAttemptAt',
  'failingSince',
  'url',
  'urlExpiresAt',
  'error',
  // What the installation and its limiters do meanwhile, and when and by whom a record was taken out.
  'schedules',
  'free',
  'held',
  'bookedUntil',
  'drainedAt',
  'inWords',
  'exported',
  'signature',
]);
/** Counted some seconds later than what it counts. */
const following = new Set(['getMetrics']);
const still = (value: unknown) => JSON.parse(JSON.stringify(value, (key, one) => (moving.has(key) ? undefined : one)));

/** All that they see of their own workspace. */
async function everythingOfTheirs(): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {};
  for (const operation of reading) {
    const { status, body } = await system.request('GET', targetIn(operation, world), { as: theirs });
    expect([operation.id, status]).toEqual([operation.id, 200]);
    if (!following.has(operation.id)) seen[operation.id] = still(body);
  }
  return seen;
}

describe('with the key of another workspace', () => {
  it('whatever names a thing of theirs is not found, and nothing of theirs is told or changed', async () => {
    const before = await everythingOfTheirs();
    expect(JSON.stringify(before)).toContain(world.canary);
    const told: unknown[] = [];
    for (const operation of documentedOperations.filter(({ id }) => !makesOurs.has(id))) {
      const target = targetIn(operation, world);
      const mayBeOurs = !toOwned.includes(operation);
      const answer = await system.request(operation.method, target, { as: ours, body: operation.body?.example });
      const leaked = leaks(target, answer);
      if (leaked.length > 0 || (!mayBeOurs && answer.status !== 404)) told.push([operation.id, answer.status, leaked]);
    }
    expect(told).toEqual([]);
    expect(await everythingOfTheirs()).toEqual(before);
  }, 60_000);

  it.each(titled(reading.filter(({ parameters }) => parameters.some(({ name }) => name === 'cursor'))))(
    'a cursor of theirs leads to nothing of theirs: %s',
    async (_id, operation) => {
      const theirPage = await system.request('GET', targetIn(operation, world, { limit: 1 }), { as: theirs });
      const cursor = theirPage.body.nextCursor ?? Buffer.from(JSON.stringify([Date.now(), world.message])).toString('base64url');
      const target = targetIn(operation, world, { cursor });
      const answer = await system.request('GET', target, { as: ours });
      // Signed for one workspace and one list; a conversation of theirs is not found before that is looked at.
      expect([400, 404]).toContain(answer.status);
      expect(leaks(target, answer)).toEqual([]);
    },
  );

  it('a sender of theirs is none of ours, wherever a request names one', async () => {
    const from = theirs.senders[0] as string;
    const refused = { status: 422, body: { code: 'unknown_sender' } };
    expect(await system.send({ to: '+14155552671', body: 'x', from }, undefined, ours)).toMatchObject(refused);
    const filter = { from, lane: ['bulk'] };
    expect(await system.request('POST', '/v1/queues/outbound/cancel', { as: ours, body: { filter } })).toMatchObject(refused);
    expect(await system.request('POST', '/v1/queues/failed/redrive', { as: ours, body: { filter } })).toMatchObject(refused);
    const senders = [{ phoneNumber: from, ratePerSecond: 1, burst: 1 }];
    expect(await system.request('PATCH', '/v1/workspace/limits', { as: ours, body: { senders } })).toMatchObject(refused);
    const breaker = `/v1/workspace/breakers/sender/${encodeURIComponent(from)}`;
    expect(await system.request('PUT', breaker, { as: ours, body: { state: 'auto' } })).toMatchObject({ status: 404 });
  });

  it('the same key of idempotency is another in another workspace', async () => {
    const message = { to: '+14155552671', body: 'the same' };
    const [one, two] = [await system.send(message, 'same-key', ours), await system.send(message, 'same-key', theirs)];
    expect([one.status, two.status]).toEqual([202, 202]);
    expect(one.body.id).not.toBe(two.body.id);
    expect(two.headers.get('idempotent-replayed')).toBeNull();
  });
});
