import * as openid from 'openid-client';
import { oidcAnswerTimeoutMs, oidcSignInLifeMs } from '../domain/identityLimits.js';
import { deriveKey, open, seal } from '../platform/crypto.js';

/** Where people sign in, and as whom we are known there. */
export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Ours, to which the provider sends people back. */
  redirectUri: string;
  masterKey: Uint8Array;
}

/** Who came back. */
export interface OidcPerson {
  issuer: string;
  subject: string;
  /** Null where the provider has not verified it. */
  email: string | null;
}

/** The sign-in failed. `cause` is for the log. */
export class OidcFailure extends Error {
  constructor(
    /** `away`: the provider did not answer; `refused`: it, or we, said no. */
    readonly kind: 'away' | 'refused',
    cause: unknown,
  ) {
    super(`the sign-in at the OpenID provider failed: ${kind}`, { cause });
    this.name = 'OidcFailure';
  }
}

/** What is kept in the browser between the two steps, sealed. */
interface Transaction {
  state: string;
  nonce: string;
  verifier: string;
  startedAtMs: number;
}

const context = 'oidc/transaction';

/** Signs people in at an OpenID provider: authorization code with PKCE, state and nonce; the ID token's signature is checked. */
export class OidcSignIn {
  private readonly key: Uint8Array;
  private configuration: Promise<openid.Configuration> | undefined;

  constructor(private readonly settings: OidcSettings) {
    this.key = deriveKey(settings.masterKey, 'sign-in');
  }

  /** Where to send the browser, and what it has to bring back (a secret of its own). Throws OidcFailure. */
  async begin(): Promise<{ url: URL; transaction: string }> {
    const configuration = await this.discover();
    const verifier = openid.randomPKCECodeVerifier();
    const transaction: Transaction = {
      state: openid.randomState(),
      nonce: openid.randomNonce(),
      verifier,
      startedAtMs: Date.now(),
    };
    const url = openid.buildAuthorizationUrl(configuration, {
      redirect_uri: this.settings.redirectUri,
      scope: 'openid email',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: transaction.state,
      nonce: transaction.nonce,
    });
    return { url, transaction: seal(this.key, context, Buffer.from(JSON.stringify(transaction))) };
  }

  /**
   * Who came back.
   *
   * @param query what the provider added to our address
   * @throws OidcFailure
   */
  async complete(query: string, transaction: string): Promise<OidcPerson> {
    const { state, nonce, verifier } = this.read(transaction);
    const configuration = await this.discover();
    const url = new URL(this.settings.redirectUri);
    url.search = query;
    try {
      const tokens = await openid.authorizationCodeGrant(configuration, url, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new Error('the provider sent no ID token');
      const said = claims.email === undefined ? await openid.fetchUserInfo(configuration, tokens.access_token, claims.sub) : claims;
      const isVerified = said.email_verified === true && typeof said.email === 'string';
      return { issuer: claims.iss, subject: claims.sub, email: isVerified ? (said.email as string) : null };
    } catch (error) {
      throw new OidcFailure(isAway(error) ? 'away' : 'refused', error);
    }
  }

  private read(transaction: string): Transaction {
    try {
      const read = JSON.parse(open(this.key, context, transaction).toString()) as Transaction;
      if (Date.now() - read.startedAtMs > oidcSignInLifeMs) throw new Error('the sign-in was begun too long ago');
      return read;
    } catch (error) {
      throw new OidcFailure('refused', error);
    }
  }

  /** The provider's own description, asked for at the first sign-in and kept; a failure is not. */
  private discover(): Promise<openid.Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    const url = new URL(issuer);
    // Plain HTTP is for a provider on this machine: platform/config.ts refuses any other.
    const execute = [openid.enableNonRepudiationChecks, ...(url.protocol === 'http:' ? [openid.allowInsecureRequests] : [])];
    const options = { execute, timeout: oidcAnswerTimeoutMs / 1_000 };
    this.configuration ??= openid
      .discovery(url, clientId, undefined, openid.ClientSecretBasic(clientSecret), options)
      .catch((error: unknown) => {
        this.configuration = undefined;
        throw new OidcFailure('away', error);
      });
    return this.configuration;
  }
}

/** No answer, rather than one that says no. */
function isAway(error: unknown): boolean {
  const { code, name } = error as { code?: string; name?: string };
  return name === 'TypeError' || code === 'OAUTH_TIMEOUT' || code === 'OAUTH_RESPONSE_IS_NOT_CONFORM';
}
