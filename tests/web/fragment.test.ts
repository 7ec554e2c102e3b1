import { describe, expect, it } from '@jest/globals';
import { fragmentWord } from '../../web/src/fragment.js';

describe('the word in a fragment', () => {
  it('is a key, a sign-in link, the way back from a provider, or why that failed', () => {
    expect(fragmentWord('#key=pr_a')).toEqual({ kind: 'key', key: 'pr_a' });
    expect(fragmentWord('#sign-in=prsignin_Ab-9_')).toEqual({ kind: 'link', token: 'prsignin_Ab-9_' });
    expect(fragmentWord('#signed-in')).toEqual({ kind: 'signed-in' });
    expect(fragmentWord('#sign-in-failed=not_invited')).toEqual({ kind: 'failed', code: 'not_invited' });
  });

  it('is absent in any other', () => {
    for (const fragment of ['', '#', '#sign-in=', '#sign-in=<b>', '#sign-in-failed=', '#signed-in=x', '#top'])
      expect(fragmentWord(fragment)).toBeNull();
  });
});
