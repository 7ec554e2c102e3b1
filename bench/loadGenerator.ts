/**
 * Sends messages and learns when each has ended; a process of its own, so that its CPU can be told apart.
 *
 * A message has ended when its row has `recorded_at`: the workflow has stored the outcome. One connection asks Postgres
 * for open ones together every 50 ms, which costs less than sockets (each message has a conversation of its own) or
 * polling the API, and costs the product's processes nothing. The times are those of the rows, not of the look.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { Canaries } from '../load/canaries.js';
import { HttpClient } from '../load/httpClient.js';
import { recipientOf } from '../load/recipients.js';
import { sendMessage } from '../load/sendMessage.js';
import { answerRequests } from './processMessages.js';

export interface LoadWorkspace {
  id: string;
  apiKey: string;
}

export interface LoadMessage {
  workspace: LoadWorkspace;
  /** E.164; by default another for each message. */
  to?: string;
  /** ISO 8601. */
  sendAt?: string;
}

/** A text that somebody writes to the product, by way of the simulator's `POST /_control/inbound`. */
export interface InboundText {
  dueMs: number;
  accountSid: string;
  authToken: string;
  url: string;
  from: string;
  to: string;
}

export interface LoadRun {
  /** Name of the canaries. */
  run: string;
  messages: LoadMessage[];
  /** Closed loop: so many lives under way, a new one for each that has ended. */
  inFlight?: number;
  /** Open loop: when each message is due, milliseconds after the start, whatever comes back. */
  dueMs?: number[];
  inbound?: { simulatorUrl: string; texts: InboundText[] };
  /** A message counts as done when it is accepted. */
  onlyAccept?: boolean;
  /** A life that takes longer after its acceptance is given up: a lost callback must not keep the whole run waiting. */
  lifeMaxMs?: number;
}

/** Epoch milliseconds. */
export interface Life {
  id: string;
  conversationId: string;
  /** When the request was due; in a closed loop when it was made. */
  scheduledAtMs: number;
  acknowledgedAtMs: number;
  /** When the message came into its last state, and which it is. */
  statusAtMs: number | null;
  status: string | null;
  /** Null where it has not ended in time. */
  endedAtMs: number | null;
}

export interface LoadResult {
  startedAtMs: number;
  /** Until the last life that ended. */
  seconds: number;
  /** By number of the message; none for those that were refused. */
  lives: (Life | null)[];
  refused: string[];
  /** How often each HTTP status was answered; `none`: no answer. */
  answers: Record<string, number>;
  /** From the time a request was due to its first answer, whatever that was. */
  firstAnswerMs: number[];
  /** From the time a text was due to the provider's answer from the product; and why the others failed. */
  inboundMs: number[];
  inboundFailed: string[];
}

/** Under which Postgres knows the connection that looks for ended messages. */
export const loadApplicationName = 'bench-load';
const lookEveryMs = 50;
/** Of open messages so many are asked for at a look, in turn: a spike must not make the looks the load. */
const lookedAtMax = 1_000;
const connectionsMax = 2_000;
const giveUpAfterMs = 60_000;
export const lifeMaxDefaultMs = 60_000;

const endedStatement = {
  name: 'bench_ended',
  text: `select k.message_id, m.status, extract(epoch from m.updated_at)::float8 * 1000 as status_at,
      extract(epoch from m.recorded_at)::float8 * 1000 as ended_at
    from unnest($1::uuid[], $2::uuid[]) as i (workspace_id, message_id)
    join message_key k using (workspace_id, message_id)
    join message m on m.workspace_id = k.workspace_id and m.created_at = k.created_at and m.id = k.message_id
    where m.recorded_at is not null`,
};
type Ended = { message_id: string; status: string; status_at: number; ended_at: number };

/** Messages that were accepted and have not ended. */
class OpenMessages {
  private readonly open = new Map<string, { workspaceId: string; ended(row: Ended | null): void }>();

  constructor(private readonly database: pg.Client) {}

  /** Resolves with how it ended; null where it did not in time. */
  end(workspaceId: string, id: string, withinMs: number): Promise<Ended | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.open.get(id)?.ended(null), withinMs);
      const ended = (row: Ended | null) => {
        clearTimeout(timer);
        this.open.delete(id);
        resolve(row);
      };
      this.open.set(id, { workspaceId, ended });
    });
  }

  async look(): Promise<void> {
    const asked = [...this.open].slice(0, lookedAtMax);
    if (asked.length === 0) return;
    const { rows } = await this.database.query<Ended>({
      ...endedStatement,
      values: [asked.map(([, { workspaceId }]) => workspaceId), asked.map(([id]) => id)],
    });
    // Those that are still open go behind all others.
    if (asked.length === lookedAtMax) for (const [id, one] of asked) if (this.open.delete(id)) this.open.set(id, one);
    for (const row of rows) this.open.get(row.message_id)?.ended(row);
  }
}

/** Does each thing when it is due; resolves when all are done. */
async function onTime(dueMs: readonly number[], act: (n: number, dueAtMs: number) => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  const startedAtMs = Date.now();
  const begun: Promise<void>[] = [];
  for (const [n, due] of dueMs.entries()) {
    const early = startedAt + due - performance.now();
    if (early > 0) await delay(early);
    begun.push(act(n, startedAtMs + due));
  }
  await Promise.all(begun);
}

async function main(): Promise<void> {
  const [url = '', databaseUrl = ''] = process.argv.slice(2);
  const client = new HttpClient(url, connectionsMax);
  const database = new pg.Client({
    connectionString: databaseUrl,
    options: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off',
    application_name: loadApplicationName,
  });
  await database.connect();
  const open = new OpenMessages(database);
  let closed = false;
  const watch = async (): Promise<void> => {
    for (; !closed; await delay(lookEveryMs)) await open.look();
  };
  const watching = watch();

  const run = async (load: LoadRun): Promise<LoadResult> => {
    const { messages, inFlight = 1, dueMs, inbound, onlyAccept, lifeMaxMs = lifeMaxDefaultMs } = load;
    const canaries = new Canaries(load.run);
    const startedAtMs = Date.now();
    const result: LoadResult = {
      startedAtMs,
      seconds: 0,
      lives: messages.map(() => null),
      refused: [],
      answers: {},
      firstAnswerMs: [],
      inboundMs: [],
      inboundFailed: [],
    };
    const live = async (n: number, scheduledAtMs: number): Promise<void> => {
      const { workspace, to = recipientOf(n), sendAt } = messages[n] as LoadMessage;
      const message = {
        apiKey: workspace.apiKey,
        idempotencyKey: canaries.keyOf(n),
        to,
        body: canaries.bodyOf(n),
        ...(sendAt && { more: { sendAt } }),
      };
      let answered = false;
      const sent = await sendMessage(client, message, Date.now() + giveUpAfterMs, (answer) => {
        result.answers[answer] = (result.answers[answer] ?? 0) + 1;
        if (!answered) result.firstAnswerMs.push(Date.now() - scheduledAtMs);
        answered = true;
      });
      if (sent.kind === 'refused') {
        result.refused.push(sent.reason);
        return;
      }
      const { id, conversationId, acknowledgedAtMs } = sent;
      const life: Life = { id, conversationId, scheduledAtMs, acknowledgedAtMs, statusAtMs: null, status: null, endedAtMs: null };
      result.lives[n] = life;
      if (onlyAccept) return;
      const ended = await open.end(workspace.id, id, lifeMaxMs);
      if (ended) Object.assign(life, { statusAtMs: ended.status_at, status: ended.status, endedAtMs: ended.ended_at });
    };
    const closedLoop = async (): Promise<void> => {
      let next = 0;
      const lane = async () => {
        while (next < messages.length) await live(next++, Date.now());
      };
      await Promise.all(Array.from({ length: inFlight }, lane));
    };
    const comeIn = async ({ simulatorUrl, texts }: NonNullable<LoadRun['inbound']>): Promise<void> => {
      const provider = new HttpClient(simulatorUrl, connectionsMax);
      await onTime(
        texts.map((text) => text.dueMs),
        async (n, dueAtMs) => {
          const { dueMs: _dueMs, ...text } = texts[n] as InboundText;
          const problem = await writeIn(provider, { ...text, body: `Thanks, that suits me. #${load.run}-in-${n}` });
          if (problem === undefined) result.inboundMs.push(Date.now() - dueAtMs);
          else result.inboundFailed.push(problem);
        },
      );
      provider.close();
    };
    await Promise.all([dueMs ? onTime(dueMs, live) : closedLoop(), inbound && comeIn(inbound)]);
    // Until the last that ended: what is given up must not count as time.
    const lastAtMs = result.lives.reduce((last, life) => Math.max(last, (onlyAccept ? life?.acknowledgedAtMs : life?.endedAtMs) ?? 0), 0);
    return { ...result, seconds: Math.max(0, lastAtMs - startedAtMs) / 1_000 };
  };
  answerRequests<LoadRun, LoadResult>(run, async () => {
    closed = true;
    await watching;
    await database.end();
    client.close();
  });
}

/** Has the simulator bring a text to the product; answers what was wrong. */
async function writeIn(provider: HttpClient, text: object): Promise<string | undefined> {
  const body = JSON.stringify(text);
  const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  try {
    const answer = await provider.request({ method: 'POST', path: '/_control/inbound', headers, body });
    const { status } = JSON.parse(answer.body) as { status?: number | null };
    return status === 204 ? undefined : `inbound: ${answer.body.slice(0, 300)}`;
  } catch (error) {
    return `inbound: ${String(error)}`;
  }
}

if (require.main === module) void main();
