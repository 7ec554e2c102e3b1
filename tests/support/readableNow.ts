import { createDecipheriv } from 'node:crypto';
import { deriveKey } from '../../platform/crypto.js';
import { MasterKeys } from '../../platform/masterKeys.js';
import { openBytes, type SealingKey, sealingKey } from '../../platform/sealedBytes.js';
import { unwrapWorkspaceKey } from '../../storage/workspaces.js';
import { sql } from './database.js';
import type { System } from './system.js';

/** Every key of contacts that there is still. */
async function keysHeld(system: System): Promise<SealingKey[]> {
  const masterKeys = new MasterKeys(Buffer.from(system.encryptionKey, 'base64'));
  const workspaces = await sql<{ id: string; wrapped_key: string }>(system.databaseUrl, 'select id, wrapped_key from workspace');
  const wrapping = new Map(
    workspaces.map((row) => [row.id, sealingKey(deriveKey(unwrapWorkspaceKey(masterKeys, row.id, row.wrapped_key), 'contact-keys'))]),
  );
  const rows = await sql<{ workspace_id: string; contact_id: string; wrapped_key: Buffer }>(
    system.keysDatabaseUrl,
    'select * from contact_key',
  );
  return rows.map((row) => {
    const context = `contact_key/${row.workspace_id}/${row.contact_id}`;
    return sealingKey(openBytes(wrapping.get(row.workspace_id) as SealingKey, context, row.wrapped_key) as Buffer);
  });
}

/** Every sealed value of every table. */
async function allSealed(system: System): Promise<Buffer[]> {
  const columns = await sql<{ table: string; column: string }>(
    system.databaseUrl,
    `select table_name as table, column_name as column from information_schema.columns where table_schema = 'public' and data_type = 'bytea'`,
  );
  const values = await Promise.all(
    columns.map(({ table, column }) =>
      sql<{ value: Buffer }>(system.databaseUrl, `select "${column}" as value from "${table}" where length("${column}") > 33`),
    ),
  );
  return values.flat().map(({ value }) => value);
}

/** What a key makes of a sealed value, without looking whether it fits or belongs there. */
const decrypted = (key: SealingKey, value: Buffer) =>
  createDecipheriv('aes-256-gcm', key.bytes, value.subarray(5, 17)).update(value.subarray(17, -16)).toString('latin1');

/** What whoever has the database and every key that is still held can read. */
export async function readableNow(system: System): Promise<string> {
  const [keys, values] = await Promise.all([keysHeld(system), allSealed(system)]);
  return keys.flatMap((key) => values.map((value) => decrypted(key, value))).join('\n');
}
