import { nilUuid } from '../domain/ids.js';
import { asleepAfterMs, calledAtOnceMax, dispatchingHoldsMs, messagesAheadCountedMax, orderWindowMs } from '../domain/limits.js';
import type { AmbiguousPolicy, MessageError } from '../domain/message.js';
import type { AttemptStatus, MessageStatus } from '../domain/messageStatus.js';
import type { Database, Statement } from '../platform/database.js';
import { isOptedOut } from './consentChange.js';
import type { Shelf, StoredRef } from './messages.js';

export interface AttemptRequest {
  workspaceId: string;
  messageId: string;
  createdAtMs: number;
  generation: number;
  /** The recipient's number, which may be on the list of those who opted out. */
  to: string;
  /** UUID of this one try: only who inserts the row with it may send. */
  token: string;
  limitsEpoch: number;
  provider: string;
  /** From which sender it leaves: the message takes it on. */
  senderId: string;
  /** The number that the request already carries in its callback URL. */
  attempt: number;
  writeWindowMs: number;
}

/** The attempt was begun, or why not: what the message and its newest attempt are now. */
export interface AttemptAnswer {
  begun: boolean;
  status: MessageStatus;
  generation: number;
  newestAttempt: number;
  providerMessageId: string | null;
  limitsEpoch: number;
  expired: boolean;
  /** An earlier message to the same contact, from the same sender and in the same lane, has not left yet. */
  outOfTurn: boolean;
  /** Its recipient has opted out. */
  optedOut: boolean;
  /** Ids of those that come after it in this order and sleep by now: they are to be woken when it has left. */
  next: string[];
}

/**
 * The messages that must leave before message m, which $1 and $2 bring to its partition: accepted earlier, not on their
 * way, and still of use. One that is uncertain, parked, scheduled or tried again after an error holds nobody up; one that
 * is dispatching does until its answer is there, or late. The times bound the search to the partitions in which there can
 * be one.
 */
const ahead = `
  from message p
  where p.workspace_id = $1 and p.contact_id = m.contact_id and p.recorded_at is null and p.accepted_at < m.accepted_at
    and p.created_at between $2::timestamptz - interval '${orderWindowMs} milliseconds' and $2::timestamptz + interval '1 minute'
    and p.sender_id = m.sender_id and p.priority = m.priority
    and (p.status = 'queued' and p.error_code is null and p.valid_until > clock_timestamp()
      or p.status = 'dispatching' and p.updated_at > clock_timestamp() - interval '${dispatchingHoldsMs} milliseconds')`;

/** The next ones that wait for message m, and have waited for longer than their processes keep them awake. */
const asleep = `
  select p.id
  from message p
  where p.workspace_id = $1 and p.contact_id = m.contact_id and p.recorded_at is null and p.accepted_at > m.accepted_at
    and p.created_at between $2::timestamptz - interval '1 minute' and $2::timestamptz + interval '${orderWindowMs} milliseconds'
    and p.sender_id = m.sender_id and p.priority = m.priority
    and p.status = 'queued' and p.error_code is null and p.updated_at < clock_timestamp() - interval '${asleepAfterMs} milliseconds'
  order by p.accepted_at limit ${calledAtOnceMax}`;

export const beginStatement: Statement = {
  name: 'begin_attempt',
  text: `
  with current as (
    select m.*, w.limits_epoch, m.valid_until <= clock_timestamp() as expired, exists (select ${ahead}) as out_of_turn,
      ${isOptedOut('$1', { phoneNumber: '$10', contactId: 'm.contact_id' }, 'm.category')} as opted_out,
      array(${asleep}) as next
    from message m join workspace w on w.id = m.workspace_id
    where m.workspace_id = $1 and m.created_at = $2 and m.id = $3
    for update of m
  ), begun as (
    insert into send_attempt (workspace_id, created_at, message_id, attempt, token, status, provider, contact_id, sender_id, started_at,
      deadline_at, updated_at)
    select workspace_id, created_at, id, attempt + 1, $4, 'dispatching', $7, contact_id, $11::uuid, clock_timestamp(),
      clock_timestamp() + $8::integer * interval '1 millisecond', now()
    from current
    where status = 'queued' and generation = $5 and limits_epoch <= $6 and attempt + 1 = $9 and not expired and not out_of_turn
      and not opted_out
    on conflict do nothing
    returning workspace_id, created_at, message_id, attempt
  ), moved as (
    update message m set status = 'dispatching', attempt = b.attempt, sender_id = $11::uuid, updated_at = now()
    from begun b
    -- By parameters, not by the row of begun: so Postgres opens one partition, not all.
    where m.workspace_id = $1 and m.created_at = $2 and m.id = $3
    returning m.id
  )
  select b.attempt as begun_attempt, c.status, c.generation, c.attempt, c.provider_message_id, c.limits_epoch, c.expired,
    c.out_of_turn, c.opted_out, c.next
  from current c left join begun b on true`,
};

/** Values of `beginStatement` that name no message: for connections that are to have its plan before they are needed. */
export const nobodysAttempt = [nilUuid, new Date(0), nilUuid, nilUuid, 0, 0, '', 0, 0, '', nilUuid];

/**
 * The attempt transaction: under the message's lock it decides whether this message may be sent now (state,
 * generation, validity, epoch of the limits, order, consent) and inserts the attempt's row. After its commit the caller has
 * `writeWindowMs` to write the first byte. Undefined where the message does not exist.
 */
export async function beginAttempt(database: Database, request: AttemptRequest): Promise<AttemptAnswer | undefined> {
  const [row] = await database.forWorkspaces<{
    begun_attempt: number | null;
    status: MessageStatus;
    generation: number;
    attempt: number;
    provider_message_id: string | null;
    limits_epoch: number;
    expired: boolean;
    out_of_turn: boolean;
    opted_out: boolean;
    next: string[];
  }>([request.workspaceId], beginStatement, [
    request.workspaceId,
    new Date(request.createdAtMs),
    request.messageId,
    request.token,
    request.generation,
    request.limitsEpoch,
    request.provider,
    request.writeWindowMs,
    request.attempt,
    request.to,
    request.senderId,
  ]);
  return (
    row && {
      begun: row.begun_attempt !== null,
      status: row.status,
      generation: row.generation,
      newestAttempt: row.attempt,
      providerMessageId: row.provider_message_id,
      limitsEpoch: row.limits_epoch,
      expired: row.expired,
      outOfTurn: row.out_of_turn,
      optedOut: row.opted_out,
      next: row.next,
    }
  );
}

const aheadStatement: Statement = {
  name: 'messages_ahead',
  text: `
  select (select count(*) from (select ${ahead} order by p.accepted_at desc limit ${messagesAheadCountedMax}) as ahead)::integer
    as ahead
  from message m where m.workspace_id = $1 and m.created_at = $2 and m.id = $3`,
};

/** How many messages must leave before this one, counted to `messagesAheadCountedMax`. */
export async function messagesAhead(database: Database, message: StoredRef): Promise<number> {
  const [row] = await database.forWorkspace<{ ahead: number }>(message.workspaceId, aheadStatement, [
    message.workspaceId,
    new Date(message.createdAtMs),
    message.messageId,
  ]);
  return row?.ahead ?? 0;
}

const overStatement: Statement = {
  name: 'validity_over',
  text: `select valid_until <= clock_timestamp() as over from message where workspace_id = $1 and created_at = $2 and id = $3`,
};

/** Whether the message may not be sent any more, by the database's clock: that of a process may be wrong by days. */
export async function isValidityOver(database: Database, message: StoredRef): Promise<boolean> {
  const [row] = await database.forWorkspace<{ over: boolean }>(message.workspaceId, overStatement, [
    message.workspaceId,
    new Date(message.createdAtMs),
    message.messageId,
  ]);
  return row?.over ?? false;
}

const asleepStatement: Statement = {
  name: 'asleep_after',
  text: `select array(${asleep}) as next from message m where m.workspace_id = $1 and m.created_at = $2 and m.id = $3`,
};

/** Ids of the messages that are to be woken where this one has ended without being sent. */
export async function asleepAfter(database: Database, message: StoredRef): Promise<string[]> {
  const [row] = await database.forWorkspace<{ next: string[] }>(message.workspaceId, asleepStatement, [
    message.workspaceId,
    new Date(message.createdAtMs),
    message.messageId,
  ]);
  return row?.next ?? [];
}

const attemptColumns = `a.created_at, a.attempt, a.status, a.provider, a.started_at, a.deadline_at, a.provider_message_id, a.error_code, a.error_message, a.evidence`;
const attemptsText = (source: string) => `
  select ${attemptColumns}
  from ${source} a
  -- Known before the statement begins to read: so Postgres opens one week, not all.
  where a.workspace_id = $1 and a.created_at = (select k.created_at from message_key k where k.workspace_id = $1 and k.message_id = $2)
    and a.message_id = $2
  order by a.attempt`;
const attemptsStatements: Record<Shelf, Statement> = {
  hot: { name: 'attempts_of_message', text: attemptsText('send_attempt') },
  cold: { name: 'attempts_of_message_cold', text: attemptsText('send_attempt_cold') },
};
const archivedAttemptsStatement: Statement = {
  name: 'archived_attempts_of_message',
  text: `select ${attemptColumns} from jsonb_populate_recordset(null::send_attempt, $3::jsonb) a
    where a.workspace_id = $1 and a.message_id = $2 order by a.attempt`,
};

export interface StoredAttempt {
  /** When its message was stored. */
  createdAtMs: number;
  attempt: number;
  status: AttemptStatus;
  provider: string;
  startedAt: Date;
  deadlineAt: Date;
  providerMessageId: string | null;
  error: MessageError | null;
  /** What proved or decided it, in words. */
  evidence: string | null;
}

interface AttemptRow extends Record<string, unknown> {
  created_at: Date;
  attempt: number;
  status: AttemptStatus;
  provider: string;
  started_at: Date;
  deadline_at: Date;
  provider_message_id: string | null;
  error_code: string | null;
  error_message: string | null;
  evidence: string | null;
}

const toAttempt = (row: AttemptRow): StoredAttempt => ({
  createdAtMs: row.created_at.getTime(),
  attempt: row.attempt,
  status: row.status,
  provider: row.provider,
  startedAt: row.started_at,
  deadlineAt: row.deadline_at,
  providerMessageId: row.provider_message_id,
  error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
  evidence: row.evidence,
});

/** All attempts of one message, oldest first. */
export async function attemptsOfMessage(
  database: Database,
  workspaceId: string,
  messageId: string,
  shelf: Shelf = 'hot',
): Promise<StoredAttempt[]> {
  return (await database.forWorkspace<AttemptRow>(workspaceId, attemptsStatements[shelf], [workspaceId, messageId])).map(toAttempt);
}

/** The same of archived rows of its conversation, given as JSON. */
export async function attemptsFromRows(
  database: Database,
  workspaceId: string,
  messageId: string,
  rows: string[],
): Promise<StoredAttempt[]> {
  if (rows.length === 0) return [];
  const values = [workspaceId, messageId, `[${rows.join(',')}]`];
  return (await database.forWorkspace<AttemptRow>(workspaceId, archivedAttemptsStatement, values)).map(toAttempt);
}

const policyStatement: Statement = { name: 'ambiguous_policy', text: 'select ambiguous_policy from workspace where id = $1' };

/** What this workspace wants done with a message in doubt for which there is no proof, as it stands now. */
export async function ambiguousPolicy(database: Database, workspaceId: string): Promise<AmbiguousPolicy> {
  const [row] = await database.forWorkspace<{ ambiguous_policy: AmbiguousPolicy }>(workspaceId, policyStatement, [workspaceId]);
  return row?.ambiguous_policy ?? 'prefer-no-duplicate';
}
