/**
 * A database with years of use in it, in a small time: so many messages over thirteen weeks, with their keys, attempts,
 * references and events, written by Postgres itself. One workspace has three tenths of them, and one of its contacts a third of
 * those: the cases of the catalogue are about that one.
 */
import pg from 'pg';
import { Database } from '../../../platform/database.js';
import { createLogger } from '../../../platform/logger.js';
import { MasterKeys } from '../../../platform/masterKeys.js';
import { createWorkspaces, type NewWorkspace } from '../../../storage/createWorkspaces.js';

export interface World {
  url: string;
  masterKey: Buffer;
  messages: number;
  weeks: number;
  /** By number: 0 is the one whose data the cases are about, 1 another. */
  workspaces: WorldWorkspace[];
}

export interface WorldWorkspace {
  id: string;
  apiKey: string;
  senderId: string;
  senderNumber: string;
  /** The contact with the most messages. */
  contactId: string;
  contactNumber: string;
}

export const masterKey = Buffer.alloc(32, 7);
const weeks = 13;
/** How long the first workspace keeps texts. */
export const contentDays = 60;
const contactsOfWorkspace = 500;
const recentMax = 4_000;

/** Ids that Postgres can make of a number, so that rows that belong together find each other. */
const idOf = (kind: string, ...of: string[]) => `md5('${kind}/' || ${of.join(` || '/' || `)})::uuid`;

/** A secret that the first workspace's person of this number has. */
export const secretOf = (kind: 'refresh' | 'signin', number: number) => `pr${kind}_${String(number).padStart(43, 'a')}`;
const hashOf = (kind: string) => `sha256(convert_to('pr${kind}_' || lpad(g::text, 43, chr(97 + w.number)), 'UTF8'))`;

/** Members of each workspace, all of them signed in. */
const people = `with w as (select w.number, w.id, g from world_workspace w cross join generate_series(0, 39) g),
  p as (insert into person (id, email) select ${idOf('person', 'w.number', 'g')}, 'canary-' || w.number || '-' || g || '@people.example' from w),
  m as (insert into membership (workspace_id, person_id, role, name)
    select w.id, ${idOf('person', 'w.number', 'g')}, case g when 0 then 'owner' else 'agent' end, 'canary-' || w.number from w),
  s as (insert into session (id, person_id, method, ends_at)
    select ${idOf('session', 'w.number', 'g')}, ${idOf('person', 'w.number', 'g')}, 'link', now() + interval '30 days' from w),
  t as (insert into refresh_token (sha256, session_id) select ${hashOf('refresh')}, ${idOf('session', 'w.number', 'g')} from w)
  insert into sign_in_link (sha256, person_id, ends_at) select ${hashOf('signin')}, ${idOf('person', 'w.number', 'g')}, now() + interval '1 hour' from w`;

const numbersOf = (messages: number, workspaces: number) => `
  select g, at, case when place < 3 then 0 else 1 + spread % ${workspaces - 1} end as ws,
    case when place < 3 then g / 10 * 3 + place + 1 else spread / ${workspaces - 1} + 1 end as seq,
    g >= ${messages} - ${Math.min(recentMax, messages / 2)} as recent, (g / 10 % 10)::integer as ten, (g / 100 % 50)::integer as fifty
  from (
    select g, (g % 10)::integer as place, g / 10 * 7 + g % 10 - 3 as spread,
      date_trunc('milliseconds', first_day + (now() - interval '2 minutes' - first_day) * (g::float8 / ${messages})) as at
    from generate_series($1::bigint, $2::bigint) g, (select date_trunc('week', now(), 'UTC') - ${weeks - 1} * interval '168 hours' as first_day) d
  ) n`;

/** What the newest messages are in the midst of; all older ones have ended. */
const statusText = `case when recent then (array['queued', 'queued', 'scheduled', 'uncertain', 'accepted', 'sent', 'parked', 'failed', 'delivered',
    'received'])[ten + 1]
  when fifty = 0 and ten < 5 then 'failed' when fifty between 1 and 10 and ten = 5 then 'received' else 'delivered' end`;

const fill = (messages: number, workspaces: number) => `
  with one as (
    select n.*, w.id as workspace_id, ${statusText} as status,
      case when ws = 0 and g / 1000 % 3 = 0 then 0 else (g / 7 % ${contactsOfWorkspace})::integer end as contact
    from (${numbersOf(messages, workspaces)}) n join world_workspace w on w.number = n.ws
  ), born as (
    insert into message (workspace_id, created_at, id, contact_id, sender_id, direction, priority, body, encoding, segments, status, attempt,
      provider_message_id, error_code, error_message, valid_until, accepted_at, updated_at, send_at, recorded_at, failed_at, category)
    select workspace_id, at, ${idOf('message', 'g')}, ${idOf('contact', 'ws', 'contact')}, ${idOf('sender', 'ws')},
      case status when 'received' then 'inbound' else 'outbound' end, (array['high', 'normal', 'bulk'])[1 + g % 3],
      'canary-' || ws || ': your order ' || g || ' is on its way and will be with you by tomorrow noon', 'GSM-7', 1, status,
      case when status in ('queued', 'scheduled', 'received') then 0 else 1 end,
      case when status in ('accepted', 'sent', 'delivered', 'failed', 'received') then 'SM' || md5(g::text) end,
      case status when 'failed' then '30003' end, case status when 'failed' then 'canary-' || ws || ' unreachable' end, at + interval '4 hours', at, at,
      case status when 'scheduled' then now() + interval '1 hour' end,
      case when status in ('parked', 'failed', 'delivered') or not recent then at end, case when status in ('parked', 'failed') then at end,
      case when g % 2 = 0 then 'marketing' else 'transactional' end
    from one
  ), keyed as (
    insert into message_key (workspace_id, message_id, created_at, payload_sha256)
    select workspace_id, ${idOf('message', 'g')}, at, decode(repeat('ab', 32), 'hex') from one
  ), tried as (
    insert into send_attempt (workspace_id, created_at, message_id, attempt, token, status, provider, contact_id, sender_id, started_at, deadline_at,
      provider_message_id, updated_at)
    select workspace_id, at, ${idOf('message', 'g')}, 1, ${idOf('token', 'g')}, case status when 'parked' then 'uncertain' else status end, 'twilio',
      ${idOf('contact', 'ws', 'contact')}, ${idOf('sender', 'ws')}, at, at, case when status in ('accepted', 'sent', 'delivered', 'failed') then 'SM' || md5(g::text) end, at
    from one where status not in ('queued', 'scheduled', 'received')
  ), referred as (
    insert into provider_reference (workspace_id, provider, provider_message_id, message_id, message_created_at, attempt)
    select workspace_id, 'twilio', 'SM' || md5(g::text), ${idOf('message', 'g')}, at, 1 from one
    where status in ('accepted', 'sent', 'delivered', 'failed', 'received')
  ), receipts as (
    insert into callback_receipt (workspace_id, received_at, id, message_id, attempt, provider_message_id, status, raw)
    select workspace_id, at + interval '1 second', ${idOf('receipt', 'g')}, ${idOf('message', 'g')}, 1, 'SM' || md5(g::text), status, '{"canary": "canary-0"}'
    from one where ws = 0 and status in ('sent', 'delivered', 'failed')
  ), words as (
    insert into message_word (workspace_id, contact_id, created_at, message_id, word)
    select workspace_id, ${idOf('contact', 'ws', 'contact')}, at, ${idOf('message', 'g')}, w from one cross join unnest(array[1, 1000 + fifty]) w
    where ws = 0 and contact <> 0
  )
  insert into message_event (workspace_id, seq, prev_seq, created_at, message_id, contact_id, direction, status, attempt, error_message)
  select workspace_id, seq, 0, at, ${idOf('message', 'g')}, ${idOf('contact', 'ws', 'contact')},
    case status when 'received' then 'inbound' else 'outbound' end, status, 1, 'canary-' || ws from one`;

/** What lies beside messages, of the first workspace: a part of what a busy one gathers. */
const beside = (workspaceId: string, part: number) => `
  insert into suppression (workspace_id, phone_number, topic, id, state, source, actor, evidence, created_at)
  select '${workspaceId}', '+1212777' || lpad(g::text, 4, '0'), 'all', ${idOf('suppression', 'g')}, case when g % 10 = 0 then 'review' else 'active' end,
    'message', 'contact', 'canary-0 STOP', now() - g * interval '1 minute' from generate_series(1, ${2000 / part}) g;
  insert into audit_event (workspace_id, id, at, actor, action, details, message_id, idempotency_key)
  select '${workspaceId}', ${idOf('audit', 'g')}, now() - g * interval '1 minute', 'canary-0', 'message.retried', '{}', ${idOf('message', 'g * 10')},
    'canary-0/' || g from generate_series(1, ${5000 / part}) g;
  insert into notification (workspace_id, id, kind, subject, severity, audience, summary, first_at, closed_at, read_at)
  select '${workspaceId}', ${idOf('notification', 'g')}, 'message.failed', 'subject ' || g, 'error', 'workspace', 'canary-0', now() - g * interval '1 hour',
    now(), case when g > 20 then now() end from generate_series(1, ${2000 / part}) g;
  insert into contact_term (workspace_id, contact_id, term)
  select '${workspaceId}', ${idOf('contact', '0', 'g')}, t from generate_series(0, ${contactsOfWorkspace - 1}) g, unnest(array[42, g % 10]) t
  on conflict do nothing;
  insert into outbox (workspace_id, message_id, lane, accepted_at)
  select '${workspaceId}', ${idOf('message', 'g * 10')}, 1 + g % 3, now() - g * interval '1 second' from generate_series(1, ${2000 / part}) g;
  insert into webhook_endpoint (workspace_id, id, url, event_types, secret, cursor_seq, cursor_at)
  select '${workspaceId}', ${idOf('endpoint', 'g')}, 'https://canary-0.example.com/' || g, '{message.delivered,consent.changed,notification.created}',
    'never read', s.last_seq - 20, now() - interval '1 hour' from generate_series(1, 3) g join workspace_sequence s on s.workspace_id = '${workspaceId}';
  insert into webhook_endpoint (workspace_id, id, kind, url, event_types, cursor_seq, cursor_at)
  select '${workspaceId}', ${idOf('endpoint', "'4'")}, 'statusCallbacks', 'https://canary-0.example.com', '{}', s.last_seq - 20, now() - interval '1 hour'
  from workspace_sequence s where s.workspace_id = '${workspaceId}';
  insert into status_callback (workspace_id, message_id, endpoint_id, contact_id, contents)
  select '${workspaceId}', message_id, ${idOf('endpoint', "'4'")}, contact_id, 'canary-0' from message_event where workspace_id = '${workspaceId}'
  order by seq desc limit ${10000 / part};
  insert into webhook_delivery (workspace_id, id, endpoint_id, type, occurred_at, created_at, seq, data, status, due_at)
  select '${workspaceId}', ${idOf('delivery', 'g')}, ${idOf('endpoint', '1 + g % 3')}, 'message.delivered', now() - g * interval '1 minute',
    now() - g * interval '1 minute', -g, '{"canary": "canary-0"}', case when g <= 100 then 'pending' else 'delivered' end, case when g <= 100 then now() end
  from generate_series(1, ${10000 / part}) g;
  insert into breaker (workspace_id, scope, subject, state, failures, opens, since, retry_at, reason, version)
  values ('${workspaceId}', 'account', 'twilio', 'closed', 1, 0, now(), now(), 'canary-0', 1);
  insert into metric_minute (workspace_id, minute, outbound, inbound, delivered, undelivered, failed, expired, unknown, parked, withdrawn, processing)
  select '${workspaceId}', date_trunc('minute', now()) - g * interval '1 minute', 30, 2, 20, 1, 1, 0, 0, 1, 0, array_fill(g % 7, array[30])
  from generate_series(0, ${6000 / part}) g;
  insert into provider_health (workspace_id, provider, value, at, version) values ('${workspaceId}', 'twilio', 0.5, now(), 1)`;

/** Fills a migrated, empty database. `step` messages are written by one statement. */
export async function makeWorld(url: string, messages: number, { workspaces = 20, step = 100_000 } = {}): Promise<World> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set synchronous_commit = off; set work_mem = "256MB"');
    await client.query(`select ensure_week(now() - week * interval '168 hours') from generate_series(0, ${weeks}) as week`);
    const made = await workspacesOf(url, client, workspaces);
    for (let from = 0; from < messages; from += step) {
      await client.query(fill(messages, workspaces), [from, Math.min(from + step, messages) - 1]);
    }
    await client.query(`insert into workspace_sequence select workspace_id, max(seq) from message_event group by workspace_id`);
    await client.query(`insert into contact (workspace_id, id, phone_number, name, last_message_at, last_seq)
      select w.id, ${idOf('contact', 'w.number', 'g')}, '+1' || 2125550000::bigint + w.number * 1000000 + g, 'canary-' || w.number, m.at, coalesce(m.seq, 0)
      from world_workspace w cross join generate_series(0, ${contactsOfWorkspace - 1}) g
        left join (select workspace_id, contact_id, max(created_at) as at, max(seq) as seq from message_event group by 1, 2) m
          on m.workspace_id = w.id and m.contact_id = ${idOf('contact', 'w.number', 'g')}`);
    await client.query(beside(made[0]?.id ?? '', messages < 100_000 ? 10 : 1));
    await client.query(people);
    await client.query('update workspace set content_days = $2 where id = $1', [made[0]?.id, contentDays]);
    // As autovacuum leaves tables that have been in use.
    await client.query('vacuum analyze');
    return { url, masterKey, messages, weeks, workspaces: made };
  } finally {
    await client.end();
  }
}

async function workspacesOf(url: string, client: pg.Client, count: number): Promise<WorldWorkspace[]> {
  await client.query(`create unlogged table world_workspace (number integer primary key, id uuid)`);
  await client.query(
    `insert into world_workspace select g, ('00000000-0000-8000-8000-' || lpad((g + 1)::text, 12, '0'))::uuid from generate_series(0, ${count - 1}) g`,
  );
  const { rows } = await client.query<{ id: string; contact: string; sender: string }>(
    `select id, ${idOf('contact', 'number', '0')} as contact, ${idOf('sender', 'number')} as sender from world_workspace order by number`,
  );
  const database = new Database(url, 2, createLogger('silent'));
  const senderNumber = (number: number) => `+1${4_155_550_000 + number}`;
  try {
    const apiKeys = await createWorkspaces(
      { database, keys: database, masterKeys: new MasterKeys(masterKey) },
      rows.map(
        ({ id }, number): NewWorkspace => ({
          id,
          name: `canary-${number}`,
          senders: [senderNumber(number)],
          contacts: [],
          account: { provider: 'twilio', accountSid: `canary-${number}`, authToken: 'token', settings: {} },
          apiKey: { id: 'abcdefgh', secret: 'a'.repeat(43) },
        }),
      ),
    );
    await client.query(`update sender s set id = ${idOf('sender', 'w.number')} from world_workspace w where w.id = s.workspace_id`);
    return rows.map(({ id, contact, sender }, number) => ({
      id,
      apiKey: apiKeys[number] ?? '',
      senderId: sender,
      senderNumber: senderNumber(number),
      contactId: contact,
      contactNumber: `+1${2_125_550_000 + number * 1_000_000}`,
    }));
  } finally {
    await database.close();
  }
}
