import type { components } from '../../generated/api/schema.js';
import { createApi, Refusal, taken } from './api.js';
import type { AccessToken } from './credential.js';

export type Me = components['schemas']['Me'];

/** The requests by which people sign in. The refresh token lies in a cookie that this page can't read; the browser sends it along. */
const { client } = createApi(null);

export const authApi = {
  byLink: async (token: string): Promise<AccessToken> => taken(await client.POST('/v1/auth/sign-in', { body: { token } })),
  refresh: async (): Promise<AccessToken> => taken(await client.POST('/v1/auth/refresh', { body: {} })),
  signOut: async (): Promise<unknown> => taken(await client.POST('/v1/auth/logout', { body: {} })),
  me: async (token: string): Promise<Me> => taken(await client.GET('/v1/auth/me', { headers: { authorization: `Bearer ${token}` } })),
  workspaces: async (token: string) => taken(await client.GET('/v1/auth/workspaces', { headers: { authorization: `Bearer ${token}` } })),
  ways: async (): Promise<{ oidc: boolean }> => taken(await client.GET('/v1/auth/sign-in')),
};

const failures: Record<string, string> = {
  not_invited: 'You signed in, but nobody has invited you yet. Ask who manages your workspace.',
  provider_unavailable: 'Your organisation’s sign-in doesn’t answer right now. Try again in a moment.',
};

/** Why a sign-in failed, as the server's word for it means. */
export function failureSentence(code: string): string {
  return failures[code] ?? 'The sign-in didn’t work. Try again.';
}

/** Why it failed, as an error says it. */
export function sentenceOf(error: unknown): string {
  return error instanceof Refusal || error instanceof Error ? error.message : failureSentence('');
}
