import { useInfiniteQuery } from '@tanstack/react-query';
import { useInbox } from './InboxContext.js';
import { queryKeys } from './queryKeys.js';
import { useStore } from './useStore.js';

/** Conversations that begin elsewhere have no room that we could be in yet, so the list looks by itself now and then. */
const listPollMs = 30_000;
/** Without a socket the page still moves, at this pace. */
const fallbackPollMs = 5_000;

export function useConversations() {
  const { inbox } = useInbox();
  const live = useStore(inbox.connection).socket === 'connected';
  return useInfiniteQuery({
    queryKey: queryKeys.conversations,
    queryFn: ({ pageParam, signal }) => inbox.loadConversations(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: live ? listPollMs : fallbackPollMs,
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
