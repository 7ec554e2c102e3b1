import { afterAll, describe, expect, test } from '@jest/globals';
import { errorClassOf } from '../../domain/errorCodes.js';
import { TelnyxProvider } from '../../providers/telnyx/telnyxProvider.js';

const provider = new TelnyxProvider({ baseUrl: 'http://127.0.0.1:9', responseTimeoutMs: 1_000 });
afterAll(() => provider.close());

const payload = {
  record_type: 'message',
  direction: 'outbound',
  id: '40385f64-5717-4562-b3fc-2c963f66afa6',
  messaging_profile_id: '0f512bda-ae1e-4597-8e11-e5f5686b97d3',
  from: { phone_number: '+18665550001', carrier: 'Telnyx', line_type: 'Wireless' },
  to: [{ phone_number: '+18445550001', status: 'delivered', carrier: 'T-MOBILE USA, INC.', line_type: 'Wireless' }],
  text: 'Hello, World!',
  media: [],
  errors: [],
};
const event = (eventType: string, change: object = {}) => ({ data: { event_type: eventType, payload: { ...payload, ...change } } });
const to = (status: string) => ({ to: [{ ...payload.to[0], status }] });

describe("Telnyx's webhook", () => {
  test.each([
    ['message.sent', 'queued', 'accepted'],
    ['message.sent', 'sending', 'sending'],
    ['message.sent', 'sent', 'sent'],
    ['message.finalized', 'delivered', 'delivered'],
    ['message.finalized', 'delivery_failed', 'undelivered'],
    ['message.finalized', 'sending_failed', 'failed'],
    ['message.finalized', 'expired', 'failed'],
    // Nobody knows whether it arrived: it never counts as delivered.
    ['message.finalized', 'delivery_unconfirmed', 'sent'],
    ['message.finalized', 'a word of next year', undefined],
    ['message.finalized', 'constructor', undefined],
  ])('%s with %s says %s', (eventType, word, status) => {
    expect(provider.parseStatusCallback(event(eventType, to(word)))).toMatchObject({ status, providerStatus: word });
  });

  test.each(['message.received', 'call.hangup', ''])('%s is no status', (eventType) => {
    expect(provider.parseStatusCallback(event(eventType))).toBeUndefined();
  });

  test('carries the code of a failure, and that of one that expired though Telnyx gives none', () => {
    const errors = [{ code: '40300', title: 'Blocked due to STOP message', detail: 'an existing block rule' }];
    const failed = provider.parseStatusCallback(event('message.finalized', { ...to('delivery_failed'), errors }));
    expect(failed?.error).toEqual({ code: '40300', message: 'an existing block rule' });
    const expired = provider.parseStatusCallback(event('message.finalized', to('expired')));
    expect(errorClassOf(expired?.error?.code ?? '')).toBe('UNREACHABLE');
    // Errors of what was delivered all the same are warnings.
    expect(provider.parseStatusCallback(event('message.finalized', { errors }))?.error).toBeNull();
  });

  test('of a message that came in is read with its pictures', () => {
    const change = { direction: 'inbound', media: [{ url: 'https://a.example/0', content_type: 'image/png' }, { url: null }], text: null };
    expect(provider.parseInbound(event('message.received', change))).toEqual({
      providerMessageId: payload.id,
      from: '+18665550001',
      to: '+18445550001',
      body: '',
      mediaUrls: ['https://a.example/0'],
      optOutType: undefined,
    });
    expect(provider.parseInbound(event('message.received', { from: {} }))).toBeUndefined();
    expect(provider.parseInbound(event('message.sent'))).toBeUndefined();
  });
});
