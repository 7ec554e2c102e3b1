import { ensureKeysDatabase } from '../../local/embeddedPostgres.js';
import { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { ContactKeys } from '../../storage/contactKeys.js';
import { Contents, type Readable } from '../../storage/contents.js';
import { migrateKeys } from '../../storage/migrate.js';

/** For rows that lie there readable, as those of before there were keys: no key is asked for. */
export function readableOnly(database: Database): Readable {
  return { database, contents: new Contents(new ContactKeys(database, () => Promise.reject(new Error('no key is expected')))) };
}

export interface TestKeys {
  url: string;
  database: Database;
  contactKeys: ContactKeys;
  contents: Contents;
  close(): Promise<void>;
}

/** A database of keys beside a test's own, which is dropped with it; every workspace wraps by the same key. */
export async function createTestKeys(databaseUrl: string, wrapKey = Buffer.alloc(32, 3)): Promise<TestKeys> {
  const url = await ensureKeysDatabase(databaseUrl);
  await migrateKeys(url);
  const database = new Database(url, 10, createLogger('silent'));
  const contactKeys = new ContactKeys(database, () => Promise.resolve(wrapKey));
  return { url, database, contactKeys, contents: new Contents(contactKeys), close: () => database.close() };
}
