import { createApi, Refusal } from './api.js';
import type { AccessToken } from './credential.js';

export interface Me {
  kind: 'person' | 'api-key';
  workspaces: { id: string; name: string; role: string | null }[];
}

/** The requests by which people sign in. The refresh token lies in a cookie that this page can't read; the browser sends it along. */
const open = createApi(null);

export const authApi = {
  byLink: (token: string) => open.post<AccessToken>('/v1/auth/sign-in', { token }),
  refresh: () => open.post<AccessToken>('/v1/auth/refresh'),
  signOut: () => open.post<unknown>('/v1/auth/logout'),
  me: (token: string) => open.get<Me>('/v1/auth/me', token),
  ways: () => open.get<{ oidc: boolean }>('/v1/auth/sign-in'),
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
