import { createHash } from 'node:crypto';
import { HttpGatewayProvider } from '../../providers/httpGateway/httpGatewayProvider.js';
import type { Account, SmsProvider } from '../../providers/provider.js';
import { TelnyxProvider } from '../../providers/telnyx/telnyxProvider.js';
import { TwilioProvider } from '../../providers/twilio/twilioProvider.js';
import { gatewaySecret } from '../../simulator/gatewaySecret.js';
import { startSimulator } from '../../simulator/server.js';
import { telnyxPublicKey } from '../../simulator/telnyxKey.js';
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
const responseTimeoutMs = 500;

/** What differs from vendor to vendor; all have the simulator on the other side. */
interface Vendor extends Pick<ProviderStage, 'signs' | 'unknownId' | 'codes'> {
  /** As the simulator calls it. */
  vendor: string;
  provider(baseUrl: string): SmsProvider;
  account(baseUrl: string): Account;
  stranger(baseUrl: string): Account;
  forger(account: Account): Account;
}

const profile = '0198c1f0-0000-7000-8000-00000000000a';
const otherKey = createHash('sha256').update('another key').digest('base64');

const vendors: Record<string, Vendor> = {
  twilio: {
    vendor: 'twilio',
    provider: (baseUrl) => new TwilioProvider({ baseUrl, responseTimeoutMs }),
    account: () => ({ accountSid, authToken, settings: {} }),
    stranger: () => ({ accountSid: `AC${'9'.repeat(32)}`, authToken: 'e'.repeat(32), settings: {} }),
    forger: (account) => ({ ...account, authToken: 'e'.repeat(32) }),
    signs: { url: true, time: false },
    unknownId: `SM${'0'.repeat(32)}`,
    codes: { reject: '21610', failLater: '30007' },
  },
  telnyx: {
    vendor: 'telnyx',
    provider: (baseUrl) => new TelnyxProvider({ baseUrl, responseTimeoutMs }),
    account: () => ({ accountSid: profile, authToken: 'KEY0123456789abcdef', settings: { publicKey: telnyxPublicKey } }),
    stranger: () => ({
      accountSid: profile.replace('a', 'b'),
      authToken: 'KEYfedcba9876543210',
      settings: { publicKey: telnyxPublicKey },
    }),
    forger: (account) => ({ ...account, settings: { publicKey: otherKey } }),
    signs: { url: false, time: true },
    unknownId: '0198c1f0-0000-7000-8000-0000000000ff',
    codes: { reject: '40300', failLater: '40003' },
  },
  'http-gateway': {
    vendor: 'gateway',
    provider: () => new HttpGatewayProvider({ hosts: undefined, responseTimeoutMs }),
    account: (baseUrl) => ({ accountSid: 'acme', authToken: gatewaySecret('acme'), settings: { url: `${baseUrl}/gateway/acme` } }),
    stranger: (baseUrl) => ({ accountSid: 'other', authToken: gatewaySecret('other'), settings: { url: `${baseUrl}/gateway/other/` } }),
    forger: (account) => ({ ...account, authToken: gatewaySecret('other') }),
    signs: { url: false, time: true },
    unknownId: 'gw_unknown',
    codes: { reject: 'recipient_opted_out', failLater: 'content_refused' },
  },
};

async function openStage(vendor: Vendor): Promise<ProviderStage> {
  const receiver = await openWebhookReceiver();
  const simulator = await startSimulator({
    callbacks: [
      { status: 'sent', delayMs: 10 },
      { status: 'delivered', delayMs: 30 },
    ],
  });
  const control = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${simulator.url}/_control${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: each path answers its own
    return (await response.json()) as any;
  };
  const provider = vendor.provider(simulator.url);
  const account = vendor.account(simulator.url);
  const nobody = await addressOfNobody();
  const unreachable = vendor.provider(nobody);
  return {
    provider,
    unreachable: atAddress(unreachable, vendor.account(nobody)),
    account,
    stranger: vendor.stranger(simulator.url),
    forger: vendor.forger(account),
    signs: vendor.signs,
    from: sender,
    to: recipient,
    callbackUrl: `${receiver.url}/callbacks/provider/w/status?message=m&attempt=1&signature=a%2Bb`,
    unknownId: vendor.unknownId,
    codes: vendor.codes,
    shapeNext: (fate) => control('POST', '/rules', { times: 1, action: actions[fate] }),
    taken: async () => (await control('GET', '/ledger')).entries.map(({ body }: { body: string }) => body),
    reached: async () => (await control('GET', '/requests')).total,
    validitySeconds: async () => (await control('GET', '/ledger')).entries.at(-1).validityPeriodS,
    writeIn: async (text) => {
      const url = `${receiver.url}/callbacks/provider/w/inbound`;
      const signed = { vendor: vendor.vendor, accountSid: account.accountSid, authToken: account.authToken, url };
      return (await control('POST', '/inbound', { ...signed, ...text })).messageSid;
    },
    callbacks: () =>
      receiver.received.map(({ url, body, headers, atMs }) => ({
        url,
        body,
        headers: headers as Record<string, string | undefined>,
        receivedAtMs: atMs,
      })),
    close: async () => {
      provider.close();
      unreachable.close();
      await simulator.close();
      await receiver.close();
    },
  };
}

/** The provider as it is where its account's own address leads nowhere: an account may say where it is to be asked. */
function atAddress(provider: SmsProvider, account: Account): SmsProvider {
  const as = (given: Account): Account => ({ ...given, settings: { ...given.settings, ...account.settings } });
  return new Proxy(provider, {
    get: (target, name: keyof SmsProvider) => {
      const value = target[name];
      if (typeof value !== 'function') return value;
      return (first: Account, ...rest: unknown[]) => (value as (...all: unknown[]) => unknown).call(target, as(first), ...rest);
    },
  });
}

export const stages: Record<string, () => Promise<ProviderStage>> = Object.fromEntries(
  Object.entries(vendors).map(([name, vendor]) => [name, () => openStage(vendor)]),
);

/** Where something listened a moment ago. */
async function addressOfNobody(): Promise<string> {
  const simulator = await startSimulator();
  await simulator.close();
  return simulator.url;
}
