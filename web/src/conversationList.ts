import type { Conversation } from './api.js';
import type { ConversationList, StatusEvent } from './thread.js';

/** The tick beside the last line of a conversation follows the same events as the bubbles. */
export function applyStatusToList(list: ConversationList, event: StatusEvent): ConversationList {
  if (!isLastMessage(list, event.messageId)) return list;
  const pages = list.pages.map((page) => ({
    ...page,
    data: page.data.map((conversation) =>
      conversation.lastMessage?.id === event.messageId
        ? { ...conversation, lastMessage: { ...conversation.lastMessage, status: event.status } }
        : conversation,
    ),
  }));
  return { ...list, pages };
}

export function isLastMessage(list: ConversationList | undefined, messageId: string): boolean {
  return list?.pages.some((page) => page.data.some((conversation) => conversation.lastMessage?.id === messageId)) ?? false;
}

export function conversationsOf(list: ConversationList | undefined): Conversation[] {
  const byId = new Map<string, Conversation>();
  for (const page of list?.pages ?? [])
    for (const conversation of page.data) if (!byId.has(conversation.id)) byId.set(conversation.id, conversation);
  return [...byId.values()];
}
