import type { Database, Statement } from '../platform/database.js';
import type { Shelf } from './messages.js';

/** A provider's word about an attempt, as it was stored when it came. Its raw text stays sealed. */
export interface StoredReceipt {
  at: Date;
  /** The attempt that it is about, 0 where it names none. */
  attempt: number;
  providerMessageId: string;
  /** As the provider's word was understood. */
  status: string;
}

type ReceiptRow = StoredReceipt & Record<string, unknown>;

const columns = `received_at as at, attempt, provider_message_id as "providerMessageId", status`;
const ofMessageText = (source: string) =>
  `select ${columns} from ${source} r where r.workspace_id = $1 and r.message_id = $2 order by r.received_at, r.id`;
const statements: Record<Shelf, Statement> = {
  hot: { name: 'receipts_of_message', text: ofMessageText('callback_receipt') },
  cold: { name: 'receipts_of_message_cold', text: ofMessageText('callback_receipt_cold') },
};
const archivedStatement: Statement = {
  name: 'archived_receipts_of_message',
  text: `select ${columns} from jsonb_populate_recordset(null::callback_receipt, $3::jsonb) r
    where r.workspace_id = $1 and r.message_id = $2 order by r.received_at, r.id`,
};

/** All receipts of one message that are kept, oldest first. */
export async function receiptsOfMessage(
  database: Database,
  workspaceId: string,
  messageId: string,
  shelf: Shelf = 'hot',
): Promise<StoredReceipt[]> {
  return database.forWorkspace<ReceiptRow>(workspaceId, statements[shelf], [workspaceId, messageId]);
}

/** The same of archived rows, given as JSON. */
export async function receiptsFromRows(
  database: Database,
  workspaceId: string,
  messageId: string,
  rows: string[],
): Promise<StoredReceipt[]> {
  if (rows.length === 0) return [];
  return database.forWorkspace<ReceiptRow>(workspaceId, archivedStatement, [workspaceId, messageId, `[${rows.join(',')}]`]);
}
