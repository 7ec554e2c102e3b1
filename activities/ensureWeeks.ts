import { partitionWeeksAhead } from '../domain/limits.js';
import type { PartitionsResult } from '../domain/maintenance.js';
import { weekEndMs } from '../domain/weeks.js';
import type { MaintenanceDependencies } from './dependencies.js';

/** Makes the partitions that are missing for this week and those to come, and says until when there are some. */
export function ensureWeeks({ database, telemetry, logger }: Pick<MaintenanceDependencies, 'database' | 'telemetry' | 'logger'>) {
  return async (): Promise<PartitionsResult> => {
    const untilMs = weekEndMs(Date.now(), partitionWeeksAhead);
    const made = await database.makePartitions(partitionWeeksAhead);
    telemetry.set('partitions_until_seconds', {}, untilMs / 1_000);
    if (made > 0) logger.info({ event: 'partitions.made', weeks: made });
    return { made, untilMs };
  };
}
