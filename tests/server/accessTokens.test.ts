import { createHmac, generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { accessTokenLifeMs, accessTokenToleranceMs } from '../../domain/identityLimits.js';
import { deriveKey, hmac } from '../../platform/crypto.js';
import { AccessTokens } from '../../server/accessTokens.js';

const masterKey = Buffer.alloc(32, 3);
const tokens = new AccessTokens(masterKey);
const who = { personId: '0198c1f0-0000-7000-8000-000000000001', sessionId: '0198c1f0-0000-7000-8000-000000000002' };
const today = () => new Date().toISOString().slice(0, 10);
const keyOf = (day: string) => hmac(deriveKey(masterKey, 'access-token'), day);

/** A token like ours, but for what is said. */
function made({ alg = 'HS256', kid = today(), typ = 'at+jwt', key = keyOf(kid) as unknown, claims = {} as Record<string, unknown> } = {}) {
  const now = Math.floor(Date.now() / 1_000);
  const ours = {
    iss: 'postrider',
    aud: 'postrider/v1',
    sub: who.personId,
    sid: who.sessionId,
    iat: now,
    nbf: now,
    exp: now + 600,
    ...claims,
  };
  const said = Object.fromEntries(Object.entries(ours).filter(([, value]) => value !== undefined));
  return new SignJWT(said).setProtectedHeader({ alg, kid, typ }).sign(key as Uint8Array);
}

afterEach(() => void jest.useRealTimers());

describe('an access token', () => {
  it('says whose it is, on another server with the same master key too', async () => {
    const { token, expiresAt } = await tokens.issue(who);
    expect(await tokens.read(token)).toEqual(who);
    expect(await new AccessTokens(masterKey).read(token)).toEqual(who);
    expect(Math.abs(expiresAt.getTime() - Date.now() - accessTokenLifeMs)).toBeLessThan(2_000);
    // The tokens that the cases below change are good before they are changed.
    expect(await tokens.read(await made())).toEqual(who);
  });

  it('is over after its time, and not good before it', async () => {
    jest.useFakeTimers({ now: Date.UTC(2026, 10, 28, 12) });
    const { token } = await tokens.issue(who);
    jest.setSystemTime(Date.now() + accessTokenLifeMs - 1_000);
    expect(await tokens.read(token)).toEqual(who);
    jest.setSystemTime(Date.now() + accessTokenToleranceMs + 2_000);
    expect(await tokens.read(token)).toBeUndefined();
    jest.setSystemTime(Date.UTC(2026, 10, 28, 11, 59));
    expect(await tokens.read(token)).toBeUndefined();
  });

  it('of one day is good a moment after midnight, and under no key of another day', async () => {
    jest.useFakeTimers({ now: Date.UTC(2026, 10, 28, 23, 59, 58) });
    const { token } = await tokens.issue(who);
    jest.setSystemTime(Date.UTC(2026, 10, 29, 0, 0, 3));
    expect(await tokens.read(token)).toEqual(who);
    expect(await tokens.read(await made({ kid: '2026-11-25' }))).toBeUndefined();
    expect(await tokens.read(await made({ kid: '2026-11-29', key: keyOf('2026-11-28') }))).toBeUndefined();
  });

  const { privateKey } = generateKeyPairSync('ed25519');
  it.each<[string, () => Promise<string> | string]>([
    ['with the algorithm none', () => new UnsecuredJWT({ sid: who.sessionId }).setSubject(who.personId).setExpirationTime('5m').encode()],
    [
      'whose header was changed to none',
      async () => {
        const [, body] = (await made()).split('.');
        return `${Buffer.from(JSON.stringify({ alg: 'none', kid: today(), typ: 'at+jwt' })).toString('base64url')}.${body}.`;
      },
    ],
    ['under another algorithm of the same key', () => made({ alg: 'HS512', key: Buffer.concat([keyOf(today()), keyOf(today())]) })],
    ['under a key pair', () => made({ alg: 'EdDSA', key: privateKey })],
    ['of another installation', async () => (await new AccessTokens(Buffer.alloc(32, 4)).issue(who)).token],
    ['without a signature', async () => (await made()).replace(/[^.]+$/, '')],
    ['of another kind', () => made({ typ: 'JWT' })],
    ['of another issuer', () => made({ claims: { iss: 'somebody' } })],
    ['for another audience', () => made({ claims: { aud: 'postrider/other' } })],
    ['without an end', () => made({ claims: { exp: undefined } })],
    ['that was to be good for a year', () => made({ claims: { iat: 1, exp: 4_000_000_000 } })],
    ['of nobody', () => made({ claims: { sub: 'nobody' } })],
    ['of no sign-in', () => made({ claims: { sid: undefined } })],
    ['that is none', () => 'eyJhbGciOi'],
    ['that is empty', () => ''],
  ])('%s is refused', async (_what, token) => {
    expect(await tokens.read(await token())).toBeUndefined();
  });

  it('whose content was changed is refused', async () => {
    const [header, body = '', signature] = (await made()).split('.');
    const changed = { ...(JSON.parse(Buffer.from(body, 'base64url').toString()) as object), sub: who.sessionId };
    expect(await tokens.read(`${header}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${signature}`)).toBeUndefined();
    expect(createHmac('sha256', keyOf(today())).update(`${header}.${body}`).digest('base64url')).toBe(signature);
  });
});
