import { setTimeout as delay } from 'node:timers/promises';
import type { HttpAnswer, HttpClient } from './httpClient.js';

/** A message to hand to POST /v1/messages, with the key under which it may be repeated. */
export interface OutgoingMessage {
  apiKey: string;
  idempotencyKey: string;
  to: string;
  body: string;
  /** Other fields of the request. */
  more?: Record<string, unknown>;
}

export type SendResult =
  /** `requestedAtMs`: the first try; `acknowledgedAtMs`: the 202. Epoch milliseconds. */
  | { kind: 'accepted'; id: string; conversationId: string; requestedAtMs: number; acknowledgedAtMs: number; tries: number }
  | { kind: 'refused'; reason: string; tries: number };

const retryAfterDefaultMs = 1_000;
const retryAfterMaxMs = 10_000;

/** Hears of each answer: the HTTP status, or `none` where the connection failed or nothing came. */
export type OnAnswer = (answer: string) => void;

/** Sends one message; an answer that leaves the outcome open (503, 429, a lost connection, silence) is followed by the same request under the same key. */
export async function sendMessage(
  client: Pick<HttpClient, 'request'>,
  message: OutgoingMessage,
  giveUpAtMs: number,
  onAnswer: OnAnswer = () => undefined,
): Promise<SendResult> {
  const { apiKey, idempotencyKey, to, body, more } = message;
  const text = JSON.stringify({ ...more, to, body });
  const headers = {
    authorization: `Bearer ${apiKey}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    'idempotency-key': idempotencyKey,
  };
  const requestedAtMs = Date.now();
  for (let tries = 1; ; tries++) {
    let problem: string;
    let waitMs = retryAfterDefaultMs;
    try {
      const answer = await client.request({ method: 'POST', path: '/v1/messages', headers, body: text });
      onAnswer(String(answer.status));
      if (answer.status === 202) return { kind: 'accepted', ...namesIn(answer), requestedAtMs, acknowledgedAtMs: Date.now(), tries };
      problem = `${answer.status} ${answer.body.slice(0, 300)}`;
      if (answer.status !== 503 && answer.status !== 429) return { kind: 'refused', reason: problem, tries };
      waitMs = Math.min(retryAfterMaxMs, Number(answer.headers['retry-after'] ?? 1) * 1_000 || retryAfterDefaultMs);
    } catch (error) {
      onAnswer('none');
      problem = String(error);
    }
    if (Date.now() + waitMs > giveUpAtMs) return { kind: 'refused', reason: `given up after ${tries} tries: ${problem}`, tries };
    await delay(waitMs);
  }
}

function namesIn(answer: HttpAnswer): { id: string; conversationId: string } {
  const { id, conversationId } = JSON.parse(answer.body) as { id: string; conversationId: string };
  return { id, conversationId };
}
