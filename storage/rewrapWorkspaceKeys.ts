import type { Database } from '../platform/database.js';
import type { MasterKeys } from '../platform/masterKeys.js';
import { unwrapWorkspaceKey, wrapWorkspaceKey } from './workspaces.js';

/**
 * Wraps the keys of some workspaces anew, under the current master key; answers how many were, at most `limit`. One that
 * was changed meanwhile is left to the next call. As role maintenance.
 */
export async function rewrapWorkspaceKeys(database: Database, masterKeys: MasterKeys, limit: number): Promise<number> {
  const rows = await database.asMaintenance<{ id: string; wrapped_key: string }>(
    `select id, wrapped_key from workspace where split_part(wrapped_key, '.', 2) <> $1 and wrapped_key <> '' order by id limit $2`,
    [masterKeys.currentId, limit],
  );
  const anew = rows.map(({ id, wrapped_key: wrapped }) => wrapWorkspaceKey(masterKeys, id, unwrapWorkspaceKey(masterKeys, id, wrapped)));
  const written = await database.asMaintenance(
    `update workspace w set wrapped_key = i.anew
     from unnest($1::uuid[], $2::text[], $3::text[]) as i (id, wrapped_key, anew) where w.id = i.id and w.wrapped_key = i.wrapped_key
     returning w.id`,
    [rows.map(({ id }) => id), rows.map((row) => row.wrapped_key), anew],
  );
  return written.length;
}
