import type pg from 'pg';
import { isClosed, messageStatuses } from '../domain/messageStatus.js';
import { failedStatuses } from '../domain/queues.js';

/** Which messages: those of one workspace that were stored from `from` on and before `to`. */
export interface RebuildPeriod {
  workspaceId: string;
  from: Date;
  to: Date;
}

export interface Rebuilt {
  /** Messages that the events of the period tell of. */
  messages: number;
  /** Of those, the ones without a row: made, without what was written in them. */
  missing: number;
  /** The ones whose row says something else than the events: corrected. What was written in them stays. */
  differing: number;
  /** Rows of the period whose events do not say how they began (they are of before events did): left as they are. */
  unexplained: number;
}

const listed = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');

/** What the events say of each column; `updated_at` is when the last of them was. */
const columns = (
  'contact_id sender_id unknown_sender direction priority category encoding segments generation valid_until accepted_at send_at routed ' +
  'campaign consent status attempt provider_message_id error_code error_message'
).split(' ');

// The first event of a message carries the facts it was born with, each later one those that it changed. What has no event of
// its own is in two other books, which are only added to: an attempt that is under way in send_attempt, a dismissal in the audit.
const foldEvents = `
  create temp table rebuilt on commit drop as
  select e.workspace_id, b.born_at as created_at, b.message_id as id, e.contact_id,
    case when a.attempt is null then (f.facts ->> 'senderId')::uuid else a.sender_id end as sender_id,
    f.facts ->> 'unknownSender' as unknown_sender, e.direction, coalesce(f.facts ->> 'priority', 'normal') as priority,
    coalesce(f.facts ->> 'category', 'transactional') as category, f.facts ->> 'encoding' as encoding,
    (f.facts ->> 'segments')::smallint as segments, coalesce((f.facts ->> 'generation')::integer, 1) as generation,
    (f.facts ->> 'validUntil')::timestamptz(3) as valid_until, (f.facts ->> 'acceptedAt')::timestamptz as accepted_at,
    (f.facts ->> 'sendAt')::timestamptz(3) as send_at, coalesce((f.facts ->> 'routed')::boolean, false) as routed,
    -- Events of before it had a column of its own have it in the metadata.
    coalesce(f.facts ->> 'campaign', f.facts -> 'metadata' ->> 'campaign') as campaign, e.consent,
    coalesce(a.status, e.status) as status, coalesce(a.attempt, e.attempt) as attempt, e.provider_message_id, e.error_code, e.error_message,
    e.created_at as updated_at,
    case when a.attempt is null and e.status in (${listed([...messageStatuses.filter(isClosed), 'received'])}) then e.created_at end as recorded_at,
    case when a.attempt is null and e.direction = 'outbound' and e.status in (${listed(failedStatuses)}) and d.at is null
      then e.created_at end as failed_at
  from (
    select message_id, (facts ->> 'createdAt')::timestamptz(3) as born_at
    from message_event where workspace_id = $1 and created_at >= $2 and (facts ->> 'createdAt')::timestamptz(3) >= $2
      and (facts ->> 'createdAt')::timestamptz(3) < $3
  ) b
  cross join lateral (select * from message_event e where e.workspace_id = $1 and e.message_id = b.message_id order by e.seq desc limit 1) e
  cross join lateral (
    -- Of two facts of one name the later one holds.
    select jsonb_object_agg(fact.key, fact.value order by e.seq) as facts
    from message_event e cross join jsonb_each(e.facts) fact where e.workspace_id = $1 and e.message_id = b.message_id
  ) f
  left join lateral (
    select a.attempt, a.status, a.sender_id from send_attempt a
    where a.workspace_id = $1 and a.created_at = b.born_at and a.message_id = b.message_id and a.attempt > e.attempt and a.status = 'dispatching'
  ) a on true
  left join lateral (
    select d.at from audit_event d
    where d.workspace_id = $1 and d.message_id = b.message_id and d.action = 'message.dismissed' and d.at >= e.created_at limit 1
  ) d on true`;

const same = (left: string, right: string) =>
  `(${columns.map((column) => `${left}.${column}`).join(', ')}, ${left}.recorded_at is null, ${left}.failed_at)
    is not distinct from (${columns.map((column) => `${right}.${column}`).join(', ')}, ${right}.recorded_at is null, ${right}.failed_at)`;

const count = `
  select count(*)::integer as messages, count(*) filter (where m.id is null)::integer as missing,
    count(*) filter (where m.id is not null and not ${same('m', 'r')})::integer as differing,
    (select count(*) from message m where m.workspace_id = $1 and m.created_at >= $2 and m.created_at < $3
      and not exists (select from rebuilt r where r.created_at = m.created_at and r.id = m.id))::integer as unexplained
  from rebuilt r left join message m on m.workspace_id = r.workspace_id and m.created_at = r.created_at and m.id = r.id`;

const all = ['workspace_id', 'created_at', 'id', ...columns, 'updated_at', 'recorded_at'];

const write = `
  insert into message as m (body, ${all.join(', ')})
  select null, ${all.map((column) => `r.${column}`).join(', ')} from rebuilt r
  where not exists (select from message m where m.workspace_id = r.workspace_id and m.created_at = r.created_at and m.id = r.id
    and ${same('m', 'r')})
  on conflict (workspace_id, created_at, id) do update
    set ${[...columns, 'updated_at', 'recorded_at'].map((column) => `${column} = excluded.${column}`).join(', ')}`;

// Afterwards: the trigger that keeps it with the state takes every change of a state for one of now.
const writeFailedAt = `
  update message m set failed_at = r.failed_at from rebuilt r
  where m.workspace_id = r.workspace_id and m.created_at = r.created_at and m.id = r.id and m.failed_at is distinct from r.failed_at`;

/**
 * Makes the rows of `message` of a period from their events, and says how far they were from them; without `apply` nothing is
 * changed. What is written in a message is in no event: a row that is there keeps it, one that is made has none. For a product
 * that does not run; `client` as role maintenance.
 */
export async function rebuildMessages(client: pg.Client, { workspaceId, from, to }: RebuildPeriod, apply: boolean): Promise<Rebuilt> {
  const values = [workspaceId, from, to];
  await client.query('begin');
  try {
    await client.query(foldEvents, values);
    const { rows } = await client.query<Rebuilt & Record<string, unknown>>(count, values);
    if (apply) {
      await client.query(write);
      await client.query(writeFailedAt);
    }
    await client.query('commit');
    return rows[0] as Rebuilt;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
