import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { allows, covers, everything, type Grant, scopeNames } from '../../domain/scopes.js';

const grants = fc.subarray<Grant>([everything, ...scopeNames]);

describe('somebody who has some scopes', () => {
  it('may do what they name, and nothing else', () => {
    for (const scope of scopeNames) for (const other of scopeNames) expect(allows([scope], other)).toBe(scope === other);
    for (const scope of scopeNames) expect([allows([], scope), allows([everything], scope)]).toEqual([false, true]);
  });

  it('hands out nothing that he may not do himself', () => {
    fc.assert(
      fc.property(grants, grants, (own, wanted) => {
        if (!covers(own, wanted)) return;
        for (const scope of scopeNames) if (allows(wanted, scope)) expect(allows(own, scope)).toBe(true);
        // What is added later is his to give only who has it.
        if (wanted.includes(everything)) expect(own).toContain(everything);
      }),
    );
  });
});
