import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useRef } from 'react';
import { Link } from 'wouter';
import type { Conversation } from '../api.js';
import { type ConversationFilter, emptyWords, isSearchable } from '../conversationFilter.js';
import { useInbox } from '../InboxContext.js';
import { paths } from '../paths.js';
import type { useConversations } from '../queries.js';
import { useStore } from '../useStore.js';
import { ConversationFilters } from './ConversationFilters.js';
import { ConversationItem } from './ConversationItem.js';
import { Notice } from './Notice.js';

/** Of one row, as styles/conversations.css has it. */
const rowHeightPx = 72;
const overscan = 8;
const fetchBefore = 15;

interface ConversationListProps {
  list: ReturnType<typeof useConversations>;
  conversations: Conversation[];
  selectedId: string | null;
  filter: ConversationFilter;
  onFilter: (filter: ConversationFilter) => void;
  search: RefObject<HTMLInputElement | null>;
}

export function ConversationList({ list, conversations, selectedId, filter, onFilter, search }: ConversationListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { inbox } = useInbox();
  const drafts = useStore(inbox.drafts.store);
  const virtualizer = useVirtualizer({
    count: conversations.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    getItemKey: (index) => conversations[index]?.id ?? index,
    overscan,
  });
  const shown = virtualizer.getVirtualItems();

  const lastShown = shown.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError && lastShown >= conversations.length - fetchBefore)
      void fetchNextPage();
  }, [lastShown, conversations.length, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  const place = selectedId === null ? -1 : conversations.findIndex(({ id }) => id === selectedId);
  useEffect(() => {
    // Who goes through the list by keys sees where they are.
    if (place >= 0) virtualizer.scrollToIndex(place, { align: 'auto' });
  }, [place, virtualizer]);

  return (
    <nav className="conversations" aria-label="Conversations" aria-busy={list.isPending}>
      <div className="conversations-head">
        <h2>Conversations</h2>
        <Link href={paths.newMessage} className="button primary">
          New message
        </Link>
      </div>
      <ConversationFilters filter={filter} onFilter={onFilter} search={search} />
      <div className="conversations-scroller" ref={scroller}>
        {conversations.length === 0 && <EmptyList list={list} filter={filter} />}
        <ul style={{ height: virtualizer.getTotalSize() }}>
          {shown.map(({ index, key, start }) => {
            const conversation = conversations[index] as Conversation;
            return (
              <li key={key} style={{ transform: `translateY(${start}px)` }}>
                <ConversationItem
                  conversation={conversation}
                  draft={conversation.id === selectedId ? undefined : drafts[conversation.id]?.body}
                  selected={conversation.id === selectedId}
                />
              </li>
            );
          })}
        </ul>
        {isFetchNextPageError && (
          <button type="button" className="button more" onClick={() => void fetchNextPage()}>
            More didn’t load: try again
          </button>
        )}
      </div>
    </nav>
  );
}

function EmptyList({ list, filter }: { list: ConversationListProps['list']; filter: ConversationFilter }) {
  if (filter.search !== '' && !isSearchable(filter.search))
    return <Notice title="Go on typing" text="Two letters of a name, or three digits of a number." />;
  if (list.isPending) return <Notice role="status" title="Loading conversations…" />;
  if (list.isError)
    return (
      <Notice role="alert" title="The conversations didn’t load" text={list.error.message}>
        <button type="button" className="button" onClick={() => void list.refetch()}>
          Try again
        </button>
      </Notice>
    );
  if (filter.search !== '')
    return (
      <Notice
        title="Nobody found"
        text="It looks for beginnings of names and numbers, and for last four digits. Texts are not searched here."
      />
    );
  return <Notice {...emptyWords[filter.view]} />;
}
