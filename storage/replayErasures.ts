import { nilUuid } from '../domain/ids.js';
import { replayPageSize } from '../domain/privacyLimits.js';
import type { Database } from '../platform/database.js';

interface JournalRow extends Record<string, unknown> {
  workspace_id: string;
  contact_id: string;
  erased_at: Date;
}

const pageStatement = `select workspace_id, contact_id, erased_at from erasure
  where (workspace_id, contact_id, erased_at) > ($1, $2, $3) order by workspace_id, contact_id, erased_at limit $4`;

const columnsOf = (rows: JournalRow[]) => [
  rows.map((row) => row.workspace_id),
  rows.map((row) => row.contact_id),
  rows.map((row) => row.erased_at),
];

// A key that was made later is that of a contact that was written with again.
const destroyAgain = `delete from contact_key k using unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as j (workspace_id, contact_id, erased_at)
  where k.workspace_id = j.workspace_id and k.contact_id = j.contact_id and k.created_at <= j.erased_at returning 1`;
const noteBesideKeys = `insert into erasure (workspace_id, contact_id, erased_at)
  select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) on conflict do nothing returning 1`;
// Noted as not finished: the next run of finishErasures removes what the restore brought back.
const noteBesideMessages = `insert into erasure (workspace_id, contact_id, erased_at, actor)
  select j.*, 'restore' from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as j (workspace_id, contact_id, erased_at)
  join workspace w on w.id = j.workspace_id on conflict do nothing returning 1`;

/**
 * After a restore of one of the two databases: does again what the journal of the other knows of. Keys that came back are
 * destroyed, and contacts that came back are noted to be erased once more. Answers how many those were; without a restore none. As
 * role maintenance.
 */
export async function replayErasures(database: Database, keys: Database): Promise<{ destroyed: number; noted: number }> {
  const done = { destroyed: 0, noted: 0 };
  await eachPage(database, async (page) => {
    done.destroyed += (await keys.asMaintenance(destroyAgain, columnsOf(page))).length;
    await keys.asMaintenance(noteBesideKeys, columnsOf(page));
  });
  await eachPage(keys, async (page) => {
    done.destroyed += (await keys.asMaintenance(destroyAgain, columnsOf(page))).length;
    done.noted += (await database.asMaintenance(noteBesideMessages, columnsOf(page))).length;
  });
  return done;
}

async function eachPage(journal: Database, use: (page: JournalRow[]) => Promise<void>): Promise<void> {
  let after: unknown[] = [nilUuid, nilUuid, new Date(0)];
  for (;;) {
    const page = await journal.asMaintenance<JournalRow>(pageStatement, [...after, replayPageSize]);
    if (page.length === 0) return;
    await use(page);
    const last = page.at(-1) as JournalRow;
    after = [last.workspace_id, last.contact_id, last.erased_at];
  }
}
