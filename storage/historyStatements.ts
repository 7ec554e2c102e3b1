import type { Statement } from '../platform/database.js';
import type { HistoryQuery } from './history.js';
import { messageColumns, messageParties } from './messages.js';

/** A place in the history: before it everything is newer. */
export interface HistoryPlace {
  at: Date;
  id: string;
}

interface Span {
  /** No older. */
  floor: Date;
  before: HistoryPlace;
  /** At most so many rows are looked at. */
  scanned: number;
}

/** The way into the history: by which index, and the condition that makes it so; its value is $2. */
const ways = {
  conversation: { condition: 'm.contact_id = $2::uuid', valueOf: (query: HistoryQuery) => query.conversationId },
  campaign: { condition: 'm.campaign = $2::text', valueOf: (query: HistoryQuery) => query.campaign },
  inbound: { condition: `m.direction = 'inbound' and $2::text is null`, valueOf: () => null },
  workspace: { condition: '$2::text is null', valueOf: () => null },
} as const;
type Way = keyof typeof ways;

/** The one that leaves out most. */
function wayOf({ conversationId, campaign, direction }: HistoryQuery): Way {
  if (conversationId !== undefined) return 'conversation';
  if (campaign !== undefined) return 'campaign';
  return direction === 'inbound' ? 'inbound' : 'workspace';
}

const order = 'order by m.created_at desc, m.id desc';
const rangeOf = (way: Way) => `from message m where m.workspace_id = $1 and ${ways[way].condition}
    and m.created_at >= $3 and m.created_at <= $4 and (m.created_at, m.id) < ($4, $5)`;
const filters = `($7::text[] is null or m.status = any ($7)) and ($8::text is null or m.direction = $8)
    and ($9::text is null or m.campaign = $9)`;

const statementsOf = (way: Way) => ({
  page: {
    name: `history_${way}`,
    text: `
  select ${messageColumns}
  from (select m.* ${rangeOf(way)} ${order} limit $6) m ${messageParties}
  where ${filters}
  ${order} limit $10`,
  },
  // The last row that was looked at, where more may follow in the span.
  end: {
    name: `history_${way}_end`,
    text: `
  select m.created_at, m.id ${rangeOf(way)} ${order} offset $6::bigint - 1 limit 1`,
  },
  older: {
    name: `history_${way}_older`,
    text: `select m.created_at from message m where m.workspace_id = $1 and ${ways[way].condition} and m.created_at < $3 ${order} limit 1`,
  },
});
const all = {
  conversation: statementsOf('conversation'),
  campaign: statementsOf('campaign'),
  inbound: statementsOf('inbound'),
  workspace: statementsOf('workspace'),
} satisfies Record<Way, Record<string, Statement>>;

/** The statements that serve a query, and their values. */
export function historyStatements(query: HistoryQuery) {
  const way = wayOf(query);
  const value = ways[way].valueOf(query) ?? null;
  const { workspaceId, statuses, direction, campaign } = query;
  return {
    ...all[way],
    /** Whether rows on the way may not fit. */
    filters: statuses !== undefined || (direction !== undefined && way !== 'inbound') || (campaign !== undefined && way !== 'campaign'),
    /** Of `older`: the first three; of `end`: these; of `page`: these and `filterValues`, and how many are wanted. */
    spanValues: ({ floor, before, scanned }: Span): unknown[] => [workspaceId, value, floor, before.at, before.id, scanned],
    filterValues: [statuses ?? null, direction ?? null, campaign ?? null],
  };
}
