import { TwilioProvider } from '../../providers/twilio/twilioProvider.js';
import { startSimulator } from '../../simulator/server.js';
import { accountSid, authToken, recipient, sender } from '../simulator/stage.js';
import { openWebhookReceiver } from '../simulator/webhookReceiver.js';
import type { Fate, ProviderStage } from './describeProvider.js';

const actions: Record<Fate, object> = {
  reject: { error: { code: 21_610 } },
  'limit the rate': { rateLimited: { retryAfterS: 2 } },
  'error before': { http500: 'before' },
  'error after': { http500: 'after' },
  'cut after': { cut: 'after' },
  'silence after': { hang: 'after' },
  'garbage after': { notJson: 'after' },
  'fail later': { callbacks: { finalStatus: 'failed', errorCode: 30_007 } },
};

/** A silence costs the suite this much; a busy machine must answer within it. */
const responseTimeoutMs = 1_000;

/** Twilio's port with the simulator on the other side. */
export async function openTwilioStage(): Promise<ProviderStage> {
  const receiver = await openWebhookReceiver();
  const simulator = await startSimulator({
    callbacks: [
      { status: 'sent', delayMs: 10 },
      { status: 'delivered', delayMs: 30 },
    ],
  });
  const provider = new TwilioProvider({ baseUrl: simulator.url, responseTimeoutMs });
  const control = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${simulator.url}/_control${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return (await response.json()) as { entries: { body: string }[]; total: number };
  };
  return {
    provider,
    unreachable: new TwilioProvider({ baseUrl: await addressOfNobody(), responseTimeoutMs }),
    account: { accountSid, authToken },
    stranger: { accountSid: `AC${'9'.repeat(32)}`, authToken: 'e'.repeat(32) },
    from: sender,
    to: recipient,
    callbackUrl: `${receiver.url}/callbacks/twilio/w/status?message=m&attempt=1&signature=a%2Bb`,
    unknownId: `SM${'0'.repeat(32)}`,
    codes: { reject: '21610', failLater: '30007' },
    shapeNext: async (fate) => void (await control('POST', '/rules', { times: 1, action: actions[fate] })),
    taken: async () => (await control('GET', '/ledger')).entries.map(({ body }) => body),
    reached: async () => (await control('GET', '/requests')).total,
    callbacks: () => receiver.received.map(({ url, form, headers }) => ({ url, form, signature: String(headers['x-twilio-signature']) })),
    close: async () => {
      provider.close();
      await simulator.close();
      await receiver.close();
    },
  };
}

/** Where something listened a moment ago. */
async function addressOfNobody(): Promise<string> {
  const simulator = await startSimulator();
  await simulator.close();
  return simulator.url;
}
