import { describe, expect, it } from '@jest/globals';
import { keyOfFragment } from '../../web/src/keyOfFragment.js';

describe('the key in a fragment', () => {
  it('is taken as it was written, with plus signs and escapes', () => {
    expect(keyOfFragment('#key=pr_a+b_c')).toBe('pr_a+b_c');
    expect(keyOfFragment('#key=pr_a%2Bb')).toBe('pr_a+b');
    expect(keyOfFragment('#key=pr_50%')).toBe('pr_50%');
  });

  it('is absent in any other fragment', () => {
    for (const fragment of ['', '#', '#key=', '#key=%20', '#top', '#apikey=x']) expect(keyOfFragment(fragment)).toBeNull();
  });
});
