import type { Database, Statement } from '../platform/database.js';
import type { StoredRef } from './messages.js';

const findStatement: Statement = {
  name: 'find_message_key',
  text: 'select created_at, payload_sha256 from message_key where workspace_id = $1 and message_id = $2',
};

/** A message that is known, with the SHA-256 of the request that made it. */
export interface KnownKey extends StoredRef {
  payloadSha256: Buffer;
}

/**
 * Whether an id is taken, by its key alone. Every keyed accept asks this, nearly always in vain; the message itself lies in
 * one of many partitions and is read only where there is one.
 */
export async function findKey(database: Database, workspaceId: string, messageId: string): Promise<KnownKey | undefined> {
  const [row] = await database.forWorkspace<{ created_at: Date; payload_sha256: Buffer }>(workspaceId, findStatement, [
    workspaceId,
    messageId,
  ]);
  return row && { workspaceId, messageId, createdAtMs: row.created_at.getTime(), payloadSha256: row.payload_sha256 };
}
