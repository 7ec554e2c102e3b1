import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { taken } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { paths } from '../paths.js';
import { Actor } from './Actor.js';
import { Ago } from './Ago.js';
import { detailsText } from './detailsText.js';
import { Look } from './Look.js';
import { PageHead, Panel } from './Panel.js';
import { Pill } from './Pill.js';
import { Table } from './Table.js';
import { useLook } from './useLook.js';

const pageSize = 50;

/** What people and keys did, and whether the chain of it is whole. */
export function AuditRoom() {
  const { inbox } = useInbox();
  const query = useInfiniteQuery({
    queryKey: ['operator', 'audit'],
    queryFn: async ({ pageParam, signal }) => {
      const params = { query: { limit: pageSize, ...(pageParam !== null && { before: pageParam }) } };
      return taken(await inbox.api.client.GET('/v1/workspace/audit', { params, signal }));
    },
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.nextBefore,
  });
  return (
    <>
      <PageHead title="Audit" text="What people and keys did, the newest first. Each entry seals all before it." />
      <VerificationPanel />
      <Look query={query}>
        {({ pages }) => (
          <>
            <Table
              caption="Entries of the audit"
              rows={pages.flatMap(({ data }) => data)}
              keyOf={({ id }) => id}
              empty="Nobody has done anything yet that the audit keeps."
              columns={[
                { label: 'Place', isNumber: true, of: ({ seq }) => seq },
                { label: 'When', isNumber: true, of: ({ at }) => <Ago at={at} /> },
                { label: 'Who', of: ({ actor }) => <Actor actor={actor} /> },
                { label: 'Did', of: ({ action }) => <strong>{action}</strong> },
                {
                  label: 'What',
                  isWide: true,
                  of: ({ details, messageId }) => (
                    <>
                      {messageId && <Link href={paths.operatorMessage(messageId)}>message</Link>} <bdi>{detailsText(details)}</bdi>
                    </>
                  ),
                },
                { label: 'Seal', of: ({ hash }) => <code title={hash}>{hash.slice(0, 8)}</code> },
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
    </>
  );
}

function VerificationPanel() {
  const query = useLook(
    ['audit', 'verification'],
    async (client, signal) => taken(await client.GET('/v1/workspace/audit/verification', { signal })),
    false,
  );
  const again = (
    <button type="button" className="button" disabled={query.isFetching} onClick={() => void query.refetch()}>
      {query.isFetching ? 'Verifying…' : 'Verify again'}
    </button>
  );
  return (
    <Panel title="Is it whole?" actions={again}>
      <Look query={query}>
        {({ intact, fault, verified, anchored, anchorProblem, nextAfterSeq }) => (
          <p className="state-line" data-intact={intact}>
            <Pill tone={intact ? 'ok' : 'bad'}>{intact ? 'intact' : 'broken'}</Pill>
            <span>
              {verified.toLocaleString()} {verified === 1 ? 'entry fits' : 'entries fit'}
              {nextAfterSeq === null ? '' : `; the rest from ${nextAfterSeq} on: npm run postrider -- audit verify`}
            </span>
            <span>
              {anchored ? (
                <>
                  kept outside the database up to {anchored.seq}, <Ago at={anchored.at} />
                </>
              ) : (
                'not kept outside the database yet'
              )}
            </span>
            {fault && (
              <span className="trouble">
                {fault.kind} at {fault.seq ?? 'no place'}: {fault.detail}
              </span>
            )}
            {anchorProblem && <span className="trouble">{anchorProblem}</span>}
          </p>
        )}
      </Look>
    </Panel>
  );
}
