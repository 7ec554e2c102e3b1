import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql, testDirectory } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

const to = '+12125550130';
const withinMs = 60_000;
const workerThatDies = path.join(__dirname, '../support/workerThatDies.cjs');

// Both ways in which a first attempt can be made.
describe.each(['local', 'activity'])('a worker that is killed while it sends (first send: %s)', (firstSend) => {
  let system: System;

  beforeAll(async () => {
    const deaths = path.join(testDirectory(), `deaths-${firstSend}`);
    mkdirSync(deaths, { recursive: true });
    system = await startSystem({
      workspaces: 2,
      processes: [
        { name: 'server', roles: 'server' },
        { name: 'worker', roles: 'messages,sends', file: workerThatDies, env: { DEATHS_DIRECTORY: deaths } },
        { name: 'other', roles: 'messages,sends', file: workerThatDies, env: { DEATHS_DIRECTORY: deaths } },
        { name: 'limiter', roles: 'limiter,maintenance' },
      ],
      env: { FIRST_SEND: firstSend, RECONCILE_DELAYS_S: '1,2,3', PROVIDER_HOLD_S: '2' },
    });
    await sql(system.databaseUrl, `update workspace set ambiguous_policy = 'prefer-delivery' where id = $1`, [system.workspaces[1]?.id]);
  }, 60_000);
  afterAll(() => system.stop(), 60_000);

  it('between the attempt row and the request: the message is parked, and was not sent', async () => {
    const body = '[die between the attempt row and the request] a';
    const { body: message } = await system.send({ to, body });
    const parked = await system.message(message.id, ['parked'], { withinMs });
    expect(parked.error.code).toBe('outcome_unknown');
    expect(await system.ledger(body)).toHaveLength(0);
    const { body: trace } = await system.request('GET', `/v1/messages/${message.id}/trace`);
    expect(trace.attempts).toMatchObject([{ attempt: 1, status: 'uncertain' }]);
  }, 90_000);

  it('between the attempt row and the request, where delivery is preferred: the message is sent, once', async () => {
    const body = '[die between the attempt row and the request] b';
    const as = system.workspaces[1];
    const { body: message } = await system.send({ to, body }, undefined, as);
    const delivered = await system.message(message.id, ['delivered'], { withinMs, ...(as && { as }) });
    expect(delivered.attempt).toBe(2);
    expect(await system.ledger(body)).toHaveLength(1);
  }, 90_000);

  it('between the answer and the stored result: the callback brings the id, nothing is sent twice', async () => {
    const body = '[die between the answer and the stored result] c';
    const { body: message } = await system.send({ to, body });
    const delivered = await system.message(message.id, ['delivered'], { withinMs });
    const entries = await system.ledger(body);
    expect(entries).toHaveLength(1);
    expect(delivered).toMatchObject({ attempt: 1, providerMessageId: entries[0]?.sid });
  }, 90_000);

  it("between the answer and the stored result, with every callback lost: the provider's list brings the id", async () => {
    const body = '[die between the answer and the stored result] d';
    await system.control('POST', '/rules', { match: { bodyIncludes: body }, action: { callbacks: { drop: 1 } } });
    const { body: message } = await system.send({ to, body });
    const found = await system.message(message.id, ['delivered', 'sent', 'accepted'], { withinMs });
    const entries = await system.ledger(body);
    expect(entries).toHaveLength(1);
    expect(found).toMatchObject({ attempt: 1, providerMessageId: entries[0]?.sid });
    const { body: trace } = await system.request('GET', `/v1/messages/${message.id}/trace`);
    expect(trace.attempts[0].evidence).toMatch(/list shows it/);
  }, 90_000);

  it('and its neighbours go on: what was accepted meanwhile is delivered once each', async () => {
    const accepted = await Promise.all(Array.from({ length: 20 }, (_, index) => system.send({ to, body: `neighbour ${index}.` })));
    for (const { body } of accepted) await system.message(body.id, ['delivered'], { withinMs });
    expect(await system.ledger('neighbour ')).toHaveLength(20);
    // The dead are started again.
    await eventually(() => [...system.processes.values()].every((child) => child.pid() !== undefined));
  }, 90_000);
});
