import type { Database } from '../platform/database.js';

/** The ids of all workspaces in order, or of one if there is such a workspace. As role maintenance. */
export async function workspaceIds(database: Database, only?: string): Promise<string[]> {
  const rows = await database.asMaintenance<{ id: string }>('select id from workspace where $1::uuid is null or id = $1 order by id', [
    only ?? null,
  ]);
  return rows.map(({ id }) => id);
}
