import { wordsPerRemovalMax } from '../domain/historyLimits.js';
import { searchWordsOf } from '../domain/searchWords.js';
import type { Database } from '../platform/database.js';
import type { Readable } from './contents.js';
import { type StoredRef, sealedMessageOf } from './messages.js';
import { timeBounds } from './timeBounds.js';
import { wordHash } from './wordHash.js';

/** How far the words of one workspace have been gathered. */
export interface WordCursor {
  workspaceId: string;
  seq: number;
  at: Date;
  forgets: number;
}

/** Begins with workspaces that want to search by words since a moment ago. As role maintenance. */
export async function beginWordIndexes(database: Database): Promise<void> {
  await database.asMaintenance(
    `insert into word_index (workspace_id) select w.id from workspace w
     where w.word_search and not exists (select from word_index i where i.workspace_id = w.id) on conflict do nothing`,
  );
}

/** Workspaces of which there are events whose messages have not been looked at, at most `limit`. As role maintenance. */
export async function wordIndexesBehind(database: Database, limit: number): Promise<WordCursor[]> {
  return database.asMaintenance<WordCursor & Record<string, unknown>>(
    `select i.workspace_id as "workspaceId", i.cursor_seq::float8 as seq, i.cursor_at as at, i.forgets
     from word_index i join workspace w on w.id = i.workspace_id join workspace_sequence s on s.workspace_id = i.workspace_id
     where w.word_search and not i.removing and s.last_seq > i.cursor_seq order by i.cursor_at limit $1`,
    [limit],
  );
}

interface EventRow extends Record<string, unknown> {
  seq: number;
  at: Date;
  id: string | null;
  contact_id: string;
  stored_at: Date;
  body: string | null;
  contents: Buffer | null;
}

// A message is stored with one of these states; those that it has later say nothing new of its text.
const newsText = `
  select e.seq::float8 as seq, e.created_at as at, m.id, m.contact_id, m.created_at as stored_at, m.body, m.contents
  from (
    select seq, created_at, message_id, status from message_event
    -- The time chooses the partitions: it may go back a little where numbers go on.
    where workspace_id = $1 and seq > $2 and created_at > $3::timestamptz - interval '1 minute' order by seq limit $4
  ) e
  left join message_key k on k.workspace_id = $1 and k.message_id = e.message_id and e.status in ('queued', 'scheduled', 'received')
  left join message m on m.workspace_id = $1 and m.created_at = k.created_at and m.id = k.message_id
  order by e.seq`;

// Stored only where nobody has come before, and where nobody's words were removed since the texts were read.
const storeText = `
  with moved as (
    update word_index set cursor_seq = $4, cursor_at = $5 where workspace_id = $1 and cursor_seq = $2 and forgets = $3 and not removing returning workspace_id
  ), stored as (
    insert into message_word (workspace_id, contact_id, created_at, message_id, word)
    select m.workspace_id, i.* from moved m cross join unnest($6::uuid[], $7::timestamptz[], $8::uuid[], $9::bigint[]) i
    on conflict do nothing
  )
  select 1 from moved`;

/**
 * Gathers the words of what has come in since a place, of so many events at most, under the workspace's key. Answers how many
 * events that were; 0 also where another was quicker. As role maintenance.
 */
export async function gatherWords(
  { database, contents }: Readable,
  key: Buffer,
  { workspaceId, seq, at, forgets }: WordCursor,
  limit: number,
): Promise<number> {
  const events = await database.asMaintenance<EventRow>(newsText, [workspaceId, seq, at, limit]);
  const opened = await contents.open(
    events.map((row) => (row.id === null ? null : sealedMessageOf({ ...row, id: row.id, workspace_id: workspaceId }))),
  );
  const last = events.at(-1);
  if (!last) return 0;
  const words = events.flatMap(({ id, contact_id: contactId, stored_at: storedAt, body }, place) =>
    id === null
      ? []
      : searchWordsOf(opened[place]?.body ?? body ?? '').map((word) => ({ contactId, storedAt, id, word: wordHash(key, word) })),
  );
  const moved = await database.asMaintenance(storeText, [
    workspaceId,
    seq,
    forgets,
    last.seq,
    last.at,
    words.map(({ contactId }) => contactId),
    words.map(({ storedAt }) => storedAt),
    words.map(({ id }) => id),
    words.map(({ word }) => word),
  ]);
  return moved.length > 0 ? events.length : 0;
}

/** Removes words of workspaces that do not want to search by them any more, a part at a time; answers whether there is more. As role maintenance. */
export async function removeUnwantedWords(database: Database): Promise<boolean> {
  await database.asMaintenance(
    `update word_index i set removing = true from workspace w where w.id = i.workspace_id and not w.word_search and not i.removing`,
  );
  const [unwanted] = await database.asMaintenance<{ id: string }>('select workspace_id as id from word_index where removing limit 1');
  if (!unwanted) return false;
  const gone = await database.asMaintenance(
    `delete from message_word where (workspace_id, contact_id, created_at, message_id, word) in (
       select workspace_id, contact_id, created_at, message_id, word from message_word where workspace_id = $1 limit $2) returning 1`,
    [unwanted.id, wordsPerRemovalMax],
  );
  // If it is wanted again by now it begins anew.
  if (gone.length < wordsPerRemovalMax)
    await database.asMaintenance('delete from word_index where workspace_id = $1 and removing', [unwanted.id]);
  return true;
}

/**
 * Removes the words of a contact's texts of until a time, which are unreadable already: call it after that. Words that are being gathered at this
 * moment are not stored any more.
 */
export async function forgetWordsOf(database: Database, workspaceId: string, contactId: string, until = new Date()): Promise<void> {
  // Two statements: the second sees what was stored before the first.
  await database.asMaintenance('update word_index set forgets = forgets + 1 where workspace_id = $1', [workspaceId]);
  await database.asMaintenance('delete from message_word where workspace_id = $1 and contact_id = $2 and created_at <= $3', [
    workspaceId,
    contactId,
    until,
  ]);
}

/** The same of single messages whose texts are gone. */
export async function forgetWordsOfMessages(
  database: Database,
  workspaceId: string,
  messages: (StoredRef & { contactId: string })[],
): Promise<void> {
  if (messages.length === 0) return;
  await database.asMaintenance('update word_index set forgets = forgets + 1 where workspace_id = $1', [workspaceId]);
  await database.asMaintenance(
    `delete from message_word w using unnest($2::uuid[], $3::timestamptz[], $4::uuid[]) as i (contact_id, created_at, message_id)
     where w.workspace_id = $1 and w.contact_id = i.contact_id and w.created_at = i.created_at and w.message_id = i.message_id
       and w.created_at between $5 and $6`,
    [
      workspaceId,
      messages.map((m) => m.contactId),
      messages.map((m) => new Date(m.createdAtMs)),
      messages.map((m) => m.messageId),
      ...timeBounds(messages),
    ],
  );
}

/** Drops words whose messages are not here any more. Answers how many weeks of them. As role maintenance. */
export async function dropOldWords(database: Database): Promise<number> {
  const [row] = await database.asMaintenance<{ dropped: number }>('select drop_old_words() as dropped');
  return row?.dropped ?? 0;
}
