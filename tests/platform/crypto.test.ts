import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deriveKey, equalBytes, hmac, type KeyPurpose, open, randomKey, SecretError, seal, sha256 } from '../../platform/crypto.js';

const key = Buffer.alloc(32, 1);
const otherKey = Buffer.alloc(32, 2);
const keyName = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex').slice(0, 8);
const plain = Buffer.from('a secret');

describe('a sealed secret', () => {
  test('opens under its key and in its place', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (bytes, context) => {
        expect([...open(key, context, seal(key, context, bytes))]).toEqual([...bytes]);
      }),
    );
  });

  test('says nothing of itself: not even that two are equal', () => {
    const envelopes = [seal(key, 'here', plain), seal(key, 'here', plain)];
    expect(envelopes[0]).not.toBe(envelopes[1]);
    for (const envelope of envelopes) expect(Buffer.from(envelope.split('.')[3] ?? '', 'base64url').includes(plain)).toBe(false);
  });

  test('names the wrong key and the variable that sets it', () => {
    expect(() => open(otherKey, 'here', seal(key, 'here', plain))).toThrow(
      new SecretError(
        `the stored secret was sealed under key ${keyName(key)}, the configured key is ${keyName(otherKey)}: check ENCRYPTION_KEY`,
      ),
    );
  });

  test('can not be moved to another place', () => {
    const envelope = seal(key, 'workspace/a/auth_token', plain);
    expect(() => open(key, 'workspace/b/auth_token', envelope)).toThrow(
      new SecretError('the stored secret does not belong here or is damaged'),
    );
  });

  test.each([
    ['nothing', ''],
    ['a secret that was never sealed', 'a secret'],
    ['too few parts', 'v1.12345678.AAAA'],
    ['an empty part', 'v1.12345678..AAAA'],
    ['a later version', seal(key, 'here', plain).replace('v1.', 'v2.')],
  ])('is not %s', (_what, envelope) => {
    expect(() => open(key, 'here', envelope)).toThrow(new SecretError('the stored secret has an unknown form'));
  });

  test.each([0, 1, 4, 8, 12, 15])('is refused when only %i bytes of its proof are left', (length) => {
    const [version, id, nonce, tag = ''] = seal(key, 'here', Buffer.alloc(0)).split('.');
    const cut = Buffer.from(tag, 'base64url').subarray(0, length).toString('base64url');
    expect(() => open(key, 'here', [version, id, nonce, cut].join('.'))).toThrow(SecretError);
  });

  test('is refused, as a secret that is wrong, however it is damaged', () => {
    const envelope = seal(key, 'here', plain);
    fc.assert(
      fc.property(fc.nat({ max: envelope.length - 1 }), fc.constantFrom('cut', 'changed', 'left out'), (at, damage) => {
        const changed = envelope[at] === 'A' ? 'B' : 'A';
        const damaged = envelope.slice(0, at) + (damage === 'cut' ? '' : (damage === 'changed' ? changed : '') + envelope.slice(at + 1));
        // The last character of each part may hold bits that mean nothing.
        const bytes = (text: string) =>
          text
            .split('.')
            .map((part, index) => (index < 2 ? part : Buffer.from(part, 'base64url').toString('hex')))
            .join();
        fc.pre(bytes(damaged) !== bytes(envelope));
        expect(() => open(key, 'here', damaged)).toThrow(SecretError);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a derived key', () => {
  // Ids of messages and contacts follow from these: another label or hash would orphan all that is stored.
  test.each<[KeyPurpose, string]>([
    ['message-id', 'b8091cebf5ed69739fee300bf00e418573b3081862e8c625fae73fc7cf1bf8ce'],
    ['contact-id', 'fd99ae75e27001155c535afdf0d278bff3a2eb77c3513da660d284e9718b711b'],
    ['callback', '9e65de0579d7011d7a9e04b82ab951f2725f3fda37bd1e8dade48d1948ad5645'],
    ['secrets', '5179c52bf21d7994680d2d9db523c8037f1b64ce26a3dc9fdfeccb04cc97758a'],
  ])('for %s is the same for ever', (purpose, hex) => {
    expect(deriveKey(key, purpose).toString('hex')).toBe(hex);
  });

  test('of another workspace is another', () => {
    expect(deriveKey(key, 'callback')).not.toEqual(deriveKey(otherKey, 'callback'));
  });
});

test('an HMAC tells where one part ends and the next begins', () => {
  const texts = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['a","b', 'c']].map((parts) => hmac(key, ...parts).toString('hex'));
  expect(new Set(texts).size).toBe(texts.length);
  expect(hmac(key, 'a', 'b')).toEqual(hmac(key, 'a', 'b'));
  expect(hmac(otherKey, 'a', 'b')).not.toEqual(hmac(key, 'a', 'b'));
});

test('bytes are equal where all of them are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (a, b) => {
      expect(equalBytes(a, Uint8Array.from(a))).toBe(true);
      expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
    }),
  );
});

test('SHA-256 and new keys are of 32 bytes', () => {
  expect(sha256('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect([randomKey().length, randomKey().equals(randomKey())]).toEqual([32, false]);
});
