import { QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Route, Switch } from 'wouter';
import { type Api, createApi, type Workspace } from './api.js';
import { ChooseWorkspace } from './components/ChooseWorkspace.js';
import { Notice } from './components/Notice.js';
import { SignIn } from './components/SignIn.js';
import type { ConnectionFacts } from './connection.js';
import type { Credential } from './credential.js';
import { InboxContext } from './InboxContext.js';
import { type Inbox, openInbox } from './inbox.js';
import { InboxPage } from './pages/InboxPage.js';
import { paths } from './paths.js';
import { createQueryClient } from './queryClient.js';
import { queryKeys } from './queryKeys.js';
import { session, signOut } from './session.js';
import { createStore, type Store } from './store.js';
import { useStore } from './useStore.js';

/** What not everybody looks at is fetched by those who do. */
const MetricsPage = lazy(() => import('./pages/MetricsPage.js'));
const OperatorPage = lazy(() => import('./pages/OperatorPage.js'));

export function App() {
  const { credential, refusal, pending, choices } = useStore(session);
  if (pending) return <Notice fullPage role="status" title="Signing you in…" />;
  if (choices.length > 0) return <ChooseWorkspace choices={choices} />;
  return credential === null ? <SignIn refusal={refusal} /> : <SignedIn key={credential.id} credential={credential} />;
}

function SignedIn({ credential }: { credential: Credential }) {
  const [{ api, connection, queryClient }] = useState(() => startClient(credential));
  return (
    <QueryClientProvider client={queryClient}>
      <WorkspaceGate credential={credential} api={api} connection={connection} />
    </QueryClientProvider>
  );
}

function startClient(credential: Credential) {
  const connection = createStore<ConnectionFacts>({ socket: 'connecting', reachable: true, delayed: false, busy: null });
  const api = createApi(credential, (reachable) => {
    if (connection.get().reachable !== reachable) connection.set({ ...connection.get(), reachable });
  });
  return { api, connection, queryClient: createQueryClient(signOut) };
}

interface GateProps {
  credential: Credential;
  api: Api;
  connection: Store<ConnectionFacts>;
}

function WorkspaceGate({ credential, api, connection }: GateProps) {
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.workspace,
    queryFn: ({ signal }) => api.workspace(signal),
    staleTime: 60_000,
    refetchInterval: (query) => (query.state.status === 'error' ? 5_000 : false),
  });
  if (data) return <OpenInbox credential={credential} api={api} connection={connection} workspace={data} />;
  if (!error) return <Notice fullPage role="status" title="Opening your workspace…" />;
  return (
    <Notice fullPage role="alert" title="The workspace didn’t open" text={error.message}>
      <button type="button" className="button primary" onClick={() => void refetch()}>
        Try again
      </button>
      <button type="button" className="button" onClick={() => signOut()}>
        Sign in anew
      </button>
    </Notice>
  );
}

function OpenInbox({ credential, api, connection, workspace }: GateProps & { workspace: Workspace }) {
  const queryClient = useQueryClient();
  const [inbox, setInbox] = useState<Inbox | null>(null);
  const workspaceId = workspace.id;

  useEffect(() => {
    const opened = openInbox({ api, credential, workspaceId, queryClient, connection, onUnauthorized: signOut });
    setInbox(opened);
    return () => {
      setInbox(null);
      opened.close();
    };
  }, [api, credential, workspaceId, queryClient, connection]);

  if (!inbox) return null;
  return (
    <InboxContext value={{ inbox, workspace }}>
      <Switch>
        <Route path={paths.dashboard}>
          <Suspense fallback={<Notice fullPage role="status" title="Opening the figures…" />}>
            <MetricsPage />
          </Suspense>
        </Route>
        <Route path={paths.operatorPattern}>
          <Suspense fallback={<Notice fullPage role="status" title="Opening the operator’s room…" />}>
            <OperatorPage />
          </Suspense>
        </Route>
        <Route>
          <InboxPage />
        </Route>
      </Switch>
    </InboxContext>
  );
}
