import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { burstDefault, rateDefaultPerSecond } from '../../domain/limits.js';
import { eventually } from '../support/eventually.js';
import { acceptFlood, bulkBefore, entryOf } from '../support/flood.js';
import { type System, startSystem } from '../support/system.js';

const count = 300;
const asks = 5;

let system: System;

beforeAll(async () => {
  system = await startSystem({ workspaces: 2 });
}, 90_000);
afterAll(() => system.stop(), 60_000);

describe(`a workspace with ${count} bulk messages before it`, () => {
  it('sends a high one in the next free slot: behind a second of them, whose slots are given out, and not behind the others', async () => {
    const { workspace } = system;
    await acceptFlood(system, workspace, count);
    // The burst leaves first, and then what was late because the machine was busy accepting.
    await eventually(async () => (await system.ledger('flood ')).length > burstDefault + 3 * rateDefaultPerSecond, 60_000);
    const places: number[] = [];
    for (let index = 0; index < asks; index++) places.push(await bulkBefore(system, workspace, `urgent ${index}.`));
    const usual = places.toSorted((a, b) => a - b)[Math.floor(asks / 2)];
    // A second of them, and as many that are late; single ones may meet more of those, where the machine is busy.
    expect(usual).toBeLessThanOrEqual(2 * rateDefaultPerSecond);
    expect(Math.max(...places)).toBeLessThanOrEqual(count / 6);
    // It was not the end of the flood that let them go.
    expect((await system.ledger('flood ')).length).toBeLessThan(count - 2 * rateDefaultPerSecond);
  }, 120_000);

  it('holds up no other workspace: it sends at once, with all of its burst', async () => {
    const [, neighbour] = system.workspaces;
    const { body } = await system.send({ to: '+12125550161', body: 'elsewhere.' }, undefined, neighbour);
    const elsewhere = await entryOf(system, 'elsewhere.');
    const flood = await system.ledger('flood ');
    const meanwhile = flood.filter(
      ({ requestReceivedAtMs }) => requestReceivedAtMs >= Date.parse(body.createdAt) && requestReceivedAtMs < elsewhere.requestReceivedAtMs,
    );
    // Some seconds, on a machine with other things to do; behind the flood it would be half a minute.
    expect(meanwhile.length).toBeLessThan(3 * rateDefaultPerSecond);
    expect(flood.length).toBeLessThan(count);
  }, 60_000);
});
