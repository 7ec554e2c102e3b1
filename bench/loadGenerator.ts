/**
 * Sends messages and learns when each has ended; a process of its own, so that its CPU can be told apart.
 *
 * A message has ended when its row has `recorded_at`: the workflow has stored the outcome. One connection asks Postgres
 * for all open ones together every 50 ms, which costs less than sockets (each message has a conversation of its own) or
 * polling the API, and costs the product's processes nothing. With lives of seconds its delay does not show.
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

export interface LoadRun {
  /** Name of the canaries. */
  run: string;
  /** The workspace of each message. */
  workspaces: LoadWorkspace[];
  /** Closed loop: so many lives under way, a new one for each that has ended. */
  inFlight?: number;
  /** Open loop: messages a second, whatever comes back. */
  ratePerSecond?: number;
}

/** Epoch milliseconds. */
export interface Life {
  requestedAtMs: number;
  acknowledgedAtMs: number;
  endedAtMs: number;
}

export interface LoadResult {
  seconds: number;
  lives: Life[];
  refused: string[];
  /** Accepted, and not ended within a minute. */
  unfinished: number;
}

/** Under which Postgres knows the connection that looks for ended messages. */
export const loadApplicationName = 'bench-load';
const lookEveryMs = 50;
const connectionsMax = 256;
const giveUpAfterMs = 60_000;
/** A life that takes longer is given up: a lost callback must not keep the whole run waiting. */
const lifeMaxMs = 60_000;

const endedStatement = {
  name: 'bench_ended',
  text: `select k.message_id from unnest($1::uuid[], $2::uuid[]) as i (workspace_id, message_id)
    join message_key k using (workspace_id, message_id)
    join message m on m.workspace_id = k.workspace_id and m.created_at = k.created_at and m.id = k.message_id
    where m.recorded_at is not null`,
};

async function main(): Promise<void> {
  const [url = '', databaseUrl = ''] = process.argv.slice(2);
  const client = new HttpClient(url, connectionsMax);
  const database = new pg.Client({
    connectionString: databaseUrl,
    options: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off',
    application_name: loadApplicationName,
  });
  await database.connect();
  const open = new Map<string, { workspaceId: string; ended(): void }>();
  let closed = false;

  const watch = async (): Promise<void> => {
    while (!closed) {
      if (open.size > 0) {
        const ids = [...open.keys()];
        const { rows } = await database.query<{ message_id: string }>({
          ...endedStatement,
          values: [ids.map((id) => open.get(id)?.workspaceId), ids],
        });
        for (const { message_id } of rows) {
          open.get(message_id)?.ended();
          open.delete(message_id);
        }
      }
      await delay(lookEveryMs);
    }
  };
  const watching = watch();

  answerRequests<LoadRun, LoadResult>(
    async ({ run, workspaces, inFlight, ratePerSecond }) => {
      const canaries = new Canaries(run);
      const lives: Life[] = [];
      const refused: string[] = [];
      let unfinished = 0;
      const live = async (n: number): Promise<void> => {
        const { id: workspaceId, apiKey } = workspaces[n] as LoadWorkspace;
        const message = { apiKey, idempotencyKey: canaries.keyOf(n), to: recipientOf(n), body: canaries.bodyOf(n) };
        const result = await sendMessage(client, message, Date.now() + giveUpAfterMs);
        if (result.kind === 'refused') {
          refused.push(result.reason);
          return;
        }
        const ended = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => {
            open.delete(result.id);
            resolve(false);
          }, lifeMaxMs);
          open.set(result.id, {
            workspaceId,
            ended: () => {
              clearTimeout(timer);
              resolve(true);
            },
          });
        });
        if (!ended) {
          unfinished += 1;
          return;
        }
        lives[n] = { requestedAtMs: result.requestedAtMs, acknowledgedAtMs: result.acknowledgedAtMs, endedAtMs: Date.now() };
      };

      const startedAt = performance.now();
      const startedAtMs = Date.now();
      if (ratePerSecond !== undefined) {
        const begun: Promise<void>[] = [];
        for (let n = 0; n < workspaces.length; n++) {
          const early = startedAt + (n * 1_000) / ratePerSecond - performance.now();
          if (early > 0) await delay(early);
          begun.push(live(n));
        }
        await Promise.all(begun);
      } else {
        let next = 0;
        await Promise.all(
          Array.from({ length: inFlight ?? 1 }, async () => {
            while (next < workspaces.length) await live(next++);
          }),
        );
      }
      // Until the last that ended: what is given up must not count as time.
      const lastAtMs = lives.reduce((last, life) => Math.max(last, life?.endedAtMs ?? 0), startedAtMs);
      return { seconds: (lastAtMs - startedAtMs) / 1_000, lives, refused, unfinished };
    },
    async () => {
      closed = true;
      await watching;
      await database.end();
      client.close();
    },
  );
}

if (require.main === module) void main();
