import type { Database } from '../platform/database.js';

/** What time it is by the database, epoch milliseconds: that of a process may be wrong, and what is removed by it is gone. */
export async function databaseNowMs(database: Database): Promise<number> {
  const [row] = await database.asMaintenance<{ now: Date }>('select now() as now');
  return (row as { now: Date }).now.getTime();
}
