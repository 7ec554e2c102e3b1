import type { Advance } from '../domain/advance.js';
import { maskNumbersIn } from '../domain/maskNumbersIn.js';
import { attemptStatusesThatYieldTo, type MessageStatus, statusesThatYieldTo } from '../domain/messageStatus.js';
import type { Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';
import type { Readable, Sealable } from './contents.js';
import { appendEvents } from './messageEvents.js';
import { factsOfAttempt } from './messageFacts.js';
import { timeBounds } from './timeBounds.js';

/** What the news changed. `moved`: the message's state is new. */
export interface Advanced {
  moved: boolean;
  attemptMoved: boolean;
  previousStatus: MessageStatus;
  status: MessageStatus;
  newestAttempt: number;
  providerMessageId: string | null;
}

// The bounds say the same as the equality beside them; but by them the partitions are chosen before the statement starts.
const advanceStatement: Statement = {
  name: 'advance',
  text: `
  with input as (
    select * from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
        $11::text[], $12::text[], $13::uuid[], $14::bytea[], $15::timestamptz[])
      with ordinality as i (workspace_id, message_id, attempt, provider, attempt_status, attempt_from, message_status, message_from,
        provider_message_id, error_code, error_message, evidence, receipt_id, receipt, created_at, n)
  ), receipts as (
    insert into callback_receipt (workspace_id, received_at, id, message_id, attempt, provider_message_id, status, contents)
    select workspace_id, date_trunc('milliseconds', now()), receipt_id, message_id, attempt, coalesce(provider_message_id, ''),
      message_status, receipt
    from input where receipt_id is not null
  ), current as (
    select i.*, m.status as previous_status, m.attempt as newest_attempt, m.provider_message_id as known_id
    from input i
    join message m on m.workspace_id = i.workspace_id and m.created_at = i.created_at and m.id = i.message_id and m.created_at between $16 and $17
    order by i.workspace_id, i.message_id for update of m
  ), refs as (
    insert into provider_reference (workspace_id, provider, provider_message_id, message_id, message_created_at, attempt)
    select workspace_id, provider, provider_message_id, message_id, created_at, attempt
    from current where provider_message_id is not null and attempt_status is not null
    on conflict do nothing
  ), settled as (
    update send_attempt a set status = i.attempt_status, provider_message_id = coalesce(i.provider_message_id, a.provider_message_id),
      error_code = i.error_code, error_message = i.error_message, evidence = coalesce(i.evidence, a.evidence), updated_at = now()
    from current i
    where a.workspace_id = i.workspace_id and a.created_at = i.created_at and a.message_id = i.message_id and a.attempt = i.attempt
      and a.created_at between $16 and $17 and a.status = any (string_to_array(i.attempt_from, ','))
      -- A doubt that comes after the decision, of a run that was thought dead, must not replace its evidence.
      and not (i.attempt_status = 'uncertain' and i.previous_status = 'parked')
    returning i.n
  ), moved as (
    update message m set status = i.message_status, provider_message_id = coalesce(i.provider_message_id, m.provider_message_id),
      error_code = i.error_code, error_message = i.error_message, updated_at = now()
    from current i left join settled s on s.n = i.n
    where m.workspace_id = i.workspace_id and m.created_at = i.created_at and m.id = i.message_id and m.created_at between $16 and $17
      and m.attempt = i.attempt and m.status <> i.message_status and m.status = any (string_to_array(i.message_from, ','))
      and (i.attempt_status is null or s.n is not null)
    returning m.workspace_id, m.contact_id, m.id as message_id, m.direction, m.status, m.attempt, m.provider_message_id, m.error_code,
      m.error_message, ${factsOfAttempt('m')} as facts, i.n
  ), ${appendEvents('moved', 'exists')}
  select i.n, s.n is not null as attempt_moved, m.n is not null as moved, i.previous_status, coalesce(m.status, i.previous_status) as status,
    i.newest_attempt, coalesce(m.provider_message_id, i.known_id, i.provider_message_id) as provider_message_id
  from current i left join settled s on s.n = i.n left join moved m on m.n = i.n`,
};

/** So often are news applied that seem to have been passed over. */
const passedOverTriesMax = 3;

interface AdvanceRow extends Record<string, unknown> {
  n: string;
  attempt_moved: boolean;
  moved: boolean;
  previous_status: MessageStatus;
  status: MessageStatus;
  newest_attempt: number;
  provider_message_id: string | null;
}

/**
 * Applies news about several messages, one each, in one transaction with receipts, provider ids and events. News that
 * the order of states refuses changes nothing but is kept as a receipt. Undefined for a message that does not exist.
 */
export async function advanceMessages(readable: Readable, news: Advance[]): Promise<(Advanced | undefined)[]> {
  const answers = await advanceOnce(readable, news);
  for (let tries = 1; tries < passedOverTriesMax; tries++) {
    const again = news.map((_, place) => place).filter((place) => wasPassedOver(news[place] as Advance, answers[place]));
    if (again.length === 0) break;
    // Their receipts are stored.
    const rest = again.map((place) => withoutReceipt(news[place] as Advance));
    for (const [n, answer] of (await advanceOnce(readable, rest)).entries()) answers[again[n] as number] = answer;
  }
  return answers;
}

function withoutReceipt({ receipt: _stored, ...rest }: Advance): Advance {
  return rest;
}

/**
 * Whether news changed nothing though the order of states allows them: Postgres 18 (18.4 still) may pass over the partitions of a
 * row that was being changed at that moment (docs/adr/0013). Asked again, with nobody in the midst of it, it finds them.
 */
function wasPassedOver({ from, messageStatus, attempt }: Advance, answer: Advanced | undefined): boolean {
  if (!answer) return true;
  if (answer.moved || answer.newestAttempt !== attempt) return false;
  return answer.previousStatus !== messageStatus && (from ?? statusesThatYieldTo(messageStatus)).includes(answer.previousStatus);
}

async function advanceOnce({ database, contents }: Readable, news: Advance[]): Promise<(Advanced | undefined)[]> {
  const receiptIds = news.map(({ receipt }) => (receipt ? uuidv7() : null));
  const receipts = await contents.sealKnown(news.map((one, place) => receiptOf(one, receiptIds[place] ?? null)));
  const column = <T>(of: (one: Advance) => T) => news.map(of);
  const rows = await database.forWorkspaces<AdvanceRow>(
    column((one) => one.workspaceId),
    advanceStatement,
    [
      column((one) => one.workspaceId),
      column((one) => one.messageId),
      column((one) => one.attempt),
      column((one) => one.provider),
      column((one) => one.attemptStatus),
      column((one) => (one.attemptStatus ? attemptStatusesThatYieldTo(one.attemptStatus).join() : '')),
      column((one) => one.messageStatus),
      column((one) => (one.from ?? statusesThatYieldTo(one.messageStatus)).join()),
      column((one) => one.providerMessageId ?? null),
      column((one) => one.error?.code ?? null),
      column((one) => masked(one.error?.message)),
      column((one) => masked(one.evidence)),
      receiptIds,
      receipts,
      column((one) => new Date(one.createdAtMs)),
      ...timeBounds(news),
    ],
  );
  const answers: (Advanced | undefined)[] = news.map(() => undefined);
  for (const row of rows) {
    answers[Number(row.n) - 1] = {
      moved: row.moved,
      attemptMoved: row.attempt_moved,
      previousStatus: row.previous_status,
      status: row.status,
      newestAttempt: row.newest_attempt,
      providerMessageId: row.provider_message_id,
    };
  }
  return answers;
}

const masked = (words: string | undefined) => (words === undefined ? null : maskNumbersIn(words));

/** What a callback said, to be sealed by its contact's key; null where there is nothing, or nobody knows whose it is. */
function receiptOf({ workspaceId, contactId, receipt }: Advance, id: string | null): Sealable | null {
  return receipt && id && contactId ? { kind: 'receipt', workspaceId, contactId, id, value: receipt } : null;
}
