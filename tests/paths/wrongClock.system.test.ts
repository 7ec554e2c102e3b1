import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { taskQueues } from '../../domain/taskQueues.js';
import { anybody } from '../support/anybody.js';
import { eventually } from '../support/eventually.js';
import { sentLongAgo } from '../support/sentLongAgo.js';
import { type System, startSystem } from '../support/system.js';

const file = path.join(__dirname, '../support/clockAhead.cjs');
const dayMs = 24 * 60 * 60_000;
const daysAgo = (days: number) => new Date(Date.now() - days * dayMs);
let system: System;

// Nobody else can send or remove: what is done is done by the wrong clock.
beforeAll(async () => {
  system = await startSystem({
    processes: [
      { name: 'front', roles: 'server,limiter' },
      { name: 'ahead', roles: 'messages,sends,maintenance', file, env: { CLOCK_AHEAD_MS: String(3 * dayMs) } },
    ],
  });
}, 90_000);
afterAll(() => system?.stop(), 60_000);

describe('a process whose clock is three days ahead', () => {
  it('sends what is accepted, once each, though by its clock the time of all of it is over', async () => {
    const sent = await Promise.all(Array.from({ length: 10 }, (_, n) => system.send({ to: anybody(), body: `in good time ${n}.` })));
    for (const { body } of sent) await system.message(body.id, ['delivered'], { withinMs: 30_000 });
    for (let n = 0; n < 10; n++) expect(await system.ledger(`in good time ${n}.`)).toHaveLength(1);
  }, 90_000);

  it('keeps what failed for a while, to be tried again', async () => {
    await system.control('POST', '/rules', { match: { bodyIncludes: 'in a tunnel' }, action: { error: { code: 30_003 } }, times: 1 });
    const { body } = await system.send({ to: anybody(), body: 'in a tunnel' });
    const seen = () => system.request('GET', `/v1/messages/${body.id}`);
    const failedOnce = await eventually(async () => (await seen()).body.error && (await seen()).body, 30_000);
    expect(failedOnce).toMatchObject({ status: 'queued', error: { code: '30003' } });
  }, 60_000);

  it('lets expire what is over by the clock of the database', async () => {
    await system.request('PATCH', '/v1/workspace/limits', { body: { ratePerSecond: 1, burst: 1 } });
    const sent = await Promise.all(
      Array.from({ length: 8 }, (_, n) => system.send({ to: anybody(), body: `soon of no use ${n}.`, validitySeconds: 2 })),
    );
    const ended = [];
    for (const { body } of sent) ended.push(await system.message(body.id, ['delivered', 'expired'], { withinMs: 60_000 }));
    const expired = ended.filter(({ status }) => status === 'expired').map(({ body }) => body);
    expect(expired.length).toBeGreaterThan(0);
    for (const text of expired) expect(await system.ledger(text)).toEqual([]);
  }, 90_000);

  it('removes what is too old by the clock of the database, and nothing that is still kept', async () => {
    const [old, young] = [
      await sentLongAgo(system, daysAgo(31), { body: 'old' }),
      await sentLongAgo(system, daysAgo(29), { body: 'young' }),
    ];
    const run = (workflowType: string) =>
      system.temporal.workflow.execute(workflowType, {
        workflowId: `${workflowType}-by-hand`,
        taskQueue: taskQueues.maintenance,
        args: [],
      });
    const shown = async (id: string) => (await system.request('GET', `/v1/messages/${id}`)).body;
    await system.request('PATCH', '/v1/workspace/retention', { body: { contentDays: 30 } });
    await run('removeContents');
    expect([(await shown(old)).body, (await shown(young)).body]).toEqual([null, 'young']);
    await system.request('PATCH', '/v1/workspace/retention', { body: { messageDays: 30 } });
    await run('archivePartitions');
    expect([(await shown(old)).status, (await shown(young)).status]).toEqual([404, 'delivered']);
  }, 60_000);
});
