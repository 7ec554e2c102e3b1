import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { apiKeyUseNotedEveryMs, apiKeyUsesWrittenEveryMs } from '../../domain/identityLimits.js';
import type { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { ApiKeyUses } from '../../storage/apiKeyUses.js';

const workspaceId = '0198c1f0-0000-7000-8000-000000000001';
let written: string[][];
let fails: boolean;
let uses: ApiKeyUses;

beforeEach(() => {
  jest.useFakeTimers();
  written = [];
  fails = false;
  const database = {
    asMaintenance: async (_text: string, [, ids]: [string[], string[]]) => {
      if (fails) throw new Error('away');
      written.push(ids);
      return [];
    },
  };
  uses = new ApiKeyUses(database as unknown as Database, createLogger('silent'));
});
afterEach(async () => {
  await uses.close();
  jest.useRealTimers();
});

const later = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe('when keys were used', () => {
  test('is written apart from the requests, many keys at once', async () => {
    for (const id of ['a', 'b', 'a', 'c']) uses.note({ workspaceId, id });
    expect(written).toEqual([]);
    await later(apiKeyUsesWrittenEveryMs);
    expect(written).toEqual([['a', 'b', 'c']]);
    await later(apiKeyUsesWrittenEveryMs);
    expect(written).toHaveLength(1);
  });

  test('is written once a minute for a key that is used all the time', async () => {
    for (let ms = 0; ms < 3 * apiKeyUseNotedEveryMs; ms += 500) {
      uses.note({ workspaceId, id: 'a' });
      await later(500);
    }
    expect(written).toHaveLength(3);
  });

  test('is written at the end, and a database that is away costs no request', async () => {
    uses.note({ workspaceId, id: 'a' });
    fails = true;
    await later(apiKeyUsesWrittenEveryMs);
    fails = false;
    uses.note({ workspaceId, id: 'b' });
    await uses.close();
    expect(written).toEqual([['b']]);
  });
});
