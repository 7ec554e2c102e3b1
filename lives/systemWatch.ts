import type { Client } from '@temporalio/client';
import { weekName, weekOf } from '../domain/archive.js';
import { archiveLateAfterMs, archiveLookEveryMs, systemLookEveryMs } from '../domain/loadLimits.js';
import { taskQueues } from '../domain/taskQueues.js';
import type { Database } from '../platform/database.js';
import { diskFree } from '../platform/diskFree.js';
import type { Logger } from '../platform/logger.js';
import { Lookout } from '../platform/lookout.js';
import type { Telemetry } from '../platform/telemetry.js';
import { hotWeeks } from '../storage/archive/archiveWeeks.js';
import { openBreakers } from '../storage/breakers.js';
import { taskQueueAge } from './taskQueueAge.js';

export interface SystemWatchSettings {
  database: Database;
  temporal: Client;
  telemetry: Telemetry;
  logger: Logger;
  /** Where the archive lies, unless in S3. */
  archiveDirectory: string | undefined;
  archiveAfterMs: number;
}

/** Measures what no process sees from its own work, for alerts: queues, breakers, disks, and weeks that should be in the archive. */
export function systemWatch(settings: SystemWatchSettings): Lookout {
  const { database, temporal, telemetry, logger, archiveDirectory, archiveAfterMs } = settings;
  let archiveAtMs = Number.NEGATIVE_INFINITY;

  const queues = Object.values(taskQueues).flatMap((queue) =>
    (['workflow', 'activity'] as const).map((kind) => async () => {
      telemetry.set('queue_backlog_seconds', { queue, kind }, (await taskQueueAge(temporal, queue, kind)) / 1_000);
    }),
  );
  const breakers = async () => {
    for (const [scope, count] of Object.entries(await openBreakers(database))) telemetry.set('breakers_open', { scope }, count);
  };
  const disks = async () => {
    telemetry.set('disk_free_ratio', { of: 'process' }, await diskFree(process.cwd()));
    if (archiveDirectory) telemetry.set('disk_free_ratio', { of: 'archive' }, await diskFree(archiveDirectory));
  };
  const archive = async () => {
    if (performance.now() - archiveAtMs < archiveLookEveryMs) return;
    archiveAtMs = performance.now();
    const dueMs = Date.now() - archiveAfterMs - archiveLateAfterMs;
    const late = (await hotWeeks(database)).filter((startMs) => (weekOf(weekName(startMs))?.endMs ?? Number.POSITIVE_INFINITY) <= dueMs);
    telemetry.set('archive_late_weeks', {}, late.length);
  };

  return new Lookout({
    look: async () => {
      const looks = [...queues, breakers, disks, archive];
      for (const result of await Promise.allSettled(looks.map((look) => look()))) {
        if (result.status === 'rejected') logger.warn({ event: 'system.look_failed', error: String(result.reason) });
      }
      return false;
    },
    everyMs: systemLookEveryMs,
    failed: (error) => logger.warn({ event: 'system.look_failed', error: String(error) }),
  });
}
