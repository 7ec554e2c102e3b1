import type { Database, Statement } from '../platform/database.js';
import { auditValues, type ByHand } from './audit.js';
import { namesWho } from './configurationVersions.js';

const stateStatement: Statement = {
  name: 'word_index_state',
  text: `select w.word_search as on, (select max(last_seq) from workspace_sequence where workspace_id = $1)::float8 as last,
      (select cursor_seq from word_index where workspace_id = $1)::float8 as seq
    from workspace w where w.id = $1`,
};

/** Whether a workspace can be searched by words, and how many of its events have not been looked at for them. */
export async function wordSearchState(database: Database, workspaceId: string): Promise<{ words: boolean; behind: number }> {
  const [row] = await database.forWorkspace<{ on: boolean; last: number | null; seq: number | null }>(workspaceId, stateStatement, [
    workspaceId,
  ]);
  const words = row?.on ?? false;
  return { words, behind: words ? Math.max(0, (row?.last ?? 0) - (row?.seq ?? 0)) : 0 };
}

const switchStatement: Statement = {
  name: 'switch_word_search',
  text: `
  with ${namesWho(4, 6)}, changed as (
    update workspace w set word_search = $2 from who where w.id = $1 and w.word_search <> $2 returning w.id
  )
  insert into audit_event (workspace_id, id, actor, action, details)
  select id, $3::uuid, $4::text, 'search.changed', $5::jsonb || jsonb_build_object('words', $2::boolean) from changed`,
};

/** Says whether a workspace can be searched by words, and notes who did; saying what is so already changes nothing. */
export async function switchWordSearch(database: Database, workspaceId: string, words: boolean, byHand: ByHand): Promise<void> {
  const [id, actor, details] = auditValues(byHand);
  await database.forWorkspace(workspaceId, switchStatement, [workspaceId, words, id, actor, details, byHand.reason ?? null]);
}
