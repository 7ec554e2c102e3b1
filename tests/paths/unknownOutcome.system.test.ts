import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { anybody } from '../support/anybody.js';
import { attemptsThatLeft } from '../support/attempts.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

const withinMs = 40_000;

let system: System;

beforeAll(async () => {
  system = await startSystem({
    workspaces: 3,
    env: {
      RECONCILE_DELAYS_S: '1,2,3',
      PROVIDER_HOLD_S: '2',
      PROVIDER_RESPONSE_TIMEOUT_MS: '1500',
      MESSAGE_VALIDITY_S: '20',
      RECEIPT_GRACE_S: '1',
    },
  });
  const eager = system.workspaces.slice(1).map(({ id }) => id);
  await sql(system.databaseUrl, `update workspace set ambiguous_policy = 'prefer-delivery' where id = any($1::uuid[])`, [eager]);
}, 60_000);
afterAll(() => system.stop(), 60_000);

const rule = (bodyIncludes: string, action: object, times?: number) =>
  system.control('POST', '/rules', { match: { bodyIncludes }, action, ...(times && { times }) });

/** Waits until a visibility query for these values of MessageStatus lists the message. */
async function listedAs(messageId: string, values: string[], { id } = system.workspace): Promise<void> {
  const connection = await Connection.connect({ address: system.temporalAddress });
  const { workflow } = new Client({ connection, namespace: system.temporalNamespace, dataConverter: system.dataConverter });
  const query = `MessageStatus IN (${values.map((value) => `'${value}'`).join()}) AND WorkspaceId = '${id}'`;
  try {
    await eventually(async () => {
      for await (const { workflowId } of workflow.list({ query })) if (workflowId === `msg/${id}/${messageId}`) return true;
      return false;
    });
  } finally {
    await connection.close();
  }
}

describe('a send whose outcome is not known', () => {
  it.concurrent.each([
    ['an error 500 after the provider took it', { http500: 'after' }],
    ['a connection cut after the provider took it', { cut: 'after' }],
    ['silence after the provider took it', { hang: 'after' }],
    ['an answer that can not be read', { notJson: 'after' }],
  ])(
    'by %s is found by its callbacks and never sent twice',
    async (name, action) => {
      await rule(`known: ${name}`, action);
      const { body } = await system.send({ to: anybody(), body: `known: ${name}` });
      const delivered = await system.message(body.id, ['delivered'], { withinMs });
      const entries = await system.ledger(`known: ${name}`);
      expect(entries).toHaveLength(1);
      expect(delivered).toMatchObject({ providerMessageId: entries[0]?.sid });
      expect(await attemptsThatLeft(system, body.id)).toHaveLength(1);
    },
    60_000,
  );

  it.concurrent("without callbacks is found in the provider's list", async () => {
    await rule('listed', { http500: 'after', callbacks: { drop: 1 } });
    const { body } = await system.send({ to: anybody(), body: 'listed only' });
    const found = await system.message(body.id, ['accepted', 'sent', 'delivered'], { withinMs });
    expect(found.providerMessageId).toBe((await system.ledger('listed only'))[0]?.sid);
    expect(await system.ledger('listed only')).toHaveLength(1);
  }, 60_000);

  it.concurrent('and that the provider never had is parked, or sent once more where delivery is preferred', async () => {
    await rule('never had', { http500: 'before' }, 2);
    const [cautious, eager] = system.workspaces;
    const first = await system.send({ to: anybody(), body: 'never had 1' }, undefined, cautious);
    const second = await system.send({ to: anybody(), body: 'never had 2' }, undefined, eager);
    expect(await system.message(first.body.id, ['parked'], { withinMs })).toMatchObject({ error: { code: 'outcome_unknown' } });
    await system.message(second.body.id, ['delivered'], { withinMs, ...(eager && { as: eager }) });
    expect(await attemptsThatLeft(system, second.body.id, eager)).toHaveLength(2);
    expect(await system.ledger('never had 1')).toHaveLength(0);
    expect(await system.ledger('never had 2')).toHaveLength(1);
  }, 60_000);

  it.concurrent('and that was given up, but could not be sent once more in time, is parked and not called expired', async () => {
    const as = system.workspaces[2] as System['workspace'];
    await rule('given up', { http500: 'before' }, 1);
    await rule('sets back', { rateLimited: { retryAfterS: 600 } });
    const { body: doubtful } = await system.send({ to: anybody(), body: 'given up, and out of time' }, undefined, as);
    await system.message(doubtful.id, ['uncertain'], { as });
    // The refusal stops the workspace for a minute: longer than both are of use.
    const { body: never } = await system.send({ to: anybody(), body: 'sets back its workspace' }, undefined, as);

    const parked = await system.message(doubtful.id, ['parked', 'expired'], { withinMs, as });
    expect(parked).toMatchObject({ status: 'parked', error: { code: 'outcome_unknown' } });
    expect(parked.error.message).toMatch(/^attempt \d+: .*500.*; its validity was over before it was sent once more$/);
    const attempts = await attemptsThatLeft(system, doubtful.id, as);
    expect(attempts).toMatchObject([{ status: 'abandoned', evidence: expect.stringMatching(/no proof/) }]);
    await listedAs(doubtful.id, ['parked'], as);
    // Nobody doubts that the provider refused this one.
    expect(await system.message(never.id, ['expired'], { withinMs, as })).toMatchObject({ error: { code: 'expired' } });
  }, 90_000);

  it.concurrent('is listed for support by a visibility query while it lasts', async () => {
    await rule('stuck', { http500: 'before' });
    const { body } = await system.send({ to: anybody(), body: 'stuck for support' });
    await listedAs(body.id, ['uncertain', 'parked']);
    const trace = await eventually(async () => {
      const answer = await system.request('GET', `/v1/messages/${body.id}/trace`);
      return answer.body.workflow.state && answer.body;
    });
    expect(['reconciling', 'recording', 'closed']).toContain(trace.workflow.state.step);
    await system.message(body.id, ['parked'], { withinMs });
  }, 60_000);

  it.concurrent('of two equal texts to one number is found where both are there, and parked where one is missing', async () => {
    const to = anybody();
    const twins = 'equal text to one number';
    await rule(twins, { http500: 'after', callbacks: { drop: 1 } });
    const both = await Promise.all([system.send({ to, body: twins }), system.send({ to, body: twins })]);
    const found = await Promise.all(both.map(({ body }) => system.message(body.id, ['accepted', 'sent', 'delivered'], { withinMs })));
    expect(new Set(found.map(({ providerMessageId }) => providerMessageId))).toEqual(
      new Set((await system.ledger(twins)).map(({ sid }) => sid)),
    );

    const lone = 'one of two equal texts';
    await rule(lone, { http500: 'after', callbacks: { drop: 1 } }, 1);
    await rule(lone, { http500: 'before' });
    const pair = await Promise.all([system.send({ to, body: lone }), system.send({ to, body: lone })]);
    for (const { body } of pair) expect(await system.message(body.id, ['parked'], { withinMs })).toMatchObject({ status: 'parked' });
    expect(await system.ledger(lone)).toHaveLength(1);
  }, 90_000);

  it.concurrent('yields to evidence that comes after it was parked', async () => {
    await rule('late evidence', { http500: 'after', listLagMs: 600_000, callbacks: { delayMs: 20_000 } });
    const { body } = await system.send({ to: anybody(), body: 'late evidence' });
    await system.message(body.id, ['parked'], { withinMs });
    const delivered = await system.message(body.id, ['delivered'], { withinMs });
    expect(delivered).toMatchObject({ error: null, providerMessageId: (await system.ledger('late evidence'))[0]?.sid });
  }, 90_000);
});

describe('a message whose receipts are lost', () => {
  it.concurrent('is asked for once when its time is over', async () => {
    await rule('no receipts', { callbacks: { drop: 1 } });
    const { body } = await system.send({ to: anybody(), body: 'no receipts' });
    await system.message(body.id, ['accepted']);
    await system.message(body.id, ['delivered'], { withinMs });
  }, 60_000);

  it.concurrent('closes as unknown where the provider does not know either, and never counts as delivered', async () => {
    await rule('nobody knows', { callbacks: { statuses: [{ status: 'sent', delayMs: 20 }] } });
    const { body } = await system.send({ to: anybody(), body: 'nobody knows' });
    expect(await system.message(body.id, ['unknown'], { withinMs })).toMatchObject({ error: { code: 'no_receipt' } });
  }, 60_000);
});

describe('a provider that can not be reached', () => {
  it('gets the message once it can be reached again, and is told apart from a doubtful send', async () => {
    await system.request('PATCH', '/v1/workspace/limits', { body: { cooldownMs: 0 } });
    await rule('pauses', { rateLimited: { retryAfterS: 1 } }, 2);
    const { body } = await system.send({ to: anybody(), body: 'pauses' });
    await system.message(body.id, ['delivered'], { withinMs });
    expect(await attemptsThatLeft(system, body.id)).toHaveLength(3);
    expect(await system.ledger('pauses')).toHaveLength(1);
  }, 60_000);
});
