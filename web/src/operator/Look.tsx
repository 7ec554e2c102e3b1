import { type UseQueryResult, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { Link } from 'wouter';
import { type Scope, useAccess } from '../access.js';
import { Refusal } from '../api.js';
import { Notice } from '../components/Notice.js';
import { useInbox } from '../InboxContext.js';
import { paths } from '../paths.js';
import { queryKeys } from '../queryKeys.js';
import { allSections, scopeWords } from './sections.js';

type Looked<T> = Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch'>;

/** What was asked for, once it is there; until then, and where it is refused or out of date, words for that. */
export function Look<T>({ query: { data, error, refetch }, children }: { query: Looked<T>; children: (data: T) => ReactNode }) {
  const queryClient = useQueryClient();
  const isForbidden = error instanceof Refusal && error.code === 'forbidden';
  useEffect(() => {
    if (isForbidden) void queryClient.invalidateQueries({ queryKey: queryKeys.me });
  }, [isForbidden, queryClient]);
  if (isForbidden) return <Denied sentence={error.message} />;
  const again = (
    <button type="button" className="button" onClick={() => void refetch()}>
      Try again
    </button>
  );
  if (data === undefined) {
    if (!error) return <Notice role="status" title="Looking it up…" />;
    return (
      <Notice role="alert" title="It could not be looked up" text={error.message}>
        {again}
      </Notice>
    );
  }
  return (
    <>
      {error && (
        <p className="stale" role="status">
          This may be out of date: {error.message} {again}
        </p>
      )}
      {children(data)}
    </>
  );
}

/** A page for those who may see it; the others are told why not, and where they can go. */
export function Gate({ scope, children }: { scope: Scope | null; children: ReactNode }) {
  const access = useAccess();
  if (scope === null) return children;
  if (!access) return <Notice role="status" title="Seeing what you may do…" />;
  return access.may(scope) ? children : <Denied scope={scope} />;
}

function Denied({ scope, sentence }: { scope?: Scope; sentence?: string }) {
  const { workspace } = useInbox();
  const access = useAccess();
  const role = access?.me.workspaces.find(({ id }) => id === workspace.id)?.role;
  const who = access?.me.kind === 'api-key' ? 'The key that you are signed in with' : role ? `Your role here, ${role},` : 'You';
  const text = scope
    ? `${who} has no right ${scopeWords[scope] ?? scope}. Whoever manages ${workspace.name} can give it to you.`
    : sentence;
  const open = allSections.find((one) => one.scope === null || access?.may(one.scope));
  return (
    <Notice role="status" title="This page is not open to you" {...(text && { text })}>
      <Link className="button primary" href={paths.inbox}>
        To the inbox
      </Link>
      {open && (
        <Link className="button" href={open.path}>
          To {open.label}
        </Link>
      )}
    </Notice>
  );
}
