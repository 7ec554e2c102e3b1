import { afterEach, describe, expect, test } from '@jest/globals';
import { LoadWatch } from '../../lives/loadWatch.js';
import { createLogger } from '../../platform/logger.js';
import { Telemetry } from '../../platform/telemetry.js';
import { eventually } from '../support/eventually.js';

let watch: LoadWatch | undefined;
afterEach(() => watch?.close());

function watchOver(queueAgeMs: () => Promise<number>, levelMin = 0): { telemetry: Telemetry; heard: number[]; over: LoadWatch } {
  const telemetry = new Telemetry('server');
  const heard: number[] = [];
  watch = new LoadWatch({ queueAgeMs, first: { queueAgeMs: 1_000, lagMs: 600_000 }, levelMin, telemetry, logger: createLogger('silent') });
  watch.onChange((level) => heard.push(level));
  return { telemetry, heard, over: watch };
}

describe('the watch over load', () => {
  test('says what is given up once tasks have waited for too long, to whoever listens and to Prometheus', async () => {
    const { telemetry, heard, over } = watchOver(async () => 1_500);
    await eventually(() => over.level === 1, 5_000);
    expect(heard).toEqual([1]);
    expect(over.says).toMatch(/bulk messages wait/);
    expect((await telemetry.exposition()).text).toContain('postrider_load_level{roles="server"} 1');
  });

  test('gives nothing up because Temporal does not say how old its queue is', async () => {
    let asked = 0;
    const { over } = watchOver(async () => {
      asked += 1;
      throw new Error('away');
    });
    await eventually(() => asked > 0, 5_000);
    expect([over.level, over.says]).toEqual([0, null]);
  });

  test('gives up what an operator wants it to, whatever it measures', () => {
    const { over } = watchOver(async () => 0, 6);
    expect(over.level).toBe(6);
    expect(over.says).toMatch(/only urgent messages/);
  });
});
