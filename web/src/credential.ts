import { serverNow } from './serverClock.js';

/** What the page shows the server to be let in. */
export interface Credential {
  /** Names it on this page; another one starts with an empty cache and a socket of its own. */
  id: string;
  /** The token to show now. */
  token(): Promise<string>;
  /** The workspace that is meant, where the token alone does not say it. */
  workspaceId: string | null;
}

/** An API key: it is its own token, and has one workspace. */
export function keyCredential(key: string): Credential {
  return { id: key, token: () => Promise.resolve(key), workspaceId: null };
}

/** A short-lived token of a person, as the server answers it. */
export interface AccessToken {
  accessToken: string;
  /** ISO 8601. */
  expiresAt: string;
}

/** A token is taken anew this long before its end. */
const aheadMs = 60_000;

/** A person's tokens, each fetched shortly before the one before it ends, however many ask for it at the same time. */
export function personCredential(first: AccessToken, workspaceId: string, refresh: () => Promise<AccessToken>): Credential {
  let current = first;
  let next: Promise<string> | undefined;

  async function renew(): Promise<string> {
    try {
      current = await refresh();
      return current.accessToken;
    } finally {
      next = undefined;
    }
  }

  return {
    id: `person in ${workspaceId}`,
    workspaceId,
    token(): Promise<string> {
      if (Date.parse(current.expiresAt) - serverNow().getTime() > aheadMs) return Promise.resolve(current.accessToken);
      next ??= renew();
      return next;
    },
  };
}
