import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createProviders, providerNamed } from '../../providers/registry.js';
import { TwilioProvider } from '../../providers/twilio/twilioProvider.js';
import { eventually } from '../simulator/eventually.js';

const options = { baseUrl: 'http://127.0.0.1:9', responseTimeoutMs: 1_000 };
const provider = new TwilioProvider(options);
afterAll(() => provider.close());

describe("Twilio's status callback", () => {
  const form = { MessageSid: 'SM1', MessageStatus: 'sent', AccountSid: 'AC1', To: '+1', From: '+2' };

  test('is read by its newer and by its older field names', () => {
    const read = { providerMessageId: 'SM1', status: 'sent', providerStatus: 'sent', error: null };
    expect(provider.parseStatusCallback(form)).toEqual(read);
    expect(provider.parseStatusCallback({ SmsSid: 'SM1', SmsStatus: 'sent', AccountSid: 'AC1' })).toEqual(read);
  });

  test('with a word that we do not know keeps the word and says nothing about the state', () => {
    expect(provider.parseStatusCallback({ ...form, MessageStatus: 'partially_delivered' })).toMatchObject({
      status: undefined,
      providerStatus: 'partially_delivered',
    });
  });

  test('carries the code of a failure, with or without a sentence', () => {
    expect(provider.parseStatusCallback({ ...form, MessageStatus: 'failed', ErrorCode: '30007' })?.error).toEqual({
      code: '30007',
      message: '',
    });
    expect(provider.parseStatusCallback({ ...form, ErrorCode: '30007', ErrorMessage: 'Filtered' })?.error).toEqual({
      code: '30007',
      message: 'Filtered',
    });
  });

  test.each(['MessageSid', 'MessageStatus'] as const)('without %s is none', (field) => {
    expect(provider.parseStatusCallback({ ...form, [field]: '' })).toBeUndefined();
  });
});

describe('a message that comes in from Twilio', () => {
  const form = { MessageSid: 'SM1', AccountSid: 'AC1', From: '+12125550123', To: '+14155550100', Body: 'Hello', NumMedia: '0' };

  test('is read with its numbers, text and pictures, and with what Twilio has read in it', () => {
    const read = {
      providerMessageId: 'SM1',
      from: '+12125550123',
      to: '+14155550100',
      body: 'Hello',
      mediaUrls: [],
      optOutType: undefined,
    };
    expect(provider.parseInbound(form)).toEqual(read);
    expect(provider.parseInbound({ ...form, OptOutType: 'STOP' })).toEqual({ ...read, optOutType: 'STOP' });
    expect(provider.parseInbound({ ...form, OptOutType: 'MAYBE' })).toEqual(read);
    const pictures = { NumMedia: '2', MediaUrl0: 'https://a.example/0', MediaUrl1: 'https://a.example/1', Body: '' };
    expect(provider.parseInbound({ ...form, ...pictures })).toMatchObject({
      body: '',
      mediaUrls: [pictures.MediaUrl0, pictures.MediaUrl1],
    });
    expect(provider.parseInbound({ ...form, NumMedia: 'many' })?.mediaUrls).toEqual([]);
  });

  test.each(['MessageSid', 'From', 'To'] as const)('without %s is none', (field) => {
    expect(provider.parseInbound({ ...form, [field]: '' })).toBeUndefined();
  });
});

test('a provider that is closed keeps no connection open', async () => {
  let isOpen = false;
  const server = createServer((_request, response) => response.end('{"messages":[]}')).on('connection', (socket) => {
    isOpen = true;
    socket.on('close', () => (isOpen = false));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const one = new TwilioProvider({ ...options, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  await one.listMessages({ accountSid: 'AC1', authToken: 't', settings: {} }, { to: '+1', from: '+2', fromMs: 0, toMs: 1 });
  expect(isOpen).toBe(true);
  one.close();
  await eventually('closed', () => !isOpen, 1_000);
  await new Promise((resolve) => server.close(resolve));
});

describe('the registry', () => {
  test('has each provider under its name, and names those it has when asked for another', () => {
    const providers = createProviders({ twilio: options, telnyx: options, httpGateway: { ...options, hosts: undefined } });
    for (const [name, one] of providers) {
      expect([one.name, providerNamed(providers, name)]).toEqual([name, one]);
      one.close();
    }
    expect(() => providerNamed(providers, 'pigeon')).toThrow('there is no provider "pigeon"; known: twilio, telnyx, http-gateway');
  });
});
