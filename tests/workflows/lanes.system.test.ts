import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { currentSecondMs } from '../../domain/limits.js';
import { sql } from '../support/database.js';
import { eventually, patience } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

const rate = 5;
const burst = 20;
const flood = 120;

let system: System;

beforeAll(async () => {
  system = await startSystem({ workspaces: 2 });
  await sql(system.databaseUrl, 'update workspace set rate_per_second = $1, burst = $2, limits_epoch = limits_epoch + 1', [rate, burst]);
}, 90_000);
afterAll(() => system.stop(), 60_000);

const number = (index: number) => `+1212555${String(3_000 + index).padStart(4, '0')}`;
const timesOf = async (body: string) =>
  (await system.ledger(body)).map(({ requestReceivedAtMs }) => requestReceivedAtMs).sort((a, b) => a - b);
const sentAt = (body: string) => eventually(async () => (await timesOf(body))[0], 30_000, 50);

/**
 * The waits for a turn of a message's workflow, milliseconds. Not by the clock, which depends on the machine. Timers of hours
 * wait for a receipt.
 */
async function waitsOf(workflowId: string): Promise<number[]> {
  const connection = await Connection.connect({ address: system.temporalAddress });
  try {
    const client = new Client({ connection, namespace: system.temporalNamespace, dataConverter: system.dataConverter });
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    const timers = events?.flatMap(({ timerStartedEventAttributes }) => timerStartedEventAttributes ?? []) ?? [];
    return timers
      .map(({ startToFireTimeout }) => Number(startToFireTimeout?.seconds ?? 0) * 1_000 + (startToFireTimeout?.nanos ?? 0) / 1e6)
      .filter((waitMs) => waitMs < 60_000);
  } finally {
    await connection.close();
  }
}

describe('a workspace with much bulk waiting', () => {
  it('sends a high message in the next free slot, holds up no other workspace, and drains at its full rate', async () => {
    const accepted = await Promise.all(
      Array.from({ length: flood }, (_, index) => system.send({ to: number(index), body: `bulk ${index}.`, priority: 'bulk' })),
    );
    expect(accepted.every(({ status }) => status === 202)).toBe(true);
    await eventually(async () => (await timesOf('bulk ')).length > burst, 30_000, 100);

    const { body: urgent } = await system.send({ to: number(900), body: 'urgent.', priority: 'high' });
    const { body: elsewhere } = await system.send({ to: number(901), body: 'elsewhere.' }, undefined, system.workspaces[1]);
    const urgentAt = await sentAt('urgent.');
    await sentAt('elsewhere.');
    const [slotMs = 0] = await waitsOf(`msg/${system.workspace.id}/${urgent.id}`);
    // Behind the current second at most, where it comes to a slot that bulk has to leave free.
    expect(slotMs).toBeLessThan(currentSecondMs + 2 * (1_000 / rate));
    expect(await waitsOf(`msg/${system.workspaces[1]?.id}/${elsewhere.id}`)).toEqual([]);

    const times = await eventually(
      async () => {
        const sent = await timesOf('bulk ');
        return sent.length >= flood && sent;
      },
      90_000,
      250,
    );
    expect(times).toHaveLength(flood);
    expect(times.filter((time) => time > urgentAt).length).toBeGreaterThan(flood / 3);
    const tookS = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
    expect(flood).toBeLessThanOrEqual(burst + rate * (tookS + 0.25) + 1);
    // The burst at once and the rest at the rate is 20 s. That a backlog leaves at exactly its rate is shown by
    // tests/limiter/waitingLine.test.ts, whose time no other program takes; here, that it does not come to a stop.
    expect(tookS).toBeLessThan(2 * patience * ((flood - burst) / rate));
  }, 180_000);
});
