import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { accessTokenLifeMs, accessTokenToleranceMs } from '../domain/identityLimits.js';
import { isUuid } from '../domain/ids.js';
import { deriveKey, hmac } from '../platform/crypto.js';

/** What an access token says: whose it is, and of which sign-in. What its holder may do is looked up, so that it holds at once when it changes. */
export interface AccessToken {
  personId: string;
  sessionId: string;
}

const algorithm = 'HS256';
const issuer = 'postrider';
const audience = 'postrider/v1';
const dayMs = 24 * 60 * 60_000;

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/**
 * Makes and checks the short-lived tokens of people, JWTs under HS256 alone. The key is another each day, derived from the
 * master key, so every server has it without being told; `kid` names the day.
 */
export class AccessTokens {
  private readonly root: Buffer;
  private readonly keys = new Map<string, Uint8Array>();

  constructor(masterKey: Uint8Array) {
    this.root = deriveKey(masterKey, 'access-token');
  }

  /** A new token, good for `accessTokenLifeMs`, and when it ends. */
  async issue({ personId, sessionId }: AccessToken): Promise<{ token: string; expiresAt: Date }> {
    const now = Date.now();
    const seconds = Math.floor(now / 1_000);
    const expires = seconds + accessTokenLifeMs / 1_000;
    const token = await new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid: dayOf(now) })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(personId)
      .setIssuedAt(seconds)
      .setNotBefore(seconds)
      .setExpirationTime(expires)
      .sign(this.keyOf(dayOf(now)));
    return { token, expiresAt: new Date(expires * 1_000) };
  }

  /** What a token says; undefined where it is none of ours, or not of now. */
  async read(token: string): Promise<AccessToken | undefined> {
    try {
      const { kid = '' } = decodeProtectedHeader(token);
      // No other day's key can have signed what is good now.
      const days = [-dayMs, 0, dayMs].map((away) => dayOf(Date.now() + away));
      if (!days.includes(kid)) return undefined;
      const { payload } = await jwtVerify(token, this.keyOf(kid), {
        algorithms: [algorithm],
        typ: 'at+jwt',
        issuer,
        audience,
        requiredClaims: ['exp', 'nbf', 'iat', 'sub', 'sid'],
        maxTokenAge: accessTokenLifeMs / 1_000,
        clockTolerance: accessTokenToleranceMs / 1_000,
      });
      const { sub = '', sid } = payload;
      return isUuid(sub) && typeof sid === 'string' && isUuid(sid) ? { personId: sub, sessionId: sid } : undefined;
    } catch {
      return undefined;
    }
  }

  private keyOf(day: string): Uint8Array {
    const known = this.keys.get(day);
    if (known) return known;
    if (this.keys.size > 3) this.keys.clear();
    const key = hmac(this.root, day);
    this.keys.set(day, key);
    return key;
  }
}
