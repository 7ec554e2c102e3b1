import { setTimeout as delay } from 'node:timers/promises';
import type { Canaries } from '../../load/canaries.js';
import { HttpClient } from '../../load/httpClient.js';
import type { Journal } from '../../load/journal.js';
import { recipientOf } from '../../load/recipients.js';
import { sendMessage } from '../../load/sendMessage.js';
import type { Target } from './target.js';

export interface SendProgress {
  accepted: number;
  refused: number;
  /** Requests repeated after a 503, a lost connection or silence. */
  repeated: number;
  /** Why requests were refused, with how often. */
  refusals: Map<string, number>;
  done: boolean;
}

export interface SendOptions {
  messages: number;
  /** Messages a second, whatever comes back; without it `inFlightMax` requests are kept under way. */
  rate: number | undefined;
  canaries: Canaries;
  journal: Journal;
  onAccepted(n: number, id: string, workspace: number, acknowledgedAtMs: number): void;
}

const inFlightMax = 100;
const inFlightAtRateMax = 1_000;
const giveUpAfterMs = 120_000;

/** Sends all messages, spread evenly over the target's workspaces. What is acknowledged counts once the journal has it on disk. */
export function sendAll(target: Target, options: SendOptions): { progress: SendProgress; finished: Promise<void> } {
  const { messages, rate, canaries, journal, onAccepted } = options;
  const client = new HttpClient(target.url, rate === undefined ? inFlightMax : inFlightAtRateMax);
  const progress: SendProgress = { accepted: 0, refused: 0, repeated: 0, refusals: new Map(), done: false };

  const sendOne = async (n: number): Promise<void> => {
    const place = n % target.workspaces.length;
    const workspace = target.workspaces[place] as Target['workspaces'][number];
    const idempotencyKey = canaries.keyOf(n);
    const message = { apiKey: workspace.apiKey, idempotencyKey, to: recipientOf(n), body: canaries.bodyOf(n) };
    const result = await sendMessage(client, message, Date.now() + giveUpAfterMs);
    progress.repeated += result.tries - 1;
    if (result.kind === 'refused') {
      progress.refused += 1;
      progress.refusals.set(result.reason, (progress.refusals.get(result.reason) ?? 0) + 1);
      return;
    }
    const { id, acknowledgedAtMs } = result;
    await journal.append({ n, workspaceId: workspace.id, id, idempotencyKey, acknowledgedAtMs });
    progress.accepted += 1;
    onAccepted(n, id, place, acknowledgedAtMs);
  };

  const openLoop = async (perSecond: number): Promise<void> => {
    const startedAt = performance.now();
    const sent: Promise<void>[] = [];
    for (let n = 0; n < messages; n++) {
      const early = startedAt + (n * 1_000) / perSecond - performance.now();
      if (early > 0) await delay(early);
      sent.push(sendOne(n));
    }
    await Promise.all(sent);
  };
  const closedLoop = async (): Promise<void> => {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < messages) await sendOne(next++);
    };
    await Promise.all(Array.from({ length: Math.min(inFlightMax, messages) }, lane));
  };

  const finished = (rate === undefined ? closedLoop() : openLoop(rate)).finally(() => {
    progress.done = true;
    client.close();
  });
  return { progress, finished };
}
