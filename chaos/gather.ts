import { HttpClient } from '../load/httpClient.js';
import { SimulatorLedger } from '../load/simulatorLedger.js';
import type { History, JournalEntry, LedgerLine, RequestLine, ShownMessage, WorkspaceFacts } from './history.js';
import { leaksOf } from './leaks.js';
import { sendsSeen } from './sendsSeen.js';
import type { Site } from './site.js';

const askedAtOnce = 8;
const askWithinMs = 60_000;

export type Gathered = Pick<
  History,
  | 'ledger'
  | 'finals'
  | 'requests'
  | 'sends'
  | 'killedThemselves'
  | 'shown'
  | 'attempts'
  | 'events'
  | 'audits'
  | 'leaks'
  | 'searchedBytes'
  | 'gatheredAtMs'
>;

/** What ledger, API, database and everything that keeps bytes show, once all is done. */
export async function gather(site: Site, journal: readonly JournalEntry[], run: string): Promise<Gathered> {
  const ids = journal.flatMap((entry) => (entry.kind === 'acknowledged' ? [entry.id] : []));
  const workspaceOf = new Map(journal.flatMap((entry) => (entry.kind === 'submitted' ? [[entry.n, entry.workspace] as const] : [])));
  const owners = new Map(
    journal.flatMap((entry) => (entry.kind === 'acknowledged' ? [[entry.id, workspaceOf.get(entry.n) ?? 0] as const] : [])),
  );
  const ledger = new SimulatorLedger(site.stack.simulatorUrl as string);
  const shown = await messagesOf(site, owners);
  return {
    ledger: (await ledger.entriesAfter(0)) as unknown as LedgerLine[],
    finals: await ledger.finalsAfter(0),
    requests: (await site.control<{ requests: RequestLine[] }>('GET', '/requests')).requests,
    ...sendsSeen(site.points.directory),
    shown,
    attempts: await site.sql(
      `select message_id as "messageId", attempt, status, extract(epoch from started_at)::float8 * 1000 as "startedAtMs"
       from send_attempt where message_id = any($1)`,
      [ids],
    ),
    events: await eventsOf(site),
    audits: await Promise.all(site.stack.workspaces.map((_, workspace) => verifyAudit(site, workspace))),
    ...(await leaksOf(site, run, ids)),
    gatheredAtMs: Date.now(),
  };
}

/** The workspaces as they are set. */
export async function workspacesOf(site: Site): Promise<WorkspaceFacts[]> {
  const rows = await site.sql<{ id: string; rate: number; burst: number; policy: WorkspaceFacts['policy'] }>(
    'select id, rate_per_second::float8 as rate, burst, ambiguous_policy as policy from workspace',
  );
  return site.stack.workspaces.map(({ id, twilioAccountSid: accountSid, senders }) => {
    const row = rows.find((one) => one.id === id);
    if (!row) throw new Error(`workspace ${id} is not stored`);
    return { id, accountSid, senders, ratePerSecond: row.rate, burst: row.burst, policy: row.policy };
  });
}

/** How many messages are open for another reason than that a person has to decide, and how old the oldest is. */
export async function openNow(site: Site): Promise<History['open'][number]> {
  const [row] = await site.sql<{ count: number; age: number }>(
    `select count(*)::integer as count, coalesce(extract(epoch from clock_timestamp() - min(created_at))::float8 * 1000, 0) as age
     from message where direction = 'outbound'
       and status not in ('delivered', 'undelivered', 'failed', 'canceled', 'expired', 'parked', 'unknown', 'scheduled')`,
  );
  return { atMs: Date.now(), count: row?.count ?? 0, oldestAgeMs: row?.age ?? 0 };
}

/** Acknowledged messages that are in no table yet, where their count is asked for. */
export async function storedCount(site: Site, ids: readonly string[]): Promise<number> {
  const [row] = await site.sql<{ count: number }>('select count(*)::integer as count from message_key where message_id = any($1)', [ids]);
  return row?.count ?? 0;
}

async function messagesOf(site: Site, owners: ReadonlyMap<string, number>): Promise<ShownMessage[]> {
  const client = new HttpClient(site.urls[0] as string, askedAtOnce);
  const waiting = [...owners];
  const shown: ShownMessage[] = [];
  const ask = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [id, workspace] = next;
      const { apiKey } = site.stack.workspaces[workspace] as { apiKey: string };
      const { status, body } = await answered(client, `/v1/messages/${id}`, apiKey);
      const message = JSON.parse(body) as { status: string; error: { code: string } | null };
      if (status === 404) shown.push({ id, workspace, status: 'missing', errorCode: null });
      else shown.push({ id, workspace, status: message.status, errorCode: message.error?.code ?? null });
    }
  };
  await Promise.all(Array.from({ length: askedAtOnce }, ask));
  client.close();
  return shown;
}

/** Any answer but 429 and 5xx; throws where there is none in time. */
async function answered(client: HttpClient, target: string, apiKey: string): Promise<{ status: number; body: string }> {
  const giveUpAt = Date.now() + askWithinMs;
  for (;;) {
    const answer = await client
      .request({ method: 'GET', path: target, headers: { authorization: `Bearer ${apiKey}` } })
      .catch(() => undefined);
    if (answer && answer.status < 500 && answer.status !== 429) return answer;
    if (Date.now() > giveUpAt) throw new Error(`GET ${target} was answered ${answer?.status ?? 'nothing'} for a minute after the heal`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function eventsOf(site: Site): Promise<History['events']> {
  const rows = await site.sql<{ id: string; seq: string; prev: string; messageId: string; conversationId: string; status: string }>(
    `select workspace_id as id, seq, prev_seq as prev, message_id as "messageId", contact_id as "conversationId", status from message_event`,
  );
  const places = new Map(site.stack.workspaces.map(({ id }, place) => [id, place]));
  return rows.flatMap(({ id, seq, prev, ...event }) => {
    const workspace = places.get(id);
    return workspace === undefined ? [] : [{ ...event, workspace, seq: Number(seq), prev: Number(prev) }];
  });
}

async function verifyAudit(site: Site, workspace: number): Promise<History['audits'][number]> {
  const { apiKey } = site.stack.workspaces[workspace] as { apiKey: string };
  const client = new HttpClient(site.urls[0] as string, 1);
  try {
    for (let entries = 0, afterSeq: number | null = 0; ; ) {
      const { status, body } = await answered(client, `/v1/workspace/audit/verification?afterSeq=${afterSeq}`, apiKey);
      if (status !== 200) return { workspace, intact: false, entries };
      const page = JSON.parse(body) as { intact: boolean; verified: number; nextAfterSeq: number | null };
      entries += page.verified;
      afterSeq = page.nextAfterSeq;
      if (!page.intact || afterSeq === null) return { workspace, intact: page.intact, entries };
    }
  } finally {
    client.close();
  }
}
