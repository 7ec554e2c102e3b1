import { cancelableStatuses, type MessageStatus } from '../domain/messageStatus.js';
import type { Database, Statement } from '../platform/database.js';
import { auditMoved, auditValues, type ByHand } from './audit.js';
import { appendEvents } from './messageEvents.js';
import { factsOfTimes, noFacts } from './messageFacts.js';
import type { StoredRef } from './messages.js';

/** A message after somebody wanted to move it by hand: `moved`, or as something else has made it. */
export interface MovedByHand {
  moved: boolean;
  status: MessageStatus;
  generation: number;
}

const locked = 'locked as (select * from message where workspace_id = $1 and created_at = $2 and id = $3 for update)';
const returning = (facts: string) => `returning m.workspace_id, m.contact_id, m.id as message_id, m.direction, m.status, m.generation,
      m.attempt, m.provider_message_id, m.error_code, m.error_message, ${facts} as facts, 1 as n`;
const answer = `select m.message_id is not null as moved, coalesce(m.status, l.status) as status,
    coalesce(m.generation, l.generation) as generation
  from locked l left join moved m on true`;

// The state is compared and set under the row's lock, which begin_attempt and a late callback take too: one comes first, and
// the other finds what it did. The attempts in doubt are given up with it: while one is open, no other can begin.
const retryStatement: Statement = {
  name: 'retry_message',
  text: `
  with ${locked}, moved as (
    update message m set status = 'queued', generation = m.generation + $5, recorded_at = null, updated_at = now(),
      valid_until = greatest(m.valid_until, now() + $6 * interval '1 millisecond'),
      send_at = case when m.send_at <= now() then m.send_at end
    from locked l
    where m.workspace_id = $1 and m.created_at = $2 and m.id = $3 and l.status = $4 and l.content_removed_at is null
    ${returning(factsOfTimes('m'))}
  ), given_up as (
    update send_attempt a set status = 'abandoned', updated_at = now(),
      evidence = concat_ws('; ', a.evidence, 'to be sent once more by hand: ' || $8::text)
    from moved m
    where a.workspace_id = $1 and a.created_at = $2 and a.message_id = $3 and a.status in ('dispatching', 'uncertain')
  ), ${auditMoved('message.retried', 7)}, ${appendEvents('moved', 'exists')}
  ${answer}`,
};

/** How a message is queued again. */
export interface Retry {
  /** The state that was judged: any other, and nothing is changed. */
  from: MessageStatus;
  /** False where the run of its workflow goes on and takes it up. */
  needsNewRun: boolean;
  /** It is of use for so long from now on, or longer. */
  validityMs: number;
}

/** Queues a message again, to leave now, in place of whoever sent it before. Undefined where there is no such message. */
export async function retryByHand(
  database: Database,
  message: StoredRef,
  { from, needsNewRun, validityMs }: Retry,
  byHand: ByHand,
): Promise<MovedByHand | undefined> {
  const values = [...placeOf(message), from, needsNewRun ? 1 : 0, validityMs, ...auditValues(byHand)];
  return moveOne(database, message, retryStatement, values);
}

/** Sets a state from which the workflow closes, and takes the message out of the index of open ones at once. */
const endStatement = (name: string, status: MessageStatus, action: string): Statement => ({
  name,
  text: `
  with ${locked}, moved as (
    update message m set status = '${status}', updated_at = now(), recorded_at = now()
    from locked l
    where m.workspace_id = $1 and m.created_at = $2 and m.id = $3 and l.status = any ($4::text[])
    ${returning(noFacts)}
  ), ${auditMoved(action, 5)}, ${appendEvents('moved', 'exists')}
  ${answer}`,
});
const cancelStatement = endStatement('cancel_message', 'canceled', 'message.canceled');
const parkStatement = endStatement('park_message', 'parked', 'message.parked');

/** Cancels a message that is not on its way yet and leaves any other as it is. Undefined where there is none. */
export function cancelByHand(database: Database, message: StoredRef, byHand: ByHand): Promise<MovedByHand | undefined> {
  return moveOne(database, message, cancelStatement, [...placeOf(message), [...cancelableStatuses], ...auditValues(byHand)]);
}

/** States from which a message can be put aside: it is not with the provider, as far as anybody knows. */
export const parkableStatuses = [...cancelableStatuses, 'uncertain'] as const satisfies MessageStatus[];

/** Puts a message aside until somebody decides. Undefined where there is none. */
export function parkByHand(database: Database, message: StoredRef, byHand: ByHand): Promise<MovedByHand | undefined> {
  return moveOne(database, message, parkStatement, [...placeOf(message), [...parkableStatuses], ...auditValues(byHand)]);
}

const dismissStatement: Statement = {
  name: 'dismiss_message',
  text: `
  with ${locked}, moved as (
    update message m set failed_at = null from locked l
    where m.workspace_id = $1 and m.created_at = $2 and m.id = $3 and l.failed_at is not null
    ${returning(noFacts)}
  ), ${auditMoved('message.dismissed', 4)}
  ${answer}`,
};

/** Takes a message out of the failed queue and leaves its state. Undefined where there is none. */
export function dismissByHand(database: Database, message: StoredRef, byHand: ByHand): Promise<MovedByHand | undefined> {
  return moveOne(database, message, dismissStatement, [...placeOf(message), ...auditValues(byHand)]);
}

const placeOf = ({ workspaceId, createdAtMs, messageId }: StoredRef) => [workspaceId, new Date(createdAtMs), messageId];

async function moveOne(
  database: Database,
  { workspaceId }: StoredRef,
  statement: Statement,
  values: unknown[],
): Promise<MovedByHand | undefined> {
  const [row] = await database.forWorkspaces<{ moved: boolean; status: MessageStatus; generation: number }>(
    [workspaceId],
    statement,
    values,
  );
  return row;
}
