import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo, useState } from 'react';
import type { components } from '../../../generated/api/schema.js';
import { useAccess } from '../access.js';
import { createApi, taken } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { ageText } from '../sendingState.js';
import { chooseWorkspace, session } from '../session.js';
import { useStore } from '../useStore.js';
import { Look } from './Look.js';
import { PageHead } from './Panel.js';
import { Pill } from './Pill.js';
import { Table } from './Table.js';
import { useLook } from './useLook.js';

type Queues = components['schemas']['Queues']['queues'];
type QueueName = keyof Queues;

/** The queues of a workspace that is only listed are counted so often. Milliseconds. */
const countEveryMs = 10_000;

/** The workspaces that somebody may open, each with what waits in it. */
export function WorkspacesRoom() {
  const { workspace } = useInbox();
  const access = useAccess();
  const [search, setSearch] = useState('');
  const asked = useDeferredValue(search.trim());
  const query = useLook(['workspaces', asked], async (client, signal) =>
    taken(await client.GET('/v1/auth/workspaces', { params: { query: { search: asked } }, signal })),
  );
  const isPerson = access?.me.kind === 'person';
  return (
    <>
      <PageHead
        title="Workspaces"
        text={access?.me.operator ? 'You look after the installation: all of them are open to you.' : 'Those that you belong to.'}
      />
      <input
        type="search"
        className="search"
        aria-label="Find a workspace by name or id"
        placeholder="Find a name or id"
        value={search}
        onChange={({ target }) => setSearch(target.value)}
      />
      <Look query={query}>
        {({ data, hasMore }) => (
          <>
            <Table
              caption="Workspaces and what waits in each"
              rows={data}
              keyOf={({ id }) => id}
              empty={asked === '' ? 'You belong to no workspace. Ask who manages yours.' : 'None has these letters in its name.'}
              columns={[
                { label: 'Workspace', isWide: true, of: ({ name }) => <bdi>{name}</bdi> },
                { label: 'Outbound', isNumber: true, of: ({ id }) => <Waiting id={id} queue="outbound" /> },
                { label: 'Oldest', isNumber: true, of: ({ id }) => <Waiting id={id} queue="outbound" isAge /> },
                { label: 'Processing', isNumber: true, of: ({ id }) => <Waiting id={id} queue="processing" /> },
                { label: 'Failed', isNumber: true, of: ({ id }) => <Waiting id={id} queue="failed" /> },
                { label: 'Taken a minute', isNumber: true, of: ({ id }) => <Waiting id={id} queue="outbound" isRate /> },
                {
                  label: 'Go',
                  of: ({ id }) =>
                    id === workspace.id ? (
                      <Pill tone="info">open</Pill>
                    ) : (
                      isPerson && (
                        <button type="button" className="link" onClick={() => chooseWorkspace(id)}>
                          Open it
                        </button>
                      )
                    ),
                },
              ]}
            />
            {hasMore && <p className="hint">There are more: type some letters of the name.</p>}
          </>
        )}
      </Look>
    </>
  );
}

/** One figure of another workspace’s queues; they are asked for once for all its figures. */
function Waiting({ id, queue, isAge = false, isRate = false }: { id: string; queue: QueueName; isAge?: boolean; isRate?: boolean }) {
  const { credential } = useStore(session);
  const api = useMemo(
    () => credential && createApi(credential.workspaceId === null ? credential : { ...credential, workspaceId: id }),
    [credential, id],
  );
  const { data, error } = useQuery({
    queryKey: ['operator', 'queues of', id],
    queryFn: ({ signal }) => api?.queues(signal),
    enabled: api !== null,
    refetchInterval: countEveryMs,
  });
  if (error) return <span title={error.message}>?</span>;
  const found = data?.queues[queue];
  if (!found) return '…';
  if (isAge) return found.oldestAgeS === null ? '–' : ageText(found.oldestAgeS);
  return (isRate ? found.perMinute : found.count).toLocaleString();
}
