import type { Conversation, Page } from './api.js';
import type { ConversationList, StatusEvent } from './thread.js';

/** The marks of a conversation that people change, as the socket tells them. */
export type ConversationMarks = Pick<Conversation, 'id' | 'status' | 'closedAt' | 'assignee' | 'unread'>;

const change = (list: ConversationList, id: string, to: (one: Conversation) => Conversation | null): ConversationList => {
  if (!list.pages.some((page) => page.data.some((one) => one.id === id))) return list;
  const pages = list.pages.map((page) => ({
    ...page,
    data: page.data.flatMap((one) => (one.id === id ? (to(one) ?? []) : [one])),
  }));
  return { ...list, pages };
};

/** The tick beside the last line of a conversation follows the same events as the bubbles. */
export function applyStatusToList(list: ConversationList, event: StatusEvent): ConversationList {
  if (!isLastMessage(list, event.messageId)) return list;
  return change(list, event.conversationId, (one) =>
    one.lastMessage?.id === event.messageId ? { ...one, lastMessage: { ...one.lastMessage, status: event.status } } : one,
  );
}

/** Puts changed marks into a list; what does not belong there any more leaves it. */
export function applyMarks(list: ConversationList, marks: ConversationMarks, belongs: (one: Conversation) => boolean): ConversationList {
  return change(list, marks.id, (one) => {
    const changed = { ...one, ...marks };
    return belongs(changed) ? changed : null;
  });
}

export function isLastMessage(list: ConversationList | undefined, messageId: string): boolean {
  return list?.pages.some((page) => page.data.some((conversation) => conversation.lastMessage?.id === messageId)) ?? false;
}

/**
 * Puts the newest page on top of a list of which many pages may be loaded, without asking for those again. What the page should hold
 * and does not has left the list; where nothing of the list is in it, so much has happened that the list begins anew.
 */
export function withHead(list: ConversationList, head: Page<Conversation>): ConversationList {
  const fresh = new Set(head.data.map(({ id }) => id));
  const known = list.pages.flatMap((page) => page.data);
  const last = head.data.at(-1);
  const begins = head.nextCursor === null || !last || !known.some(({ id }) => fresh.has(id));
  if (begins) return { pages: [head], pageParams: [null] };
  const isOlder = ({ id, lastMessageAt }: Conversation) =>
    !fresh.has(id) && (lastMessageAt < last.lastMessageAt || (lastMessageAt === last.lastMessageAt && id < last.id));
  const older = list.pages.map((page) => ({ ...page, data: page.data.filter(isOlder) }));
  const [first, ...others] = older;
  if (!first) return { pages: [head], pageParams: [null] };
  return { ...list, pages: [{ ...first, data: [...head.data, ...first.data] }, ...others] };
}

export function conversationsOf(list: ConversationList | undefined): Conversation[] {
  const byId = new Map<string, Conversation>();
  for (const page of list?.pages ?? [])
    for (const conversation of page.data) if (!byId.has(conversation.id)) byId.set(conversation.id, conversation);
  return [...byId.values()];
}
