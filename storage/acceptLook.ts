import type { Category } from '../domain/message.js';
import type { Database, Statement } from '../platform/database.js';
import { isOptedOut } from './consentChange.js';
import type { KnownKey } from './messageKeys.js';

const lookStatement: Statement = {
  name: 'look_before_accept',
  text: `select k.created_at, k.payload_sha256, ${isOptedOut('$1', { phoneNumber: '$3', contactId: '$5::uuid' }, '$4')} as opted_out
    from (select) as one left join message_key k on k.workspace_id = $1 and k.message_id = $2`,
};

/** What is to be known before a message is accepted. */
export interface AcceptLook {
  /** The message that has its id already. */
  known: KnownKey | undefined;
  /** Its recipient is on the list. A preview: what counts is what the attempt's transaction finds. */
  optedOut: boolean;
}

/** Looks by one statement whether a message's id is taken and whether its recipient has opted out. */
export async function lookBeforeAccept(
  database: Database,
  {
    workspaceId,
    messageId,
    contactId,
    to,
    category,
  }: { workspaceId: string; messageId: string; contactId: string; to: string; category: Category },
): Promise<AcceptLook> {
  const values = [workspaceId, messageId, to, category, contactId];
  const [row] = await database.forWorkspace<{ created_at: Date | null; payload_sha256: Buffer | null; opted_out: boolean }>(
    workspaceId,
    lookStatement,
    values,
  );
  const known =
    row?.created_at && row.payload_sha256
      ? { workspaceId, messageId, createdAtMs: row.created_at.getTime(), payloadSha256: row.payload_sha256 }
      : undefined;
  return { known, optedOut: row?.opted_out ?? false };
}
