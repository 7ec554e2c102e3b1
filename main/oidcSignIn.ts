import { type Config, ConfigError } from '../platform/config.js';
import { OidcSignIn } from '../server/oidcSignIn.js';

/** The sign-in at the OpenID provider that the environment names, where it names one. Throws ConfigError where it says only half of it. */
export function oidcSignIn(config: Config, publicBaseUrl: string): OidcSignIn | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret, ENCRYPTION_KEY } = config;
  if (!issuer) return undefined;
  if (!clientId || !clientSecret) throw new ConfigError(['OIDC_ISSUER is set: set OIDC_CLIENT_ID and OIDC_CLIENT_SECRET too']);
  const redirectUri = `${publicBaseUrl}/v1/auth/oidc/callback`;
  return new OidcSignIn({ issuer, clientId, clientSecret, redirectUri, masterKey: Buffer.from(ENCRYPTION_KEY, 'base64') });
}
