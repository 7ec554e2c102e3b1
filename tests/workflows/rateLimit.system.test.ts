import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { sql } from '../support/database.js';
import { eventually, patience } from '../support/eventually.js';
import { type LedgerEntry, type System, startSystem } from '../support/system.js';

const rate = 10;
const burst = 50;

/** The most messages in any window of that length, and the limit's bound for it. */
function worstWindow(times: number[], windowMs: number): { most: number; bound: number } {
  let most = 0;
  let first = 0;
  times.forEach((time, index) => {
    while (time - (times[first] ?? 0) >= windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return { most, bound: burst + rate * (windowMs / 1_000 + 0.25) };
}

function expectWithinLimit(entries: LedgerEntry[]): number[] {
  const times = entries.map((entry) => entry.requestReceivedAtMs).sort((a, b) => a - b);
  for (const windowMs of [100, 250, 500, 1_000, 2_000, 5_000, 10_000, 20_000]) {
    const { most, bound } = worstWindow(times, windowMs);
    expect({ windowMs, within: most <= bound, most }).toEqual({ windowMs, within: true, most });
  }
  return times;
}

let system: System;

// Two processes that send, with their own leases; and as few workflow-task slots as can be: nothing may deadlock.
beforeAll(async () => {
  system = await startSystem({
    workspaces: 102,
    processes: [
      { name: 'front', roles: 'server,messages,sends', env: { WORKFLOW_TASKS_CONCURRENT_MAX: '2' } },
      { name: 'second', roles: 'messages,sends', env: { WORKFLOW_TASKS_CONCURRENT_MAX: '2' } },
      { name: 'back', roles: 'limiter,maintenance' },
    ],
  });
}, 90_000);
afterAll(() => system.stop(), 60_000);

const number = (index: number) => `+1212555${String(3_000 + index).padStart(4, '0')}`;

describe('the rate limit of a workspace', () => {
  it.concurrent('lets 200 messages at once leave as a burst of 50 and then 10 a second, over two processes, with two task slots each', async () => {
    const accepted = await Promise.all(
      Array.from({ length: 200 }, (_, index) => system.send({ to: number(index), body: `flood ${index}.` })),
    );
    expect(accepted.filter(({ status }) => status === 202)).toHaveLength(200);
    const entries = await eventually(
      async () => {
        const sent = await system.ledger('flood ');
        return sent.length >= 200 && sent;
      },
      90_000,
      500,
    );
    const times = expectWithinLimit(entries);
    expect(entries).toHaveLength(200);
    expect(new Set(entries.map(({ body }) => body)).size).toBe(200);
    // Nor does it come to a stop: 150 at 10 a second, and as much again and again for a busy machine.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(2 * patience * 15_000);
  }, 150_000);

  it.concurrent('holds at once when it is cut while messages wait', async () => {
    const workspace = system.workspaces[101] as System['workspace'];
    await Promise.all(
      Array.from({ length: 70 }, (_, index) => system.send({ to: number(index), body: `cut ${index}.` }, undefined, workspace)),
    );
    await sql(system.databaseUrl, 'update workspace set rate_per_second = 2, burst = 2, limits_epoch = limits_epoch + 1 where id = $1', [
      workspace.id,
    ]);
    const cutAt = Date.now();
    await eventually(
      async () => (await system.ledger('cut ')).filter(({ requestReceivedAtMs }) => requestReceivedAtMs > cutAt + 8_000).length > 0,
      30_000,
      250,
    );
    const after = (await system.ledger('cut '))
      .map(({ requestReceivedAtMs }) => requestReceivedAtMs)
      .filter((time) => time > cutAt + 500 && time <= cutAt + 8_000);
    // At most burst 2 and 2 a second in these 7.5 s.
    expect(after.length).toBeLessThanOrEqual(2 + 2 * 7.75);
  }, 90_000);

  it('is visible in its workflow, continues as new, and keeps its calendar over that', async () => {
    const connection = await Connection.connect({ address: system.temporalAddress });
    try {
      const client = new Client({ connection, namespace: system.temporalNamespace, dataConverter: system.dataConverter });
      const handle = client.workflow.getHandle(`ratelimiter/${system.workspace.id}`);
      const state = (await handle.query('getLimiterState')) as { limits: object; tatMs: number };
      expect(state.limits).toMatchObject({ ratePerSecond: rate, burst });
      const { taskQueue } = await handle.describe();
      expect(taskQueue).toBe('limiter');
    } finally {
      await connection.close();
    }
  });

  it('of a hundred workspaces at once makes none of them wait for a slot', async () => {
    const accepted = await Promise.all(
      system.workspaces.slice(1, 101).flatMap((workspace, index) =>
        [0, 1].map(async (turn) => {
          // A number for each: two to one contact would wait for each other.
          const { body } = await system.send({ to: number(2 * index + turn), body: `crowd ${index}/${turn}.` }, undefined, workspace);
          return `msg/${workspace.id}/${body.id}`;
        }),
      ),
    );
    const entries = await eventually(
      async () => {
        const sent = await system.ledger('crowd ');
        return sent.length >= 200 && sent;
      },
      60_000,
      250,
    );
    expect(new Set(entries.map(({ body }) => body)).size).toBe(200);
    // Not by the clock, which depends on the machine: a message that waited has a timer that fired.
    const connection = await Connection.connect({ address: system.temporalAddress });
    try {
      const client = new Client({ connection, namespace: system.temporalNamespace, dataConverter: system.dataConverter });
      const histories = await Promise.all(accepted.map((workflowId) => client.workflow.getHandle(workflowId).fetchHistory()));
      expect(histories.filter(({ events }) => events?.some((event) => event.timerFiredEventAttributes))).toHaveLength(0);
    } finally {
      await connection.close();
    }
  }, 90_000);
});
