import { describe, expect, it } from '@jest/globals';
import { invariants } from '../../chaos/history.js';
import { runChaos } from '../support/runChaos.js';

/** By this seed each of these comes, in the pairs 3+11, 25+30, 1+32, 8+31 and 19+30. Another seed belongs to a run of its own: a change must not go red by the draw of a fault that it has nothing to do with. */
const seed = 18_569;
const faults = [1, 3, 8, 11, 19, 25, 30, 31, 32];
/** A process that is to die at one point of a send dies there only if a send comes by in time. */
const missedMax = 2;
/** I7 needs a high message beside bulk at a moment at which nothing is disturbed: there need not be one. */
const mayHaveNone = ['I7'];

describe('chaos by a seed', () => {
  it('lose nothing, double nothing, and break no other promise', async () => {
    const { line, code } = await runChaos(['--seed', String(seed), '--minutes', '1.5', '--faults', faults.join(',')]);
    // The command is there for whoever sees it red.
    expect({ findings: line.findings, code, command: line.command }).toEqual({ findings: [], code: 0, command: line.command });
    expect(line).toMatchObject({ lost: 0, duplicates: 0, parkedWithoutCause: 0, unfinished: 0 });

    // And it was no idle run.
    expect(line.acknowledged).toBeGreaterThan(200);
    const there = faults.filter((fault) => !line.impossible.some(({ number }) => number === fault));
    const hit = new Set(line.injected.filter(({ hits }) => hits > 0).map(({ fault }) => fault));
    expect(there.filter((fault) => !hit.has(fault)).length).toBeLessThanOrEqual(missedMax);
    const idle = invariants.filter((invariant) => line.lookedAt[invariant] === 0 && !mayHaveNone.includes(invariant));
    expect(idle).toEqual([]);
    // What is open has ten minutes to get done before the run says that it did not.
  }, 900_000);
});
