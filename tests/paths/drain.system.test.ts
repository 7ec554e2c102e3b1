import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../support/database.js';
import { type Door, openDoor } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

const count = 40;
/** Each process has so many requests under way at once, and each request takes so long. */
const sendsAtOnce = 4;
const answerMs = 1_500;
/** After this time whoever asked a process to end kills it. */
const graceMs = 20_000;

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Both ways in which a first attempt can be made. */
const firstSends = ['local', 'activity'] as const;
const runs = new Map<string, { system: System; door: Door }>();

async function startLeaving(firstSend: string): Promise<void> {
  const door = await openDoor();
  const system = await startSystem({
    processes: [
      { name: 'server', roles: 'server' },
      { name: 'leaving', roles: 'messages,sends', env: { TWILIO_API_BASE_URL: door.url } },
      { name: 'staying', roles: 'messages,sends' },
      { name: 'limiter', roles: 'limiter,maintenance' },
    ],
    env: { FIRST_SEND: firstSend, SENDS_CONCURRENT_MAX: String(sendsAtOnce) },
  });
  door.leadTo(system.simulatorUrl as string);
  runs.set(firstSend, { system, door });
}

beforeAll(() => Promise.all(firstSends.map(startLeaving)), 120_000);
afterAll(async () => {
  for (const { system, door } of runs.values()) {
    await system.stop();
    door.close();
  }
}, 60_000);

describe.each(firstSends)('a worker that is asked to end while it sends (first send: %s)', (firstSend) => {
  it.concurrent('ends the sends that are under way and begins no more; others send the rest, each once, and none is ever in doubt', async () => {
    const { system, door } = runs.get(firstSend) as { system: System; door: Door };
    await system.control('POST', '/rules', { match: { bodyIncludes: 'drained' }, action: { delayMs: answerMs } });
    const bodies = Array.from({ length: count }, (_, index) => `drained ${index}.`);
    const accepted = await Promise.all(bodies.map((body, index) => system.send({ to: `+121255560${10 + index}`, body })));
    await eventually(() => door.sends() >= sendsAtOnce);

    const begun = door.sends();
    const pid = system.processes.get('leaving')?.pid() as number;
    process.kill(pid, 'SIGTERM');
    await eventually(() => !isAlive(pid), graceMs);
    // One more at each place, where a send ends before the signal is heard.
    expect(door.sends()).toBeLessThanOrEqual(begun + sendsAtOnce);

    for (const { body } of accepted) await system.message(body.id, ['delivered'], { withinMs: 60_000 });
    expect((await system.ledger('drained')).map(({ body }) => body).sort()).toEqual(bodies.sort());
    const doubts = await sql(system.databaseUrl, `select * from message_event where status in ('uncertain', 'parked')`);
    expect(doubts).toEqual([]);
    // But for those that a busy machine was too late to write, of which no byte has left.
    const attempts = await sql(system.databaseUrl, `select status from send_attempt where status <> 'notSent'`);
    expect(attempts).toEqual(bodies.map(() => ({ status: 'delivered' })));
  }, 120_000);
});
