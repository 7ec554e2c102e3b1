import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import twilio from 'twilio';

export interface ReceivedWebhook {
  /** The URL as the sender was given it. */
  url: string;
  form: Record<string, string>;
  /** As it came. */
  body: string;
  headers: IncomingHttpHeaders;
  atMs: number;
}

/** Stands in for the product's webhook endpoints. */
export interface WebhookReceiver {
  url: string;
  received: ReceivedWebhook[];
  /** What the next webhooks are answered with, in order; 200 when empty. */
  answers: number[];
  /** How long it takes to answer, in milliseconds; 0 unless a test sets it. */
  answerDelayMs: number;
  /** The statuses told of one message, in the order of arrival. */
  statusesOf: (sid: string) => string[];
  close: () => Promise<void>;
}

export async function openWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const form = Object.fromEntries(new URLSearchParams(body));
      received.push({ url: `${url}${request.url}`, form, body, headers: request.headers, atMs: Date.now() });
      const status = answers.shift() ?? 200;
      if (receiver.answerDelayMs === 0) response.writeHead(status).end();
      else setTimeout(() => response.writeHead(status).end(), receiver.answerDelayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const receiver: WebhookReceiver = {
    url,
    received,
    answers,
    answerDelayMs: 0,
    statusesOf: (sid) => received.filter(({ form }) => form['MessageSid'] === sid).map(({ form }) => form['MessageStatus'] ?? ''),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

/** Whether the official validator takes the webhook for one of Twilio's. */
export function isSignedWith(authToken: string, webhook: ReceivedWebhook): boolean {
  return twilio.validateRequest(authToken, String(webhook.headers['x-twilio-signature']), webhook.url, webhook.form);
}
