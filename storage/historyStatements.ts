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

/** A way into the history: the index that is walked, as its table, the name of the message's id there, and the condition whose value is $2. */
const ways = {
  words: { table: 'message_word', id: 'message_id', condition: 'm.word = $2::bigint' },
  conversation: { table: 'message', id: 'id', condition: 'm.contact_id = $2::uuid' },
  campaign: { table: 'message', id: 'id', condition: 'm.campaign = $2::text' },
  inbound: { table: 'message', id: 'id', condition: `m.direction = 'inbound' and $2::text is null` },
  workspace: { table: 'message', id: 'id', condition: '$2::text is null' },
} as const;
type Way = keyof typeof ways;

/** The one that leaves out most, and its value. */
function wayOf({ words, conversationId, campaign, direction }: HistoryQuery): { way: Way; value: string | null } {
  if (words?.[0] !== undefined) return { way: 'words', value: words[0] };
  if (conversationId !== undefined) return { way: 'conversation', value: conversationId };
  if (campaign !== undefined) return { way: 'campaign', value: campaign };
  return { way: direction === 'inbound' ? 'inbound' : 'workspace', value: null };
}

const filters = `($7::text[] is null or m.status = any ($7)) and ($8::text is null or m.direction = $8)
    and ($9::text is null or m.campaign = $9) and ($10::uuid is null or m.contact_id = $10)
    and ($12::uuid is null or m.sender_id = $12)
    and ($11::bigint[] is null or not exists (
      select from unnest($11::bigint[]) as wanted (word) where not exists (
        select from message_word o
        where o.workspace_id = $1 and o.word = wanted.word and o.created_at = m.created_at and o.message_id = m.id)))`;
const newestFirst = 'order by m.created_at desc, m.id desc';

const statementsOf = (way: Way) => {
  const { table, id, condition } = ways[way];
  const place = `m.created_at, m.${id}`;
  const order = `order by m.created_at desc, m.${id} desc`;
  const range = `from ${table} m where m.workspace_id = $1 and ${condition}
    and m.created_at >= $3 and m.created_at <= $4 and (${place}) < ($4, $5)`;
  const looked =
    table === 'message'
      ? `(select m.* ${range} ${order} limit $6) m`
      : `(select ${place} ${range} ${order} limit $6) w
      join message m on m.workspace_id = $1 and m.created_at = w.created_at and m.id = w.${id}`;
  return {
    page: {
      name: `history_${way}`,
      text: `
  select ${messageColumns} from ${looked} ${messageParties}
  where ${filters}
  ${newestFirst} limit $13`,
    },
    // The last row that was looked at, where more may follow in the span.
    end: { name: `history_${way}_end`, text: `select m.created_at, m.${id} as id ${range} ${order} offset $6::bigint - 1 limit 1` },
    older: {
      name: `history_${way}_older`,
      text: `select m.created_at from ${table} m where m.workspace_id = $1 and ${condition} and m.created_at < $3 ${order} limit 1`,
    },
  };
};
const all = Object.fromEntries((Object.keys(ways) as Way[]).map((way) => [way, statementsOf(way)])) as Record<
  Way,
  Record<'page' | 'end' | 'older', Statement>
>;

/** The statements that serve a query, and their values. */
export function historyStatements(query: HistoryQuery) {
  const { way, value } = wayOf(query);
  const { workspaceId, statuses, direction, campaign, conversationId, words, sender } = query;
  // What is on the way fits already.
  const filterValues = [
    statuses ?? null,
    way === 'inbound' ? null : (direction ?? null),
    way === 'campaign' ? null : (campaign ?? null),
    way === 'conversation' ? null : (conversationId ?? null),
    words && words.length > 1 ? words.slice(1) : null,
    sender?.id ?? null,
  ];
  return {
    ...all[way],
    /** Whether rows on the way may not fit. */
    filters: filterValues.some((one) => one !== null),
    filterValues,
    /** Of `older`: the first three; of `end`: these; of `page`: these and `filterValues`, and how many are wanted. */
    spanValues: ({ floor, before, scanned }: Span): unknown[] => [workspaceId, value, floor, before.at, before.id, scanned],
  };
}
