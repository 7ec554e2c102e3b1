import { bucketSql } from '../domain/durationBuckets.js';
import { errorCodes } from '../domain/errorCodes.js';
import {
  metricsEventsPerWorkspaceMax,
  metricsKeptMs,
  metricsPruneMax,
  metricsWorkspacesPerLookMax,
  processingTimedWithinMs,
} from '../domain/metricLimits.js';
import { type MetricSpan, metricOutcomes } from '../domain/metricSeries.js';
import type { Database, Statement } from '../platform/database.js';

/** Who does not want to be written to has withdrawn the message: that is nobody's error. */
const consentCodes = [...errorCodes].filter(([, [errorClass]]) => errorClass === 'CONSENT').map(([code]) => code);

/** Begins with workspaces that are new, and, after an update, with what has happened since minutes are kept. As role maintenance. */
export async function beginRollups(database: Database): Promise<void> {
  await database.asMaintenance(
    `insert into metric_cursor (workspace_id, cursor_at) select s.workspace_id, now() - $1 * interval '1 millisecond' from workspace_sequence s
     where not exists (select from metric_cursor c where c.workspace_id = s.workspace_id) on conflict do nothing`,
    [metricsKeptMs],
  );
}

const counts = ['outbound', 'inbound', ...metricOutcomes] as const;
const ended = (status: string) => `count(*) filter (where direction = 'outbound' and status = '${status}')`;
const withdrawn = `direction = 'outbound' and (status = 'canceled' or (status = 'failed' and error_code = any ($3::text[])))`;

// Each workspace has a place in its numbered events. What lies behind it is counted and the place moved in one transaction: nothing
// is left out, and nothing counts twice, whoever dies. Numbers become visible in their order, so no later look finds an earlier one.
// Of two looks at the same time each takes other workspaces; first those that have waited longest.
//
// A message is timed by the event that says its provider has it: since its newest queueing that was no retry, or since its
// acceptance, which the first event has.
const rollUpText = `
  with behind as (
    select c.workspace_id, c.cursor_seq, c.cursor_at
    from metric_cursor c join workspace_sequence s using (workspace_id)
    where s.last_seq > c.cursor_seq
    order by c.cursor_at limit $1
    for update of c skip locked
  ), news as (
    select m.workspace_id, m.seq, m.created_at, m.message_id, m.status, m.direction, m.error_code, m.facts
    from behind b cross join lateral (
      select * from message_event m
      -- The time chooses the partitions: it may go back a little where numbers go on.
      where m.workspace_id = b.workspace_id and m.seq > b.cursor_seq and m.created_at > b.cursor_at - interval '1 minute'
      order by m.seq limit $2
    ) m
  ), taken as (
    select n.*
    from news n cross join lateral (
      select p.status from message_event p
      where p.workspace_id = n.workspace_id and p.message_id = n.message_id and p.seq < n.seq
        and p.created_at > n.created_at - $4 * interval '1 millisecond' and p.created_at < n.created_at + interval '1 minute'
      order by p.seq desc limit 1
    ) p
    where n.direction = 'outbound' and n.status in ('accepted', 'sending', 'sent', 'delivered') and p.status in ('queued', 'uncertain')
  ), timed as (
    select t.workspace_id, date_trunc('minute', t.created_at) as minute,
      ${bucketSql('extract(epoch from t.created_at - q.since) * 1000')} as bucket
    from taken t cross join lateral (
      select coalesce((q.facts ->> 'acceptedAt')::timestamptz, q.created_at) as since from message_event q
      where q.workspace_id = t.workspace_id and q.message_id = t.message_id and q.seq < t.seq and q.status = 'queued' and q.error_code is null
        and q.created_at > t.created_at - $4 * interval '1 millisecond' and q.created_at < t.created_at + interval '1 minute'
      order by q.seq desc limit 1
    ) q
  ), times as (
    select workspace_id, minute, sum_counts(array_fill(0, array[bucket - 1]) || 1) as processing from timed group by workspace_id, minute
  ), counted as (
    select workspace_id, date_trunc('minute', created_at) as minute,
      count(*) filter (where direction = 'outbound' and status in ('queued', 'scheduled') and facts ? 'createdAt') as outbound,
      count(*) filter (where direction = 'inbound' and status = 'received') as inbound,
      ${ended('delivered')} as delivered, ${ended('undelivered')} as undelivered,
      count(*) filter (where direction = 'outbound' and status = 'failed' and not coalesce(error_code = any ($3::text[]), false)) as failed,
      ${ended('expired')} as expired, ${ended('unknown')} as unknown, ${ended('parked')} as parked,
      count(*) filter (where ${withdrawn}) as withdrawn
    from news group by 1, 2
  ), stored as (
    insert into metric_minute as r (workspace_id, minute, ${counts.join(', ')}, processing)
    select c.workspace_id, c.minute, ${counts.map((name) => `c.${name}`).join(', ')}, coalesce(t.processing, '{}')
    from counted c left join times t using (workspace_id, minute)
    where ${counts.map((name) => `c.${name}`).join(' + ')} > 0 or t.processing is not null
    on conflict (workspace_id, minute) do update set ${counts.map((name) => `${name} = r.${name} + excluded.${name}`).join(', ')},
      processing = add_counts(r.processing, excluded.processing)
  ), moved as (
    update metric_cursor c set cursor_seq = n.seq, cursor_at = n.at
    from (select workspace_id, max(seq) as seq, max(created_at) as at from news group by workspace_id) n
    where c.workspace_id = n.workspace_id
  )
  select coalesce(sum(n), 0)::integer as events, coalesce(max(n), 0)::integer as most
  from (select count(*) as n from news group by workspace_id) of_workspace`;

/**
 * Counts the events that are new into the minutes of their workspaces. Answers how many they were, and whether there is more.
 * As role maintenance; several may call it at once.
 */
export async function rollUpEvents(database: Database): Promise<{ events: number; isMore: boolean }> {
  const values = [metricsWorkspacesPerLookMax, metricsEventsPerWorkspaceMax, consentCodes, processingTimedWithinMs];
  const [row] = await database.asMaintenance<{ events: number; most: number }>(rollUpText, values);
  return { events: row?.events ?? 0, isMore: (row?.most ?? 0) >= metricsEventsPerWorkspaceMax };
}

/** Removes minutes that are older than they are kept for. As role maintenance. */
export async function pruneRollups(database: Database): Promise<void> {
  await database.asMaintenance(
    `delete from metric_minute where (workspace_id, minute) in (
       select workspace_id, minute from metric_minute where minute < now() - $1 * interval '1 millisecond' order by minute limit $2)`,
    [metricsKeptMs, metricsPruneMax],
  );
}

const spansStatement: Statement = {
  name: 'metric_spans',
  text: `select floor(extract(epoch from minute) * 1000 / $4::float8) * $4::float8 as "atMs",
      ${counts.map((name) => `sum(${name})::float8 as ${name}`).join(', ')}, sum_counts(processing) as processing
    from metric_minute where workspace_id = $1 and minute >= $2 and minute < $3 group by 1 order by 1`,
};

/** What happened in a workspace from one time to another, in spans of a whole number of minutes; those in which nothing did are left out. */
export async function metricSpans(database: Database, workspaceId: string, from: Date, to: Date, spanMs: number): Promise<MetricSpan[]> {
  return database.forWorkspace<MetricSpan & Record<string, unknown>>(workspaceId, spansStatement, [workspaceId, from, to, spanMs]);
}

const countedUntilStatement: Statement = {
  name: 'metrics_counted_until',
  text: `select case when s.last_seq > coalesce(c.cursor_seq, 0) then c.cursor_at end as behind
    from workspace_sequence s left join metric_cursor c using (workspace_id) where s.workspace_id = $1 and s.last_seq > coalesce(c.cursor_seq, 0)`,
};

/** Until when all events of a workspace are counted; undefined where none waits for that, null where none was counted yet. */
export async function countedUntil(database: Database, workspaceId: string): Promise<Date | null | undefined> {
  const [row] = await database.forWorkspace<{ behind: Date | null }>(workspaceId, countedUntilStatement, [workspaceId]);
  return row?.behind;
}
