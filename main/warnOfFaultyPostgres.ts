import type { Database } from '../platform/database.js';
import type { Logger } from '../platform/logger.js';

/** Of Postgres 18, all that are known: docs/adr/0013. By `server_version_num`. */
const faultyFrom = 180_000;
const faultyBelow = 190_000;

/** Whether this Postgres may pass over rows that are being changed. */
export function isFaultyPostgres(serverVersionNum: number): boolean {
  return serverVersionNum >= faultyFrom && serverVersionNum < faultyBelow;
}

/** Warns where the database is such a Postgres. One that does not answer is not asked again. */
export async function warnOfFaultyPostgres(database: Database, logger: Logger): Promise<void> {
  const found = await database.serverVersion().catch(() => undefined);
  if (found && isFaultyPostgres(found.number)) logger.warn({ event: 'database.version_faulty', version: found.text });
}
