import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { newWebhookSecret, signatureHeaders } from '../../platform/webhookSignature.js';

const nowS = () => Math.floor(Date.now() / 1_000);

describe('a webhook', () => {
  it('is taken by the official verifier for what it is, by either secret, whatever its body says', () => {
    fc.assert(
      fc.property(fc.json(), fc.uuid(), (body, id) => {
        const secrets = [newWebhookSecret(), newWebhookSecret()];
        const headers = signatureHeaders(secrets, id, nowS(), body);
        for (const secret of secrets) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
      }),
    );
  });

  it('that was changed, is old, or was signed by somebody else is refused', () => {
    const secret = newWebhookSecret();
    const official = new Webhook(secret);
    const headers = signatureHeaders([secret], 'id', nowS(), '{"a":1}');
    expect(() => official.verify('{"a":2}', headers)).toThrow();
    expect(() => official.verify('{"a":1}', { ...headers, 'webhook-id': 'other' })).toThrow();
    expect(() => official.verify('{"a":1}', signatureHeaders([secret], 'id', nowS() - 600, '{"a":1}'))).toThrow();
    expect(() => official.verify('{"a":1}', signatureHeaders([newWebhookSecret()], 'id', nowS(), '{"a":1}'))).toThrow();
  });

  it('has a secret of 256 bits that says what it is', () => {
    const secret = newWebhookSecret();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(newWebhookSecret()).not.toBe(secret);
  });
});
