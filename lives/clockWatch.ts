import { wallClock } from '../platform/checkedClock.js';
import type { Database } from '../platform/database.js';
import { Lookout } from '../platform/lookout.js';
import type { Telemetry } from '../platform/telemetry.js';
import { databaseNowMs } from '../storage/databaseClock.js';

const checkEveryMs = 10_000;

/** Checks this process's clock against the database's: once before it resolves, where the database answers, and then every few seconds. */
export async function clockWatch(database: Database, telemetry: Telemetry): Promise<Lookout> {
  const check = async () => {
    const askedAt = performance.now();
    wallClock.check(await databaseNowMs(database), askedAt);
    telemetry.set('clock_ahead_seconds', {}, wallClock.aheadMs() / 1_000);
    return false;
  };
  // A database that is away is told of by others.
  await check().catch(() => undefined);
  return new Lookout({ look: check, everyMs: checkEveryMs, failed: () => undefined }).start();
}
