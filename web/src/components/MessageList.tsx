import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import type { Message } from '../api.js';
import { observeFromBelow, scrollFromBelow } from '../fromBelow.js';
import { useInbox } from '../InboxContext.js';
import type { OutboxEntry } from '../outbox.js';
import type { useThread } from '../queries.js';
import { rowHeight, type ThreadRow, threadRows } from '../threadRows.js';
import { MessageBubble, PendingBubble } from './MessageBubble.js';

/** So many rows beyond what is seen are there already; older ones are fetched when the reader comes so near to the oldest. */
const overscan = 12;
const fetchBefore = 15;

interface MessageListProps {
  title: string;
  messages: Message[];
  pending: OutboxEntry[];
  thread: ReturnType<typeof useThread>;
}

/** A thread from its lower end. Only what is near the window is in the document, however long the conversation is. */
export function MessageList({ title, messages, pending, thread }: MessageListProps) {
  const { inbox } = useInbox();
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => threadRows(messages, pending, inbox.bubbleKeyOf), [messages, pending, inbox]);
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => rowHeight(rows[index] as ThreadRow),
    getItemKey: (index) => rows[index]?.key ?? index,
    observeElementOffset: observeFromBelow,
    scrollToFn: scrollFromBelow,
    overscan,
    gap: 6,
    paddingStart: 16,
  });
  const shown = virtualizer.getVirtualItems();

  const oldestShown = shown.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = thread;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError && oldestShown >= rows.length - fetchBefore) void fetchNextPage();
  }, [oldestShown, rows.length, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  useNewRows(rows, scroller, virtualizer.scrollOffset ?? 0);

  return (
    // Focusable, or a keyboard could not scroll it.
    <div className="messages" ref={scroller} role="region" aria-label={`Messages with ${title}`} tabIndex={0}>
      <div className="messages-inner">
        <div className="messages-top">
          {isFetchingNextPage && <p className="hint">Loading older messages…</p>}
          {isFetchNextPageError && (
            <>
              <p className="hint">{thread.error?.message ?? 'The older messages didn’t load.'}</p>
              <button type="button" className="button" onClick={() => void fetchNextPage()}>
                Try again
              </button>
            </>
          )}
          {!hasNextPage && rows.length > 0 && <p className="hint">The conversation begins here.</p>}
        </div>
        {rows.length === 0 && <p className="hint">No messages here yet. Write the first one below.</p>}
        <ol className="rows" style={{ height: virtualizer.getTotalSize() }}>
          {[...shown].reverse().map(({ index, key, start }) => {
            const row = rows[index] as ThreadRow;
            return (
              <li key={key} data-index={index} ref={virtualizer.measureElement} style={{ bottom: start }}>
                {row.day && <p className="day">{row.day}</p>}
                {row.border && <p className="border">Messages above come from the archive</p>}
                {row.kind === 'message' ? <MessageBubble message={row.message} /> : <PendingBubble entry={row.entry} />}
              </li>
            );
          })}
        </ol>
      </div>
    </div>
  );
}

/** Who sends wants to see it; who reads further up stays where they are while more comes in below. */
function useNewRows(rows: ThreadRow[], scroller: { current: HTMLDivElement | null }, offset: number): void {
  const newest = rows[0];
  const before = useRef(newest?.key);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || before.current === newest?.key) return;
    const known = rows.findIndex(({ key }) => key === before.current);
    before.current = newest?.key;
    if (newest?.kind === 'pending' || offset < 40) element.scrollTo({ top: 0 });
    else if (known > 0) element.scrollBy({ top: -rows.slice(0, known).reduce((sum, row) => sum + rowHeight(row) + 6, 0) });
  });
}
