import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type AccessToken, personCredential } from '../../web/src/credential.js';

const now = Date.UTC(2026, 10, 28, 12);
const tokenOf = (name: string, minutes: number): AccessToken => ({
  accessToken: name,
  expiresAt: new Date(Date.now() + minutes * 60_000).toISOString(),
});

beforeEach(() => void jest.useFakeTimers({ now }));
afterEach(() => void jest.useRealTimers());

describe("a person's token", () => {
  it('is taken anew shortly before its end, once for all who ask', async () => {
    let asked = 0;
    const credential = personCredential(tokenOf('first', 10), 'w', async () => tokenOf(`next ${(asked += 1)}`, 10));
    expect(await credential.token()).toBe('first');
    jest.setSystemTime(now + 9.5 * 60_000);
    expect(await Promise.all([credential.token(), credential.token(), credential.token()])).toEqual(['next 1', 'next 1', 'next 1']);
    expect(await credential.token()).toBe('next 1');
  });

  it('is asked for again after a request that failed', async () => {
    let fails = true;
    const credential = personCredential(tokenOf('first', 0), 'w', async () => {
      if (fails) throw new Error('away');
      return tokenOf('second', 10);
    });
    await expect(credential.token()).rejects.toThrow('away');
    fails = false;
    expect(await credential.token()).toBe('second');
  });
});
