import { termsOfContact } from '../domain/contactSearch.js';
import type { Database } from '../platform/database.js';
import type { ContactRef } from './contactKeys.js';
import type { Readable } from './contents.js';
import { sealedContactOf } from './messages.js';
import { wordHash } from './wordHash.js';

interface ContactRow extends Record<string, unknown> {
  workspace_id: string;
  contact_id: string;
  contact_contents: Buffer | null;
  phone_number: string | null;
  name: string | null;
}

const findText = `select workspace_id, id as contact_id, contents as contact_contents, phone_number, name from contact
  where not searchable and (contents is not null or phone_number is not null) order by workspace_id, id limit $1`;

// Only where the contact is still what was read: one that was erased or named meanwhile is looked at again. Who is being written to at
// this moment is left for the next look, so that nobody waits for this.
const storeText = `
  with found as (
    select c.workspace_id, c.id from contact c
    join unnest($1::uuid[], $2::uuid[], $3::bytea[]) as i (workspace_id, id, contents)
      on c.workspace_id = i.workspace_id and c.id = i.id and c.contents is not distinct from i.contents
    where not c.searchable for update of c skip locked
  ), marked as (
    update contact c set searchable = true from found f where c.workspace_id = f.workspace_id and c.id = f.id
  ), stored as (
    insert into contact_term (workspace_id, contact_id, term)
    select f.workspace_id, f.id, t.term from found f
    join unnest($4::uuid[], $5::uuid[], $6::bigint[]) as t (workspace_id, id, term) on t.workspace_id = f.workspace_id and t.id = f.id
    on conflict do nothing
  )
  select id from found`;

/**
 * Makes contacts that can't be found yet ones that can, so many at most. Answers how many there were. As role maintenance.
 *
 * @param keyOf the key of a workspace's words
 */
export async function gatherTerms(
  { database, contents }: Readable,
  keyOf: (workspaceId: string) => Promise<Buffer>,
  limit: number,
): Promise<number> {
  const rows = await database.asMaintenance<ContactRow>(findText, [limit]);
  if (rows.length === 0) return 0;
  const opened = await contents.open(rows.map(sealedContactOf));
  const terms: { row: ContactRow; term: string }[] = [];
  for (const [place, row] of rows.entries()) {
    const key = await keyOf(row.workspace_id);
    const contact = opened[place] ?? { phoneNumber: row.phone_number, name: row.name };
    terms.push(...termsOfContact(contact).map((term) => ({ row, term: wordHash(key, term) })));
  }
  await database.asMaintenance(storeText, [
    rows.map((row) => row.workspace_id),
    rows.map((row) => row.contact_id),
    rows.map((row) => row.contact_contents),
    terms.map(({ row }) => row.workspace_id),
    terms.map(({ row }) => row.contact_id),
    terms.map(({ term }) => term),
  ]);
  return rows.length;
}

/** Removes what a contact is found by; where it is known still, that is gathered anew. As role maintenance. */
export async function forgetTermsOf(database: Database, { workspaceId, contactId }: ContactRef): Promise<void> {
  // First: what is being gathered at this moment is then not stored any more.
  await database.asMaintenance('update contact set searchable = false where workspace_id = $1 and id = $2', [workspaceId, contactId]);
  await database.asMaintenance('delete from contact_term where workspace_id = $1 and contact_id = $2', [workspaceId, contactId]);
}
