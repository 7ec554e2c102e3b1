import { ConfigError } from '../platform/config.js';
import { SecretError } from '../platform/crypto.js';
import type { Database } from '../platform/database.js';
import type { MasterKeys } from '../platform/masterKeys.js';

export interface CheckedKeys {
  database: Database;
  /** The database of contacts' keys. */
  keys: Database;
  masterKeys: MasterKeys;
}

const contextOf = (id: string) => `master_key/${id}`;

/**
 * Makes sure that what lies in the databases can be opened by the keys at hand, and that the two belong together. The first
 * process of all notes both; a new master key is noted where those of before are named too. Throws ConfigError, and has
 * written nothing then.
 */
export async function checkKeys({ database, keys, masterKeys }: CheckedKeys): Promise<void> {
  await checkMasterKeys(database, masterKeys);
  await checkKeysDatabase(database, keys);
}

/** The part of `checkKeys` that is about the master keys. */
export async function checkMasterKeys(database: Database, masterKeys: MasterKeys): Promise<void> {
  const known = await database.asMaintenance<{ id: string; sealed: string }>('select id, sealed from master_key');
  const current = known.find(({ id }) => id === masterKeys.currentId);
  const lacking = (await masterKeysInUse(database)).filter((id) => !masterKeys.byId.has(id));
  // A key that nobody has seen, without any of before: a mistake, also where nothing is sealed yet.
  if (!current && known.length > 0 && !known.some(({ id }) => masterKeys.byId.has(id))) lacking.push(...known.map(({ id }) => id));
  if (lacking.length > 0) throw wrongMasterKey(masterKeys, [...new Set(lacking)]);
  if (current) {
    try {
      masterKeys.open(contextOf(current.id), current.sealed);
    } catch (error) {
      throw error instanceof SecretError ? wrongMasterKey(masterKeys, [current.id]) : error;
    }
    return;
  }
  const sealed = masterKeys.seal(contextOf(masterKeys.currentId), Buffer.from('postrider'));
  await database.asMaintenance('insert into master_key (id, sealed) values ($1, $2) on conflict do nothing', [
    masterKeys.currentId,
    sealed,
  ]);
}

/** Ids of the master keys under which keys of workspaces are wrapped. */
export async function masterKeysInUse(database: Database): Promise<string[]> {
  const rows = await database.asMaintenance<{ id: string }>(
    `select distinct split_part(wrapped_key, '.', 2) as id from workspace where wrapped_key <> ''`,
  );
  return rows.map(({ id }) => id);
}

function wrongMasterKey({ currentId }: MasterKeys, lacking: string[]): ConfigError {
  return new ConfigError([
    `ENCRYPTION_KEY is key ${currentId}, and the data is sealed under key ${lacking.join(', ')}: set the key that sealed it, or name that one in ENCRYPTION_KEYS_OLD until everything is sealed anew (docs/using/keys.md). Nothing was written.`,
  ]);
}

async function checkKeysDatabase(database: Database, keys: Database): Promise<void> {
  const text = 'select id from keys_database';
  const [found] = await keys.asMaintenance<{ id: string }>(text);
  if (!found) throw new ConfigError(['KEYS_DATABASE_URL names a database that says nothing of itself: run node dist/main/migrate.js']);
  await database.asMaintenance('insert into keys_database (id) values ($1) on conflict do nothing', [found.id]);
  const [expected] = await database.asMaintenance<{ id: string }>(text);
  if (expected?.id !== found.id)
    throw new ConfigError([
      `KEYS_DATABASE_URL names the keys of other contacts (${found.id}, and this data is sealed by those of ${expected?.id}): everything would look erased. Nothing was written.`,
    ]);
}
