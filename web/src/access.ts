import { useQuery } from '@tanstack/react-query';
import { taken } from './api.js';
import type { Me } from './authApi.js';
import { useInbox } from './InboxContext.js';
import { queryKeys } from './queryKeys.js';

type Grant = Me['workspaces'][number]['scopes'][number];
export type Scope = Exclude<Grant, '*'>;

/** A role may be changed while the page is open; it is looked up so often, and at once after a refusal. */
const lookEveryMs = 20_000;

export interface Access {
  me: Me;
  /** Whether whoever is signed in may do this here. */
  may: (scope: Scope) => boolean;
}

/** What whoever is signed in may do in the open workspace. Null until that is known. */
export function useAccess(): Access | null {
  const { inbox, workspace } = useInbox();
  const { data: me } = useQuery({
    queryKey: queryKeys.me,
    queryFn: async ({ signal }) => taken<Me>(await inbox.api.client.GET('/v1/auth/me', { signal })),
    refetchInterval: lookEveryMs,
  });
  if (!me) return null;
  const here = me.workspaces.find(({ id }) => id === workspace.id);
  const grants = here?.scopes ?? [];
  // An operator of the installation may do everything where he is no member.
  const all = grants.includes('*') || (me.operator && !here);
  return { me, may: (scope) => all || grants.includes(scope) };
}
