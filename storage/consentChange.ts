import { type ConsentChange, type ConsentSource, everyWorkspace } from '../domain/consent.js';
import { errorSentenceOf } from '../domain/errorCodes.js';
import { evidenceCharactersMax } from '../domain/limits.js';
import { attemptsThatReachedNobody, cancelableStatuses } from '../domain/messageStatus.js';
import type { Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';
import type { Readable, Sealable } from './contents.js';
import { appendEvents } from './messageEvents.js';
import { noFacts } from './messageFacts.js';

const listed = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');

/** Whether a contact may not be written to, as an SQL condition of expressions: one look into one index, by the contact's id and by its number. */
export function isOptedOut(
  workspaceId: string,
  { phoneNumber, contactId }: { phoneNumber: string; contactId: string },
  category: string,
): string {
  return `exists (select from suppression s where s.workspace_id in (${workspaceId}, '${everyWorkspace}')
    and s.phone_number in (${phoneNumber}, ${contactId}::text) and s.topic in ('all', ${category}))`;
}

/**
 * The part of a statement that changes somebody's consent, and takes the messages that may not leave any more out of the
 * queue in the same transaction. It reads the CTE `change` (none or one row: workspace_id, which is also $1, phone_number,
 * contact_id, contents (the number, sealed), meaning, topic, source, evidence, actor, message_id, suppression_id, audit_id) and leaves `stopped`, the
 * messages that it ended, and `lifted`, the topics that are free again. A message whose earlier attempt may have arrived is
 * left to its own next attempt, which knows how to end it.
 *
 * The messages are locked in order of their ids and before the sequence, as by every statement.
 */
export const consentChange = `
  lifted as (
    delete from suppression s using change c
    where s.workspace_id = $1 and s.phone_number in (c.phone_number, c.contact_id::text)
      and (c.meaning = 'start' and (c.topic is null or s.topic = c.topic)
        -- What was to be decided is decided.
        or c.meaning = 'stop' and s.state = 'review' and s.topic <> c.topic)
    returning s.topic
  ), stoppable as (
    select m.created_at, m.id
    from change c join message m on m.workspace_id = $1 and m.contact_id = c.contact_id
    where c.meaning <> 'start' and m.recorded_at is null and m.status in (${listed(cancelableStatuses)})
      and (c.topic = 'all' or m.category = c.topic)
      and not exists (
        select from send_attempt a
        where a.workspace_id = $1 and a.created_at = m.created_at and a.message_id = m.id
          and a.status not in (${listed(attemptsThatReachedNobody)}))
    order by m.id for update of m
  ), ended as (
    update message m set status = 'failed', error_code = 'opted_out', error_message = '${errorSentenceOf('opted_out')}',
      updated_at = now(), recorded_at = now()
    from stoppable s where m.workspace_id = $1 and m.created_at = s.created_at and m.id = s.id
    returning m.workspace_id, m.contact_id, m.id as message_id, m.direction, m.status, m.attempt, m.provider_message_id, m.error_code,
      m.error_message, ${noFacts} as facts, m.accepted_at
  ), stopped as (
    select *, row_number() over (order by accepted_at, message_id) as n from ended
  ), suppressed as (
    insert into suppression as s (workspace_id, phone_number, contents, topic, id, state, source, evidence, actor, message_id, stopped)
    select c.workspace_id, c.contact_id::text, c.contents, c.topic, c.suppression_id, case c.meaning when 'stop' then 'active' else 'review' end,
      c.source, c.evidence, c.actor, c.message_id, (select count(*) from stopped)
    from change c where c.meaning <> 'start'
    on conflict (workspace_id, phone_number, topic) do update set state = excluded.state, source = excluded.source,
      evidence = excluded.evidence, actor = excluded.actor, message_id = excluded.message_id, stopped = s.stopped + excluded.stopped,
      contents = coalesce(excluded.contents, s.contents),
      updated_at = now()
    -- A doubt takes nothing from what is certain.
    where s.state = 'review' or excluded.state = 'active'
  ), noted as (
    insert into audit_event (workspace_id, id, actor, action, details)
    select c.workspace_id, c.audit_id, c.actor,
      case c.meaning when 'start' then 'consent.given' when 'stop' then 'consent.withdrawn' else 'consent.doubted' end,
      jsonb_strip_nulls(jsonb_build_object('contactId', c.contact_id, 'topic', c.topic, 'source', c.source, 'evidence', c.evidence,
        'messageId', c.message_id, 'stopped', (select count(*) from stopped), 'lifted', (select jsonb_agg(topic) from lifted)))
    from change c where c.meaning <> 'start' or exists (select from lifted)
  ), announced as (
    insert into webhook_delivery (workspace_id, endpoint_id, type, data)
    select c.workspace_id, e.id, 'consent.changed', jsonb_build_object('conversationId', c.contact_id,
      'meaning', c.meaning, 'topic', c.topic, 'source', c.source, 'evidence', c.evidence, 'messageId', c.message_id,
      'stopped', (select count(*) from stopped), 'lifted', array(select topic from lifted))
    from change c join webhook_endpoint e on e.workspace_id = c.workspace_id and 'consent.changed' = any (e.event_types)
    where c.meaning <> 'start' or exists (select from lifted)
  ), ${appendEvents('stopped', 'exists')}`;

/** The number of somebody on the list, to be sealed; null where it is not known. */
export function suppressionOf(workspaceId: string, contactId: string, phoneNumber: string | null): Sealable | null {
  return phoneNumber === null ? null : { kind: 'suppression', workspaceId, contactId, id: contactId, value: { phoneNumber } };
}

const changeStatement: Statement = {
  name: 'change_consent',
  text: `
  with change as (
    select $1::uuid as workspace_id, $2::text as phone_number, $3::uuid as contact_id, $4::text as meaning, $5::text as topic,
      $6::text as source, $7::text as evidence, $8::text as actor, $9::uuid as message_id, $10::uuid as suppression_id,
      $11::uuid as audit_id, $12::bytea as contents
  ), ${consentChange}
  select (select count(*) from stopped)::integer as stopped, array(select topic from lifted) as lifted,
    date_trunc('milliseconds', now()) as at`,
};

/** Whose consent changes, how, and on what grounds. */
export interface ConsentRequest {
  workspaceId: string;
  /** Null where it was erased: its contact's id is enough. */
  phoneNumber: string | null;
  contactId: string;
  change: ConsentChange;
  source: ConsentSource;
  evidence: string;
  actor: string;
  messageId: string | null;
}

export interface ConsentChanged {
  /** Messages that were taken out of the queue. */
  stopped: number;
  /** Topics that are free again. */
  lifted: string[];
  /** When that was, by the clock of the database. Epoch milliseconds. */
  atMs: number;
}

/** Changes somebody's consent, with its entry in the audit. Changing it to what it is changes nothing else. */
export async function changeConsent({ database, contents }: Readable, request: ConsentRequest): Promise<ConsentChanged> {
  const { workspaceId, phoneNumber, contactId, change, source, evidence, actor, messageId } = request;
  // Giving consent adds nothing to the list, and makes no key.
  const [sealed = null] = await contents.seal([change.meaning === 'start' ? null : suppressionOf(workspaceId, contactId, phoneNumber)]);
  const values = [workspaceId, phoneNumber, contactId, change.meaning, change.topic, source, evidence.slice(0, evidenceCharactersMax)];
  const [row] = await database.forWorkspaces<{ stopped: number; lifted: string[]; at: Date }>([workspaceId], changeStatement, [
    ...values,
    actor,
    messageId,
    uuidv7(),
    uuidv7(),
    sealed,
  ]);
  if (!row) throw new Error('a change of consent was not answered');
  return { stopped: row.stopped, lifted: row.lifted, atMs: row.at.getTime() };
}
