import { archiveStatementTimeoutMs } from '../domain/archiveLimits.js';
import { errorSentenceOf } from '../domain/errorCodes.js';
import type { Database, Statement } from '../platform/database.js';
import { appendEvents } from './messageEvents.js';
import { noFacts } from './messageFacts.js';
import { timeBounds } from './timeBounds.js';

/** A message that was parked and has failed. */
export interface Abandoned {
  workspaceId: string;
  messageId: string;
}

const batchMax = 500;

// Compared and set under the row's lock: who retries or resolves it by hand comes first, or finds it failed. What is in doubt of
// it is given up with it.
const abandonStatement: Statement = {
  name: 'abandon_parked',
  text: `
  with named as (
    select * from unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) as i (workspace_id, created_at, id)
  ), moved as (
    update message m set status = 'failed', error_code = 'abandoned', error_message = $7, updated_at = now(), recorded_at = coalesce(m.recorded_at, now())
    from named i
    where m.workspace_id = i.workspace_id and m.created_at = i.created_at and m.id = i.id and m.created_at >= $4 and m.created_at <= $5
      and m.status = 'parked' and m.updated_at < $6
    returning m.workspace_id, m.contact_id, m.id as message_id, m.direction, m.status, m.attempt, m.provider_message_id, m.error_code,
      m.error_message, m.created_at as message_created_at, ${noFacts} as facts, 1 as n
  ), given_up as (
    update send_attempt a set status = 'abandoned', updated_at = now(), evidence = concat_ws('; ', a.evidence, 'nobody decided in time')
    from moved m
    where a.workspace_id = m.workspace_id and a.created_at = m.message_created_at and a.message_id = m.message_id
      and a.created_at >= $4 and a.created_at <= $5 and a.status in ('dispatching', 'uncertain')
  ), ${appendEvents('moved', 'exists')}
  select workspace_id as "workspaceId", message_id as "messageId" from moved`,
};

// All that wait for a person, by their index.
const waiting = `select workspace_id, created_at, id from message
  where failed_at < $1 and failed_at is not null and status = 'parked' and updated_at < $1 order by workspace_id, failed_at, id limit $2`;
// Also those that were dismissed, which are in no index: of one week, which is read once before it is archived.
const ofWeek = `select workspace_id, created_at, id from message
  where created_at >= $3 and created_at < $4 and status = 'parked' and updated_at < $1 order by workspace_id, created_at, id limit $2`;

/**
 * Ends what was parked before a time and never decided: `failed` with `abandoned`. Answers which messages those were.
 *
 * @param week only its messages, those that were dismissed too; epoch milliseconds
 */
export async function abandonParked(
  database: Database,
  parkedBefore: Date,
  week?: { startMs: number; endMs: number },
): Promise<Abandoned[]> {
  const all: Abandoned[] = [];
  for (;;) {
    const found = await database.asMaintenanceForLong<{ workspace_id: string; created_at: Date; id: string }>(
      archiveStatementTimeoutMs,
      week ? ofWeek : waiting,
      [parkedBefore, batchMax, ...(week ? [new Date(week.startMs), new Date(week.endMs)] : [])],
    );
    if (found.length === 0) return all;
    const values = [found.map((row) => row.workspace_id), found.map((row) => row.created_at), found.map((row) => row.id)];
    const bounds = timeBounds(found.map(({ created_at }) => ({ createdAtMs: created_at.getTime() })));
    const abandoned = await database.forWorkspaces<Abandoned & Record<string, unknown>>(
      found.map((row) => row.workspace_id),
      abandonStatement,
      [...values, ...bounds, parkedBefore, errorSentenceOf('abandoned')],
    );
    all.push(...abandoned);
    if (found.length < batchMax || abandoned.length === 0) return all;
  }
}
