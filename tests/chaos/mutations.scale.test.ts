import { describe, expect, test } from '@jest/globals';
import { type MutationName, mutations } from '../../chaos/mutations.js';
import { runChaos } from '../support/runChaos.js';

describe('the checker is itself checked', () => {
  test.each(Object.keys(mutations) as MutationName[])(
    'a run of a product with the known bug %s goes red, for what the bug breaks',
    async (name) => {
      const { line, code } = await runChaos(['--seed', '1', '--minutes', '1', '--mutation', name]);
      expect(code).toBe(1);
      expect(line.findings.map(({ invariant }) => invariant)).toContain(mutations[name].breaks);
    },
    900_000,
  );
});
