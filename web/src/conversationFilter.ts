import type { Conversation } from './api.js';

export const views = ['open', 'mine', 'unassigned', 'unread', 'closed'] as const;
export type View = (typeof views)[number];

/** What the list shows: one of its views, or where something is looked for, all that is found. */
export interface ConversationFilter {
  view: View;
  /** Empty: nothing is looked for. */
  search: string;
}

export const viewWords: Record<View, string> = { open: 'Open', mine: 'Mine', unassigned: 'Unassigned', unread: 'Unread', closed: 'Closed' };

/** What to say where a view is empty: that it is as it should be, or what would be here. */
export const emptyWords: Record<View, { title: string; text: string }> = {
  open: { title: 'No open conversations', text: 'Write a first message, or wait for one: it appears here by itself.' },
  mine: { title: 'Nothing is yours right now', text: 'Take a conversation from Unassigned with the key a.' },
  unassigned: { title: 'Everything has somebody', text: 'Each open conversation is somebody’s.' },
  unread: { title: 'All read', text: 'What comes in next appears here.' },
  closed: { title: 'Nothing is closed', text: 'Close a conversation with the key e once it is done. An answer opens it again.' },
};

/** The query by which the server is asked. */
export function queryOf({ view, search }: ConversationFilter) {
  if (search !== '') return { q: search };
  if (view === 'closed') return { status: 'closed' as const };
  if (view === 'unread') return { unread: 'true' as const };
  const assignee = view === 'mine' ? 'me' : view === 'unassigned' ? 'none' : undefined;
  return { status: 'open' as const, ...(assignee && { assignee }) };
}

/** Whether a conversation belongs into a list, as far as the page can tell: what is found is the server's to say. */
export function isIn({ view, search }: ConversationFilter, { status, assignee, unread }: Conversation, myId: string | null): boolean {
  if (search !== '') return true;
  if (view === 'closed') return status === 'closed';
  if (view === 'unread') return unread;
  if (status !== 'open') return false;
  return view === 'open' || (view === 'mine' ? assignee?.id === myId : assignee === null);
}

/** Whether there is enough to look for: the server wants two letters, or three digits. */
export function isSearchable(search: string): boolean {
  const text = search.trim();
  if (/^[+\d\s().\-/]*$/.test(text)) return text.replace(/\D/g, '').replace(text.startsWith('+') ? /^$/ : /^0+/, '').length >= 3;
  return /[\p{L}\p{N}]{2}/u.test(text);
}
