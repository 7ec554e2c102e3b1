import { expect, it } from '@jest/globals';
import { runDoubtful } from '../support/runDoubtful.js';

const seed = 20_261_124;

it(`60 sends in doubt end as the ledger says, under each policy, and none is doubled (seed ${seed})`, async () => {
  const { faults } = await runDoubtful(seed, 60, 60_000);
  expect(faults).toEqual([]);
}, 180_000);
