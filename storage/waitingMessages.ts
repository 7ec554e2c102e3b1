import type { CallPlace, RaisedFor } from '../domain/raise.js';
import type { CountBy } from '../domain/rateLimit.js';
import type { Database, Statement } from '../platform/database.js';

/** A message that waits for its turn. */
export interface WaitingMessage {
  messageId: string;
  createdAtMs: number;
  segments: number;
}

/** Those of a lane, by the index of open messages. One that is tried again after an error waits for a time of its own. */
const waiting = `
  from message
  where workspace_id = $1 and recorded_at is null and direction = 'outbound' and status = 'queued' and error_code is null
    and priority = $2 and ($3::uuid[] is null or sender_id = any ($3))`;

const pageStatement: Statement = {
  name: 'waiting_messages',
  text: `select id, created_at, segments ${waiting} and (created_at, id) > ($4, $5) order by created_at, id limit $6`,
};

/** The messages of a lane that wait for their turn after a place in it, in order. */
export async function waitingMessages(
  database: Database,
  workspaceId: string,
  { raised, after, limit }: { raised: RaisedFor; after: CallPlace; limit: number },
): Promise<WaitingMessage[]> {
  const rows = await database.forWorkspace<{ id: string; created_at: Date; segments: number }>(workspaceId, pageStatement, [
    workspaceId,
    after.lane,
    raised,
    new Date(after.createdAtMs),
    after.messageId,
    limit,
  ]);
  return rows.map(({ id, created_at, segments }) => ({ messageId: id, createdAtMs: created_at.getTime(), segments }));
}

const tokensStatement: Statement = {
  name: 'waiting_tokens',
  text: `select coalesce(sum(case when $6 = 'segment' then greatest(segments, 1) else 1 end), 0)::integer as tokens
    ${waiting} and (created_at, id) <= ($4, $5)`,
};

/** What those of a lane up to a place in it cost that wait still, in tokens. */
export async function waitingTokens(
  database: Database,
  workspaceId: string,
  { raised, upTo, countBy }: { raised: RaisedFor; upTo: CallPlace; countBy: CountBy },
): Promise<number> {
  const [row] = await database.forWorkspace<{ tokens: number }>(workspaceId, tokensStatement, [
    workspaceId,
    upTo.lane,
    raised,
    new Date(upTo.createdAtMs),
    upTo.messageId,
    countBy,
  ]);
  return row?.tokens ?? 0;
}
