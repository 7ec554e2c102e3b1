import { existsSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { CpuMeter } from '../../bench/cpuMeter.js';

(existsSync('/proc/self/statm') ? it : it.skip)(
  'a meter counts the CPU that a process uses while it runs, and the most memory it had',
  () => {
    const meter = new CpuMeter({
      pids: { own: () => process.pid, gone: () => undefined },
      postgresPid: undefined,
      databaseNames: {},
      backendNames: {},
    });
    meter.start();
    const until = process.cpuUsage();
    while (process.cpuUsage(until).user < 50_000) Math.sqrt(Math.random());
    const { own = 0, ...others } = meter.stop();
    expect(own).toBeGreaterThanOrEqual(30);
    expect(others).toEqual({});
    expect(Object.keys(meter.memoryMb)).toEqual(['own']);
    const residentMb = process.memoryUsage.rss() / 1_000_000;
    expect(meter.memoryMb.own).toBeGreaterThan(residentMb / 2);
    expect(meter.memoryMb.own).toBeLessThan(residentMb * 1.5);
  },
);
