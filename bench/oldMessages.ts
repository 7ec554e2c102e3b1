import pg from 'pg';
import { weekStartMs } from '../domain/archive.js';

export interface OldMessages {
  workspaceIds: string[];
  /** First day of the week in which they were sent. */
  weekStart: Date;
  /** Conversations of each workspace, and messages of each conversation. */
  conversations: number;
  messagesEach: number;
}

// Ids are UUIDv7 of their time, as the product's own; words are drawn from a list, so that texts are as alike as texts are.
const text = `
with words as (
  select array(select word from unnest(string_to_array('your appointment with Dr Miller is confirmed for tomorrow at please reply YES or call us back order number has been shipped and arrives on Monday Tuesday Wednesday Thursday thanks for visiting we hope to see you again soon code expires in ten minutes do not share it with anyone delivery driver will be there between noon and two your balance is due invoice attached meeting moved room conference call dial new time works great see there running late traffic', ' ')) as word) as list
), places as (
  select w.id as workspace_id, (select id from sender s where s.workspace_id = w.id order by id limit 1) as sender_id, c as conversation,
    overlay(overlay(md5(w.id::text || c) placing '8' from 13 for 1) placing '8' from 17 for 1)::uuid as contact_id
  from unnest($1::uuid[]) as w (id), generate_series(1, $3::int) as c
), people as (
  insert into contact (workspace_id, id, phone_number, created_at, last_message_at)
  select workspace_id, contact_id, '+1212555' || lpad((conversation % 10000)::text, 4, '0'), $2::timestamptz, $2::timestamptz + interval '6 days'
  from places on conflict do nothing
), made as (
  select p.*, n, date_trunc('milliseconds', $2::timestamptz + interval '6 days 23 hours' * random()) as at, n % 5 = 0 as inbound, random() as luck
  from places p, generate_series(1, $4::int) as n
), numbered as (
  select m.*, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid as id,
    case when inbound then 'received' when luck < 0.93 then 'delivered' when luck < 0.97 then 'undelivered' when luck < 0.99 then 'failed' else 'unknown' end as status,
    'SM' || md5(random()::text || n) as sid, random() as words_seed
  from made m
), said as (
  select n.*, (select string_agg(list[1 + ((words_seed * 7919 * k * 31)::int % array_length(list, 1))], ' ') from words, generate_series(1, 4 + (words_seed * 16)::int) as k)
    || ' ' || (words_seed * 1000000)::int as body from numbered n
), stored as (
  insert into message (workspace_id, created_at, id, contact_id, sender_id, direction, priority, body, encoding, segments, status, generation, attempt,
    provider_message_id, error_code, error_message, valid_until, updated_at, recorded_at, failed_at, accepted_at)
  select workspace_id, at, id, contact_id, sender_id, case when inbound then 'inbound' else 'outbound' end, 'normal', body, 'GSM-7', 1, status, 1,
    case when inbound then 0 else 1 end, sid, case when status in ('failed', 'undelivered') then '30003' end,
    case when status in ('failed', 'undelivered') then 'Unreachable destination handset' end, case when not inbound then at + interval '4 hours' end,
    at + interval '3 seconds', at + interval '4 seconds', case when status in ('failed', 'undelivered', 'unknown') then at + interval '3 seconds' end,
    at - interval '20 milliseconds'
  from said
), keys as (
  insert into message_key (workspace_id, message_id, created_at, payload_sha256) select workspace_id, id, at, sha256(body::bytea) from said
), refs as (
  insert into provider_reference (workspace_id, provider, provider_message_id, message_id, message_created_at, attempt)
  select workspace_id, 'twilio', sid, id, at, 1 from said
), attempts as (
  insert into send_attempt (workspace_id, created_at, message_id, attempt, token, status, provider, contact_id, sender_id, started_at, deadline_at,
    provider_message_id, updated_at)
  select workspace_id, at, id, 1, gen_random_uuid(), case status when 'unknown' then 'accepted' else status end, 'twilio', contact_id, sender_id,
    at + interval '30 milliseconds', at + interval '16 seconds', sid, at + interval '3 seconds'
  from said where not inbound
), receipts as (
  insert into callback_receipt (workspace_id, received_at, id, message_id, attempt, provider_message_id, status, raw)
  select workspace_id, at + interval '1 second', gen_random_uuid(), id, 1, sid, status, jsonb_build_object('MessageSid', sid, 'MessageStatus', status)
  from said where not inbound and status <> 'unknown'
), steps as (
  select s.*, step, row_number() over (partition by workspace_id order by at, step) as seq
  from said s, unnest(case when inbound then array['received'] else array['queued', 'accepted', 'sent', status] end) with ordinality as t (step, place)
), events as (
  insert into message_event (workspace_id, seq, prev_seq, created_at, message_id, contact_id, direction, status, attempt, provider_message_id, error_code)
  select workspace_id, $5::bigint + seq, 0, at, id, contact_id, case when inbound then 'inbound' else 'outbound' end, step, case when inbound or step = 'queued' then 0 else 1 end,
    case when step <> 'queued' then sid end, case when step in ('failed', 'undelivered') then '30003' end
  from steps returning seq, workspace_id
)
insert into workspace_sequence (workspace_id, last_seq) select workspace_id, max(seq) from events group by workspace_id
on conflict (workspace_id) do update set last_seq = greatest(workspace_sequence.last_seq, excluded.last_seq)`;

/**
 * Puts messages of a week long ago into the hot tables, with all that belongs to them, as if they had been sent then. For
 * tests and measurements; `databaseUrl` is that of a superuser.
 *
 * @returns how many there are now
 */
export async function putOldMessages(databaseUrl: string, old: OldMessages): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('select ensure_week($1)', [old.weekStart]);
    const { workspaceIds, weekStart, conversations, messagesEach } = old;
    await client.query(text, [workspaceIds, weekStart, conversations, messagesEach, Math.floor(weekStart.getTime() / 1_000)]);
    return workspaceIds.length * conversations * messagesEach;
  } finally {
    await client.end();
  }
}

const weekMs = 7 * 24 * 60 * 60_000;

/**
 * Puts about so many messages into the hot tables, evenly over workspaces, conversations and the weeks before this one.
 *
 * @returns how many there are now
 */
export async function fillWeeks(
  databaseUrl: string,
  workspaces: readonly { id: string }[],
  amount: number,
  { weeks, conversations }: { weeks: number; conversations: number },
): Promise<number> {
  const messagesEach = Math.max(1, Math.round(amount / weeks / workspaces.length / conversations));
  let put = 0;
  for (let week = 1; week <= weeks; week++) {
    const weekStart = new Date(weekStartMs(Date.now() - week * weekMs));
    // One workspace a statement: one of millions of rows would keep them all.
    for (const { id } of workspaces)
      put += await putOldMessages(databaseUrl, { workspaceIds: [id], weekStart, conversations, messagesEach });
  }
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('vacuum analyze message, message_event, send_attempt, callback_receipt, message_key, provider_reference, contact');
  await client.end();
  return put;
}
