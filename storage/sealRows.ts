import { everyWorkspace } from '../domain/consent.js';
import { campaignCharactersMax } from '../domain/historyLimits.js';
import { sealRowsPageSize } from '../domain/privacyLimits.js';
import { suppressionOf } from './consentChange.js';
import type { Readable, Sealable } from './contents.js';

const tables = ['contact', 'message', 'callback_receipt', 'suppression', 'webhook_delivery'] as const;

/** Where the sealing of rows goes on: after the row of a table that has this key, at its beginning where there is none. */
export interface SealCursor {
  table: (typeof tables)[number] | 'done';
  after: string[] | null;
}
export const sealRowsStart: SealCursor = { table: 'contact', after: null };

/** How the readable rows of a table are found in the order of its key, what is sealed of one, and how it is written. */
interface Sealing {
  /** The key, column by column, with its types. */
  key: [column: string, type: 'uuid' | 'timestamptz' | 'text'][];
  find: string;
  valueOf(row: any): Sealable | null;
  /** Its parameters: $1 workspaces, $2 the second column of the key, $3 the third, $4 the fourth, $5 what was sealed, $6 contacts. */
  write: string;
}

const whose = (row: { workspace_id: string; contact_id: string; id: string }) => ({
  workspaceId: row.workspace_id,
  contactId: row.contact_id,
  id: row.id,
});

const sealings: Record<(typeof tables)[number], Sealing> = {
  contact: {
    key: [
      ['r.workspace_id', 'uuid'],
      ['r.id', 'uuid'],
    ],
    find: 'select r.workspace_id, r.id, r.id as contact_id, r.phone_number, r.name from contact r where r.phone_number is not null',
    valueOf: (row) => ({ kind: 'contact', ...whose(row), value: { phoneNumber: row.phone_number, name: row.name } }),
    write: `update contact c set contents = i.contents, phone_number = null, name = null
      from unnest($1::uuid[], $2::uuid[], $5::bytea[]) as i (workspace_id, id, contents)
      where c.workspace_id = i.workspace_id and c.id = i.id and c.phone_number is not null`,
  },
  message: {
    key: [
      ['r.workspace_id', 'uuid'],
      ['r.created_at', 'timestamptz'],
      ['r.id', 'uuid'],
    ],
    find: 'select r.workspace_id, r.created_at, r.id, r.contact_id, r.body, r.media_urls, r.metadata from message r where r.body is not null',
    valueOf: (row) => ({ kind: 'message', ...whose(row), value: { body: row.body, mediaUrls: row.media_urls, metadata: row.metadata } }),
    write: `update message m set contents = i.contents, body = null, media_urls = '{}',
        metadata = '{}',
    campaign = coalesce(m.campaign, left(m.metadata ->> 'campaign', ${campaignCharactersMax}))
      from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $5::bytea[]) as i (workspace_id, created_at, id, contents)
      where m.workspace_id = i.workspace_id and m.created_at = i.created_at and m.id = i.id and m.body is not null`,
  },
  callback_receipt: {
    key: [
      ['r.workspace_id', 'uuid'],
      ['r.message_id', 'uuid'],
      ['r.received_at', 'timestamptz'],
      ['r.id', 'uuid'],
    ],
    find: `select r.workspace_id, r.message_id, r.received_at, r.id, m.contact_id, r.raw from callback_receipt r
      left join message_key k on k.workspace_id = r.workspace_id and k.message_id = r.message_id
      left join message m on m.workspace_id = r.workspace_id and m.created_at = k.created_at and m.id = r.message_id
      where r.raw is not null`,
    // Of a message that is gone nobody knows whose it was: what it said goes too.
    valueOf: (row) => (row.contact_id ? { kind: 'receipt', ...whose(row), value: row.raw } : null),
    write: `update callback_receipt r set contents = i.contents, raw = null
      from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::bytea[]) as i (workspace_id, message_id, received_at, id, contents)
      where r.workspace_id = i.workspace_id and r.message_id = i.message_id and r.received_at = i.received_at and r.id = i.id`,
  },
  suppression: {
    key: [
      ['r.workspace_id', 'uuid'],
      ['r.phone_number', 'text'],
      ['r.topic', 'text'],
    ],
    find: `select r.workspace_id, r.phone_number, r.topic, null::uuid as contact_id from suppression r
      where r.phone_number like '+%' and r.workspace_id <> '${everyWorkspace}'`,
    valueOf: (row) => suppressionOf(row.workspace_id, row.contact_id, row.phone_number),
    // Where the same was said again since, by hash, that entry stays.
    write: `with given as (
        select * from unnest($1::uuid[], $2::text[], $3::text[], $5::bytea[], $6::uuid[])
          as i (workspace_id, phone_number, topic, contents, contact_id)
      ), twice as (
        delete from suppression s using given i
        where s.workspace_id = i.workspace_id and s.phone_number = i.phone_number and s.topic = i.topic and exists (
          select from suppression o where o.workspace_id = i.workspace_id and o.phone_number = i.contact_id::text and o.topic = i.topic)
        returning s.workspace_id, s.phone_number, s.topic
      )
      update suppression s set contents = i.contents, phone_number = i.contact_id::text from given i
      where s.workspace_id = i.workspace_id and s.phone_number = i.phone_number and s.topic = i.topic
        and (s.workspace_id, s.phone_number, s.topic) not in (select workspace_id, phone_number, topic from twice)`,
  },
  // Nothing of it is sealed: the number is read when the webhook is sent.
  webhook_delivery: {
    key: [
      ['r.workspace_id', 'uuid'],
      ['r.id', 'uuid'],
    ],
    find: `select r.workspace_id, r.id, null::uuid as contact_id from webhook_delivery r where r.type = 'consent.changed' and r.data ? 'phoneNumber'`,
    valueOf: () => null,
    write: `update webhook_delivery d set data = d.data - 'phoneNumber' from unnest($1::uuid[], $2::uuid[]) as i (workspace_id, id)
      where d.workspace_id = i.workspace_id and d.id = i.id`,
  },
};

type Row = Record<string, unknown> & { contact_id: string | null };

/**
 * Seals the next rows that were stored readable, of before contacts had keys; answers where to go on and how many those were.
 * Ran again, it does nothing to what is sealed. As role maintenance. `contactIdOf` names who a number of a workspace is.
 */
export async function sealRows(
  { database, contents }: Readable,
  { table, after }: SealCursor,
  contactIdOf: (workspaceId: string, phoneNumber: string) => Promise<string>,
): Promise<{ cursor: SealCursor; sealed: number }> {
  if (table === 'done') return { cursor: { table, after }, sealed: 0 };
  const { key, find, valueOf, write } = sealings[table];
  const columns = key.map(([column]) => column).join(', ');
  const from = after ? `and (${columns}) > (${key.map(([, type], place) => `$${place + 2}::${type}`).join(', ')})` : '';
  const rows = await database.asMaintenance<Row>(`${find} ${from} order by ${columns} limit $1`, [sealRowsPageSize, ...(after ?? [])]);
  const keyOf = (row: Row) => key.map(([column]) => row[column.slice(2)]);
  if (rows.length > 0) {
    if (table === 'suppression')
      for (const row of rows) row.contact_id = await contactIdOf(row.workspace_id as string, row.phone_number as string);
    const sealed = await contents.seal(rows.map(valueOf));
    const all = [...[0, 1, 2, 3].map((place) => rows.map((row) => keyOf(row)[place] ?? null)), sealed, rows.map((row) => row.contact_id)];
    const used = [...new Set([...write.matchAll(/\$(\d)/g)].map(([, number]) => Number(number)))].sort();
    const renumbered = write.replace(/\$(\d)/g, (_, number) => `$${used.indexOf(Number(number)) + 1}`);
    await database.asMaintenance(
      renumbered,
      used.map((number) => all[number - 1]),
    );
  }
  const last = rows.at(-1);
  const next = tables[tables.indexOf(table) + 1] ?? 'done';
  const isMore = last !== undefined && rows.length === sealRowsPageSize;
  const text = (value: unknown) => (value instanceof Date ? value.toISOString() : String(value));
  return { cursor: isMore ? { table, after: keyOf(last).map(text) } : { table: next, after: null }, sealed: rows.length };
}
