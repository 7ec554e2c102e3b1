import { describe, expect, it } from '@jest/globals';
import type { Conversation } from '../../web/src/api.js';
import { isIn, isSearchable, queryOf } from '../../web/src/conversationFilter.js';
import { applyMarks, conversationsOf, withHead } from '../../web/src/conversationList.js';
import type { ConversationList } from '../../web/src/thread.js';

/** Conversation number n, the older the smaller. */
const one = (n: number, more: Partial<Conversation> = {}): Conversation => ({
  id: `c${String(n).padStart(3, '0')}`,
  contact: { id: 'x', phoneNumber: null, name: null },
  status: 'open',
  closedAt: null,
  assignee: null,
  unread: false,
  optedOut: false,
  lastMessageAt: new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString(),
  lastSeq: n,
  lastMessage: null,
  ...more,
});
const page = (numbers: number[], nextCursor: string | null = 'next') => ({ data: numbers.map((n) => one(n)), nextCursor });
const list = (...pages: ReturnType<typeof page>[]): ConversationList => ({ pages, pageParams: pages.map(() => null) });
const idsOf = (some: ConversationList) => conversationsOf(some).map(({ lastSeq }) => lastSeq);

describe('a list of which many pages are loaded', () => {
  it('takes the newest page over and keeps the older ones', () => {
    const loaded = list(page([9, 8, 7]), page([6, 5, 4], 'end'));
    const moved = { ...page([8, 7]), data: [one(10, { id: 'c005' }), one(9), one(8)] };
    const now = withHead(loaded, moved);
    expect(conversationsOf(now).map(({ id }) => id)).toEqual(['c005', 'c009', 'c008', 'c007', 'c006', 'c004']);
    expect(now.pages.at(-1)?.nextCursor).toBe('end');
  });

  it('loses what is not there any more, and begins anew where nothing of it is', () => {
    expect(idsOf(withHead(list(page([9, 8, 7]), page([6, 5])), page([9, 7, 6])))).toEqual([9, 7, 6, 5]);
    expect(idsOf(withHead(list(page([9, 8, 7])), page([30, 29, 28])))).toEqual([30, 29, 28]);
    expect(idsOf(withHead(list(page([9, 8, 7])), page([9], null)))).toEqual([9]);
  });

  it('lets go what somebody closed, and shows who has what', () => {
    const open = { view: 'open', search: '' } as const;
    const belongs = (conversation: Conversation) => isIn(open, conversation, 'me');
    const marks = { id: 'c008', status: 'open', closedAt: null, assignee: { id: 'ana', name: 'Ana' }, unread: true } as const;
    const given = applyMarks(list(page([9, 8, 7])), marks, belongs);
    expect(conversationsOf(given)[1]).toMatchObject({ assignee: { name: 'Ana' }, unread: true, lastSeq: 8 });
    expect(idsOf(applyMarks(given, { ...marks, status: 'closed' }, belongs))).toEqual([9, 7]);
  });
});

describe('what is listed', () => {
  it('is asked of the server as the page itself would decide it', () => {
    const mine = one(1, { assignee: { id: 'me', name: 'Me' } });
    expect(queryOf({ view: 'mine', search: '' })).toEqual({ status: 'open', assignee: 'me' });
    expect(
      ['open', 'mine', 'unassigned', 'unread', 'closed'].filter((view) => isIn({ view: view as 'open', search: '' }, mine, 'me')),
    ).toEqual(['open', 'mine']);
    // What is looked for is looked for everywhere.
    expect(queryOf({ view: 'closed', search: 'ana' })).toEqual({ q: 'ana' });
  });

  it.each([
    ['a', false],
    ['an', true],
    ['+4', false],
    ['415', true],
    ['00 41', false],
    ['', false],
  ])('%j is enough to look for: %s', (search, is) => expect(isSearchable(search)).toBe(is));
});
