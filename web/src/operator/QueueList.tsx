import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { components } from '../../../generated/api/schema.js';
import { type Page, taken } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { paths } from '../paths.js';
import { ageText } from '../sendingState.js';
import { fullTimeText } from '../timeText.js';
import { Look } from './Look.js';
import { StatusPill } from './Pill.js';
import { Table } from './Table.js';

type QueuedMessage = components['schemas']['QueuedMessage'];
export type QueueName = 'outbound' | 'processing' | 'failed' | 'inbound';

const pageSize = 50;
/** A list is read anew so often while only its beginning is open. Milliseconds. */
const refreshMs = 5_000;

/** The messages of a queue from the oldest on, a page at a time. */
export function QueueList({ queue, empty }: { queue: QueueName; empty: string }) {
  const { inbox } = useInbox();
  const query = useInfiniteQuery({
    queryKey: ['operator', 'queue', queue],
    queryFn: async ({ pageParam, signal }) => {
      const params = { path: { queue }, query: { limit: pageSize, ...(pageParam && { cursor: pageParam }) } };
      return taken<Page<QueuedMessage>>(await inbox.api.client.GET('/v1/queues/{queue}', { params, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    // Further pages stay as they were read: asking for all of them again and again would cost what nobody looks at.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= 1 ? refreshMs : false),
  });
  return (
    <Look query={query}>
      {({ pages }) => (
        <>
          <Table
            caption={`Messages of the queue ${queue}, from the oldest on`}
            rows={pages.flatMap(({ data }) => data)}
            keyOf={({ id }) => id}
            empty={empty}
            columns={[
              { label: 'To', of: ({ id, to }) => <Link href={paths.operatorMessage(id)}>{to}</Link> },
              { label: 'State', of: ({ status }) => <StatusPill status={status} /> },
              { label: 'Lane', of: ({ lane }) => lane },
              { label: 'Why', isWide: true, of: ({ reason }) => <bdi>{reason}</bdi> },
              { label: 'Code', of: ({ error }) => error?.code ?? '–' },
              { label: 'Try', isNumber: true, of: ({ attempt }) => attempt },
              { label: 'Age', isNumber: true, of: ({ ageS, since }) => <span title={fullTimeText(since)}>{ageText(ageS)}</span> },
            ]}
          />
          {query.hasNextPage && (
            <button type="button" className="button more" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {query.isFetchingNextPage ? 'Looking…' : 'Show more'}
            </button>
          )}
        </>
      )}
    </Look>
  );
}
