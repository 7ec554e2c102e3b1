import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Conversation } from './api.js';
import { type ConversationFilter, isSearchable } from './conversationFilter.js';
import { useInbox } from './InboxContext.js';
import { queryKeys } from './queryKeys.js';
import { useStore } from './useStore.js';

/** Without a socket a thread still moves, at this pace. */
const fallbackPollMs = 5_000;
/** How the sending goes in all is looked at so often. */
const healthPollMs = 15_000;

/** Kept up to date by `inbox.conversations`, which asks for the newest page alone, however many are loaded. */
export function useConversations(filter: ConversationFilter) {
  const { inbox } = useInbox();
  return useInfiniteQuery({
    queryKey: queryKeys.list(filter),
    queryFn: ({ pageParam, signal }) => inbox.api.conversations(filter, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    enabled: filter.search === '' || isSearchable(filter.search),
    // Another view: what was there stays until the new one is here, so that nothing blinks.
    placeholderData: (before) => before,
  });
}

/** One conversation, whether or not it is in a list. */
export function useConversation(conversationId: string, known: Conversation | undefined) {
  const { inbox } = useInbox();
  return useQuery({
    queryKey: queryKeys.conversation(conversationId),
    queryFn: ({ signal }) => inbox.api.conversation(conversationId, signal),
    placeholderData: () => known,
    staleTime: 2_000,
  });
}

export function useThread(conversationId: string) {
  const { inbox } = useInbox();
  const isOpen = useStore(inbox.live.open).has(conversationId);
  return useInfiniteQuery({
    queryKey: queryKeys.thread(conversationId),
    queryFn: ({ pageParam, signal }) => inbox.loadMessages(conversationId, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: isOpen ? false : fallbackPollMs,
  });
}

/** What of a conversation leaves later. */
export function useScheduled(conversationId: string) {
  const { inbox } = useInbox();
  return useQuery({
    queryKey: queryKeys.scheduled(conversationId),
    queryFn: ({ signal }) => inbox.api.scheduled(conversationId, signal),
  });
}

/** Who may be given a conversation; asked for when somebody wants to choose. */
export function useAssignees(enabled: boolean) {
  const { inbox } = useInbox();
  return useQuery({
    queryKey: queryKeys.assignees,
    queryFn: ({ signal }) => inbox.api.assignees(signal),
    enabled,
    staleTime: 30_000,
  });
}

/** The story of one message, while somebody looks at it. */
export function useTrace(messageId: string) {
  const { inbox } = useInbox();
  return useQuery({
    queryKey: queryKeys.trace(messageId),
    queryFn: ({ signal }) => inbox.api.trace(messageId, signal),
    staleTime: 1_000,
  });
}

/** How the sending goes in all: what waits, and what the providers and the limits say. */
export function useSendingHealth() {
  const { inbox } = useInbox();
  const queues = useQuery({
    queryKey: queryKeys.queues,
    queryFn: ({ signal }) => inbox.api.queues(signal),
    refetchInterval: healthPollMs,
  });
  const workspace = useQuery({
    queryKey: queryKeys.workspace,
    queryFn: ({ signal }) => inbox.api.workspace(signal),
    refetchInterval: healthPollMs,
  });
  return { queues: queues.data, workspace: workspace.data };
}
