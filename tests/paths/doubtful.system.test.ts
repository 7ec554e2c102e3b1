import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { drawCases } from '../support/doubtful/drawCases.js';
import { judge } from '../support/doubtful/judge.js';
import { playCases } from '../support/doubtful/playCases.js';
import { startDoubtfulSystem } from '../support/doubtful/startDoubtfulSystem.js';
import { tableOf } from '../support/doubtful/tableOf.js';
import type { System } from '../support/system.js';

const count = 60;
const workspacesPerPolicy = 3;
/** The same at each run, so that a change is judged and not luck; the full size draws another each time. */
const seed = Number(process.env.DOUBTFUL_SEED ?? 20_261_124);

let system: System;

beforeAll(async () => {
  system = await startDoubtfulSystem(workspacesPerPolicy);
}, 60_000);
afterAll(() => system.stop(), 60_000);

describe(`${count} texts that a provider takes, loses, lists late and tells of wrongly`, () => {
  it('are never sent twice unasked, never lost, and parked only with a cause and its evidence', async () => {
    const seen = await playCases(system, `doubt${seed.toString(36)}`, drawCases(seed, count, workspacesPerPolicy));
    const broken = judge(seen);
    if (broken.length > 0) throw new Error(`DOUBTFUL_SEED=${seed}\n${broken.join('\n')}\n${tableOf(seen)}`);
    // Without doubts the run would prove nothing.
    expect(seen.messages.filter(({ wasInDoubt }) => wasInDoubt).length).toBeGreaterThan(count / 3);
  }, 240_000);
});
