import twilio from 'twilio';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/server.js';
import { openWebhookReceiver, type WebhookReceiver } from './webhookReceiver.js';

export const accountSid = `AC${'0123456789abcdef'.repeat(2)}`;
export const authToken = 'f'.repeat(32);
export const sender = '+14155550100';
export const recipient = '+12125550123';

type RequestOptions<Data> = Parameters<typeof twilio.RequestClient.prototype.request<Data>>[0];

/** The official client's own HTTP, sent to another origin. */
class RewritingClient extends twilio.RequestClient {
  constructor(
    private readonly origin: string,
    timeoutMs: number,
  ) {
    super({ timeout: timeoutMs });
  }

  override request<Data>(options: RequestOptions<Data>) {
    return super.request<Data>({ ...options, uri: options.uri.replace('https://api.twilio.com', this.origin) });
  }
}

/** The unmodified official client, talking to the simulator. */
export function officialClient(url: string, timeoutMs = 10_000, sid = accountSid, token = authToken): twilio.Twilio {
  return twilio(sid, token, { httpClient: new RewritingClient(url, timeoutMs) });
}

/** A simulator, a client of it and a receiver of its webhooks. */
export interface Stage {
  simulator: Simulator;
  client: twilio.Twilio;
  receiver: WebhookReceiver;
  /** Sends with a callback URL to the receiver. */
  send: (fields?: { to?: string; body?: string }) => ReturnType<twilio.Twilio['messages']['create']>;
  /** Calls the control API; throws nothing for an error status. */
  control: (method: string, path: string, body?: unknown) => Promise<{ httpStatus: number; json: any }>;
  close: () => Promise<void>;
}

/** Everything on free ports; lives are short, so that a test takes milliseconds. */
export async function openStage(options: SimulatorOptions = {}): Promise<Stage> {
  const receiver = await openWebhookReceiver();
  const simulator = await startSimulator({
    callbacks: [
      { status: 'sent', delayMs: 20 },
      { status: 'delivered', delayMs: 120 },
    ],
    ...options,
  });
  const client = officialClient(simulator.url);
  return {
    simulator,
    client,
    receiver,
    send: ({ to = recipient, body = 'Hello' } = {}) =>
      client.messages.create({ to, from: sender, body, statusCallback: `${receiver.url}/callbacks?workspace=a%20b&attempt=1` }),
    control: async (method, path, body) => {
      const response = await fetch(`${simulator.url}/_control${path}`, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      return { httpStatus: response.status, json: await response.json() };
    },
    close: async () => {
      await simulator.close();
      await receiver.close();
    },
  };
}
