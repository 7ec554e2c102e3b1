import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { receive, received } from '../support/inbound.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
let client: Client;

beforeAll(async () => {
  system = await startSystem();
  client = system.temporal;
}, 60_000);
afterAll(() => system.stop(), 60_000);

/** A run of a scheduled workflow beside its schedule. */
const runNow = (workflowType: string) =>
  client.workflow.execute(workflowType, { taskQueue: 'maintenance', workflowId: `${workflowType}/${randomUUID()}` });
/** Makes a message look as if nothing had changed it for two minutes; its row may still be on its way. */
const quiet = (id: string) =>
  eventually(
    async () =>
      (await sql(system.databaseUrl, `update message set updated_at = now() - interval '2 minutes' where id = $1 returning id`, [id]))
        .length > 0,
  );
const isRecorded = async (id: string) =>
  (await sql<{ recorded_at: Date | null }>(system.databaseUrl, 'select recorded_at from message where id = $1', [id]))[0]?.recorded_at !==
  null;

describe('the sweep', () => {
  it('runs by itself, as a schedule that people see in the Temporal Web UI', async () => {
    for (const id of ['sweep-messages', 'poll-statuses']) {
      const { spec } = await client.schedule.getHandle(id).describe();
      expect(spec.intervals).toMatchObject([{ every: 60_000 }]);
    }
  });

  it('gives a stored message whose workflow is gone a new one, which sends it once', async () => {
    const { body } = await system.send({ to: '+12125550190', body: 'left alone', sendAt: new Date(Date.now() + 5_000).toISOString() });
    await system.message(body.id, ['scheduled']);
    await quiet(body.id);
    await client.workflow.getHandle(`msg/${system.workspace.id}/${body.id}`).terminate('an accident');
    // Temporal's list of what runs lags behind: until it has heard of the end, the message counts as cared for.
    await eventually(
      async () => {
        await runNow('sweepMessages');
        return (await system.ledger('left alone')).length > 0;
      },
      45_000,
      500,
    );
    await system.message(body.id, ['delivered'], { withinMs: 30_000 });
    expect(await system.ledger('left alone')).toHaveLength(1);
  }, 60_000);

  it('leaves a message alone whose workflow waits for its time', async () => {
    const { body } = await system.send({ to: '+12125550191', body: 'waits', sendAt: new Date(Date.now() + 3_600_000).toISOString() });
    await system.message(body.id, ['scheduled']);
    await quiet(body.id);
    expect(await runNow('sweepMessages')).toMatchObject({ looked: 1, started: 0, told: 0 });
  }, 60_000);

  it('takes up a message that came in and that no workflow has taken up', async () => {
    const from = '+12125550195';
    await receive(system, { from, body: 'overlooked' });
    const { id, conversationId } = await received(system, from, 'overlooked');
    await client.workflow.getHandle(`in/${system.workspace.id}/${id}`).result();
    // As after a start that Temporal did not take: stored two minutes ago, and in no conversation.
    await sql(system.databaseUrl, 'update message set recorded_at = null where id = $1', [id]);
    await quiet(id);
    await sql(system.databaseUrl, 'update contact set last_message_at = null where id = $1', [conversationId]);
    expect(await runNow('sweepMessages')).toMatchObject({ started: 1 });
    await received(system, from, 'overlooked');
    expect(await isRecorded(id)).toBe(true);
    expect(await runNow('sweepMessages')).toMatchObject({ started: 0 });
  }, 60_000);

  it('tells a workflow how its message has ended, where whoever stored that died before saying so', async () => {
    await system.control('POST', '/rules', { match: { bodyIncludes: 'silent end' }, action: { callbacks: { drop: 1 } } });
    const { body } = await system.send({ to: '+12125550192', body: 'silent end' });
    await system.message(body.id, ['accepted']);
    await sql(system.databaseUrl, `update message set status = 'delivered', updated_at = now() - interval '2 minutes' where id = $1`, [
      body.id,
    ]);
    expect(await runNow('sweepMessages')).toMatchObject({ told: 1 });
    await eventually(
      async () => (await client.workflow.getHandle(`msg/${system.workspace.id}/${body.id}`).describe()).status.name === 'COMPLETED',
    );
    expect(await isRecorded(body.id)).toBe(true);
  }, 60_000);
});

describe('the status poll', () => {
  it("finishes messages whose callbacks were lost, by pages of the provider's list", async () => {
    await system.control('POST', '/rules', { match: { bodyIncludes: 'unheard' }, action: { callbacks: { drop: 1 } } });
    const sent = await Promise.all(
      Array.from({ length: 6 }, (_, index) => system.send({ to: `+1212555020${index}`, body: `unheard ${index}` })),
    );
    for (const { body } of sent) await system.message(body.id, ['accepted']);
    await eventually(async () => (await system.ledger('unheard')).length === 6);
    // Two minutes old: the first time at which it is asked about.
    await sql(
      system.databaseUrl,
      `update send_attempt set started_at = now() - interval '2 minutes 10 seconds' where message_id = any($1)`,
      [sent.map(({ body }) => body.id)],
    );
    expect(await runNow('pollStatuses')).toMatchObject({ asked: 6, finished: 6 });
    for (const { body } of sent) await system.message(body.id, ['delivered']);
    await eventually(() => isRecorded(sent[0]?.body.id));
  }, 60_000);
});
