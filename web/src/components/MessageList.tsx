import { Fragment, useEffect, useRef } from 'react';
import type { Message } from '../api.js';
import { useInbox } from '../InboxContext.js';
import type { OutboxEntry } from '../outbox.js';
import type { useThread } from '../queries.js';
import { dayText } from '../timeText.js';
import { MessageBubble, PendingBubble } from './MessageBubble.js';

interface MessageListProps {
  title: string;
  messages: Message[];
  pending: OutboxEntry[];
  thread: ReturnType<typeof useThread>;
}

export function MessageList({ title, messages, pending, thread }: MessageListProps) {
  const { inbox } = useInbox();
  const scroller = useRef<HTMLDivElement>(null);
  const newestPending = pending.at(-1)?.idempotencyKey;
  useEffect(() => {
    // Who sends wants to see it. The scroller counts from its lower end, where 0 is the newest message.
    if (newestPending) scroller.current?.scrollTo({ top: 0 });
  }, [newestPending]);

  async function showOlder(): Promise<void> {
    const { hasNextPage } = await thread.fetchNextPage();
    // The button that was pressed is gone with the last page.
    if (!hasNextPage) scroller.current?.focus({ preventScroll: true });
  }

  return (
    // Focusable, or a keyboard could not scroll it.
    <div className="messages" ref={scroller} role="region" aria-label={`Messages with ${title}`} tabIndex={0}>
      <div className="messages-inner">
        {thread.hasNextPage && (
          <button type="button" className="button more" disabled={thread.isFetchingNextPage} onClick={() => void showOlder()}>
            {thread.isFetchingNextPage ? 'Loading…' : 'Show older messages'}
          </button>
        )}
        {messages.length + pending.length === 0 && <p className="hint">No messages here yet. Write the first one below.</p>}
        <ol>
          {messages.map((message, index) => {
            const day = dayText(message.createdAt);
            const before = messages[index - 1];
            return (
              <Fragment key={inbox.bubbleKeyOf(message.id)}>
                {(!before || dayText(before.createdAt) !== day) && <li className="day">{day}</li>}
                <MessageBubble message={message} />
              </Fragment>
            );
          })}
          {pending.map((entry) => (
            <Fragment key={entry.idempotencyKey}>
              <PendingBubble entry={entry} />
            </Fragment>
          ))}
        </ol>
      </div>
    </div>
  );
}
