import { describe, expect, test } from '@jest/globals';
import { acquireTurn } from '../../activities/acquireTurn.js';
import type { Dependencies } from '../../activities/dependencies.js';
import { bulkPauseMs } from '../../domain/loadLimits.js';
import type { Priority } from '../../domain/priority.js';
import type { RateLimits } from '../../domain/rateLimit.js';
import { Telemetry } from '../../platform/telemetry.js';

const asked: Priority[] = [];
const dependenciesAt = (level: number) =>
  ({
    load: { level },
    telemetry: new Telemetry('sends'),
    broker: { acquire: async (_workspace: string, { lane }: { lane: Priority }) => asked.push(lane) && { kind: 'later', waitMs: 1 } },
  }) as unknown as Dependencies;
const ask = (level: number, lane: Priority) =>
  acquireTurn(dependenciesAt(level), 'workspace', { lane, cost: 1, sender: 's', returning: { times: 0, waitedMs: 0 } }, {} as RateLimits);

describe('a turn that is asked for while the system is busy', () => {
  test('is given to high and normal messages as always', async () => {
    asked.length = 0;
    await Promise.all([ask(7, 'high'), ask(7, 'normal'), ask(0, 'bulk')]);
    expect(asked).toEqual(['high', 'normal', 'bulk']);
  });

  test('is put off for bulk, without a question, and not for all to the same moment', async () => {
    asked.length = 0;
    const waits = (await Promise.all(Array.from({ length: 50 }, () => ask(1, 'bulk')))).map((grant) =>
      grant.kind === 'paused' ? grant.waitMs : 0,
    );
    expect(asked).toEqual([]);
    for (const waitMs of waits) {
      expect(waitMs).toBeGreaterThanOrEqual((bulkPauseMs * 2) / 3 - 1);
      expect(waitMs).toBeLessThanOrEqual((bulkPauseMs * 4) / 3 + 1);
    }
    expect(new Set(waits).size).toBeGreaterThan(25);
  });
});
