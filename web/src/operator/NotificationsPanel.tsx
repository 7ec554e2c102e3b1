import { useQueryClient } from '@tanstack/react-query';
import { taken } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { Ago } from './Ago.js';
import { Look } from './Look.js';
import { Panel } from './Panel.js';
import { Pill } from './Pill.js';
import { Table } from './Table.js';
import { useLook } from './useLook.js';

const tones = { info: 'info', warning: 'warn', error: 'bad' } as const;
const shownMax = 20;

/** What somebody should look at, and nobody has yet. */
export function NotificationsPanel() {
  const { inbox } = useInbox();
  const queryClient = useQueryClient();
  const query = useLook(['notifications'], async (client, signal) =>
    taken(await client.GET('/v1/notifications', { params: { query: { state: 'unread', limit: shownMax } }, signal })),
  );

  async function read(id: string): Promise<void> {
    try {
      taken(await inbox.api.client.POST('/v1/notifications/{id}/read', { params: { path: { id } } }));
    } catch (error) {
      inbox.say(error instanceof Error ? error.message : String(error));
    }
    await queryClient.invalidateQueries({ queryKey: ['operator', 'notifications'] });
  }

  return (
    <Panel title="To look at">
      <Look query={query}>
        {({ data }) => (
          <Table
            caption="Notifications that nobody has read"
            rows={data}
            keyOf={({ id }) => id}
            empty="Nothing: nobody has to look at anything."
            columns={[
              { label: 'What', of: ({ severity, kind }) => <Pill tone={tones[severity]}>{kind}</Pill> },
              { label: 'About', isWide: true, of: ({ summary }) => <bdi>{summary}</bdi> },
              { label: 'Times', isNumber: true, of: ({ count }) => count.toLocaleString() },
              { label: 'Last', isNumber: true, of: ({ lastAt }) => <Ago at={lastAt} /> },
              {
                label: 'Done',
                of: ({ id, summary }) => (
                  <button type="button" className="link" aria-label={`Mark as read: ${summary}`} onClick={() => void read(id)}>
                    Mark as read
                  </button>
                ),
              },
            ]}
          />
        )}
      </Look>
    </Panel>
  );
}
