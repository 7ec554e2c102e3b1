import { memo } from 'react';
import type { Message } from '../api.js';
import type { OutboxEntry } from '../outbox.js';
import { troubleOf } from '../statusWords.js';
import { adviceOf } from '../story.js';
import { goneText } from '../thread.js';
import { clockText, fullTimeText, leavingText } from '../timeText.js';
import { MessageActions } from './MessageActions.js';
import { MessageStory } from './MessageStory.js';
import { MarkShape } from './StatusMark.js';

export const MessageBubble = memo(function MessageBubble({ message }: { message: Message }) {
  const { id, direction, body, status, createdAt, sendAt } = message;
  const trouble = troubleOf(message);
  return (
    <div className={`bubble ${direction}`} data-message-id={id} data-status={status} data-direction={direction}>
      <span className="visually-hidden">{direction === 'outbound' ? 'You: ' : 'Contact: '}</span>
      {/* Its own direction, and kept to itself: marks in it turn nothing around it. */}
      <p className="body" dir="auto">
        {body ?? <em>{goneText(message)}</em>}
      </p>
      <div className="meta">
        {status === 'scheduled' && sendAt ? (
          <span>leaves {leavingText(sendAt)}</span>
        ) : (
          <time dateTime={createdAt} title={fullTimeText(createdAt)}>
            {clockText(createdAt)}
          </time>
        )}
        {direction === 'outbound' && <MessageStory message={message} />}
      </div>
      {trouble && (
        <p className="trouble">
          {trouble.replace(/\.?$/, '.')} {adviceOf(message)}
        </p>
      )}
      <MessageActions message={message} />
    </div>
  );
});

/** A message the server has not answered for yet. */
export function PendingBubble({ entry }: { entry: OutboxEntry }) {
  return (
    <div className="bubble outbound pending" data-pending={entry.state}>
      <span className="visually-hidden">You: </span>
      <p className="body" dir="auto">
        {entry.body}
      </p>
      <div className="meta">
        {entry.state === 'sending' ? 'sending…' : 'waiting for the connection'}
        <span className="mark clock">
          <MarkShape mark="clock" />
        </span>
      </div>
    </div>
  );
}
