import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { eventually } from './eventually.js';

/** A request as the receiver got it. */
export interface ReceivedWebhook {
  path: string;
  /** The webhook-id. */
  id: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** A form is shown as one, under the type `form`. */
  event: { type: string; timestamp: string; data: any };
}

/** What a path answers: a status, with headers and a body of so many bytes; null: nothing, ever. */
export type WebhookAnswer = { status: number; headers?: Record<string, string>; bytes?: number } | null;

export interface WebhookReceiver {
  url(path: string): string;
  received: ReceivedWebhook[];
  /** What a path answers from now on, from a list that repeats its last; 204 by default. */
  answer(path: string, ...answers: WebhookAnswer[]): void;
  /** The first that fits, once it is there. */
  wait(path: string, fits?: (webhook: ReceivedWebhook) => boolean, withinMs?: number): Promise<ReceivedWebhook>;
  close(): Promise<void>;
}

/** A customer's server, which keeps every request that it gets. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const answers = new Map<string, WebhookAnswer[]>();
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => take(request, response, Buffer.concat(chunks).toString()));
  });
  const take = (request: IncomingMessage, response: ServerResponse, body: string) => {
    const path = request.url ?? '';
    const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded';
    const event = isForm ? { type: 'form', timestamp: '', data: Object.fromEntries(new URLSearchParams(body)) } : JSON.parse(body);
    received.push({ path, id: String(request.headers['webhook-id']), headers: request.headers, body, event });
    const planned = answers.get(path) ?? [{ status: 204 }];
    const answer = planned.length > 1 ? planned.shift() : planned[0];
    if (answer) response.writeHead(answer.status, answer.headers).end('x'.repeat(answer.bytes ?? 0));
  };
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    received,
    url: (path) => `http://127.0.0.1:${port}${path}`,
    answer: (path, ...planned) => void answers.set(path, planned),
    wait: (path, fits = () => true, withinMs = 20_000) =>
      eventually(() => received.find((one) => one.path === path && fits(one)), withinMs).catch((error: unknown) => {
        const types = received.filter((one) => one.path === path).map(({ event }) => `${event.type} ${event.data.status ?? ''}`);
        throw new Error(`no such webhook came to ${path}; what came: ${types.join(', ') || 'nothing'}`, { cause: error });
      }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Whether the official verifier takes a webhook for one of whoever has the secret. */
export function isSignedBy(secret: string, { body, headers }: Pick<ReceivedWebhook, 'body' | 'headers'>): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
