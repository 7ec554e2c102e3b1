import type { Statement } from '../platform/database.js';
import type { ContactRef } from './contactKeys.js';
import type { Readable } from './contents.js';
import { sealedContactOf } from './messages.js';

const numberStatement: Statement = {
  name: 'number_of_contact',
  text: `
  select c.phone_number, c.contents as contact_contents,
    (select s.contents from suppression s where s.workspace_id = $1 and s.phone_number = $2::text and s.contents is not null limit 1) as suppressed
  from (select) as one left join contact c on c.workspace_id = $1 and c.id = $2::uuid`,
};

/** The number of a contact, or of somebody on the list who was never written to; null where it was erased, or is not known. */
export async function numberOfContact({ database, contents }: Readable, workspaceId: string, contactId: string): Promise<string | null> {
  const [row] = await database.forWorkspace<{ phone_number: string | null; contact_contents: Buffer | null; suppressed: Buffer | null }>(
    workspaceId,
    numberStatement,
    [workspaceId, contactId],
  );
  if (!row) return null;
  const ref = { workspaceId, contactId, id: contactId };
  const [[contact], [suppression]] = await Promise.all([
    contents.open([sealedContactOf({ ...row, workspace_id: workspaceId, contact_id: contactId })]),
    contents.open([row.suppressed && { kind: 'suppression', ...ref, sealed: row.suppressed }]),
  ]);
  return contact?.phoneNumber ?? suppression?.phoneNumber ?? row.phone_number;
}

/** Who a contact is. */
export interface FoundContact {
  /** Null where it was erased. */
  phoneNumber: string | null;
  name: string | null;
  /** Null where it was not erased, or has been written with since. */
  erasedAt: Date | null;
}

const findStatement: Statement = {
  name: 'find_contact_contents',
  text: `select workspace_id, id as contact_id, contents as contact_contents, phone_number, name, erased_at from contact where workspace_id = $1 and id = $2`,
};

interface ContactRow extends Record<string, unknown> {
  workspace_id: string;
  contact_id: string;
  contact_contents: Buffer | null;
  phone_number: string | null;
  name: string | null;
  erased_at: Date | null;
}

/** A contact by its id, or undefined. */
export async function findContact(
  { database, contents }: Readable,
  { workspaceId, contactId }: ContactRef,
): Promise<FoundContact | undefined> {
  const [row] = await database.forWorkspace<ContactRow>(workspaceId, findStatement, [workspaceId, contactId]);
  if (!row) return undefined;
  const [opened] = await contents.open([sealedContactOf(row)]);
  const { phoneNumber, name } = opened ?? { phoneNumber: row.phone_number, name: row.name };
  return { phoneNumber, name, erasedAt: phoneNumber === null ? row.erased_at : null };
}
