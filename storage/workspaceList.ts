import type { Database, Statement } from '../platform/database.js';

const listStatement: Statement = {
  name: 'workspaces_by_name',
  text: `select id, name from workspace where name ilike $1 or id::text = $2 order by lower(name), id limit $3`,
};

/** Workspaces whose names have these letters, or the one with this id, by name. As role identity, for operators of the installation alone. */
export function workspacesByName(database: Database, search: string, limit: number): Promise<{ id: string; name: string }[]> {
  const letters = search.replaceAll(/[\\%_]/g, (one) => `\\${one}`);
  return database.asIdentity<{ id: string; name: string }>(listStatement, [`%${letters}%`, search.toLowerCase(), limit]);
}
