import { describe, expect, test } from '@jest/globals';
import { acquireTurn } from '../../activities/acquireTurn.js';
import type { Dependencies } from '../../activities/dependencies.js';
import { PauseLine } from '../../activities/pauseLine.js';
import { bulkPauseMaxMs, bulkPauseMs, bulkReturnEveryMs } from '../../domain/loadLimits.js';
import type { Priority } from '../../domain/priority.js';
import type { RateLimits } from '../../domain/rateLimit.js';
import { Telemetry } from '../../platform/telemetry.js';

const asked: Priority[] = [];
let paused = new PauseLine();
const dependenciesAt = (level: number) =>
  ({
    load: { level },
    paused,
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
    expect(await ask(1, 'bulk')).toMatchObject({ kind: 'paused', waitMs: bulkPauseMs });
    expect(asked).toEqual([]);
  });

  test('is put off for a long line so that its questions are few a second, and for none without end', () => {
    paused = new PauseLine();
    const waits = Array.from({ length: 5_000 }, (_, index) => paused.next(index));
    const seconds = new Map<number, number>();
    for (const [index, waitMs] of waits.entries()) {
      expect(waitMs).toBeGreaterThanOrEqual(bulkPauseMs);
      expect(waitMs).toBeLessThanOrEqual(bulkPauseMaxMs);
      const second = Math.floor((index + waitMs) / 1_000);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
    }
    // Those of the first half of the longest time: beyond it stand those for whom the line was too long.
    const orderly = [...seconds].filter(([second]) => second < bulkPauseMaxMs / 2_000).map(([, count]) => count);
    expect(Math.max(...orderly)).toBeLessThanOrEqual(1_000 / bulkReturnEveryMs + 1);
    // Once the line has come, the next one waits no longer than the first did.
    expect(paused.next(2 * bulkPauseMaxMs)).toBe(bulkPauseMs);
  });
});
