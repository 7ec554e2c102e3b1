import { memo } from 'react';
import type { Message } from '../api.js';
import type { OutboxEntry } from '../outbox.js';
import { troubleOf } from '../statusWords.js';
import { goneText } from '../thread.js';
import { clockText, fullTimeText } from '../timeText.js';
import { MarkShape, StatusMark } from './StatusMark.js';

export const MessageBubble = memo(function MessageBubble({ message }: { message: Message }) {
  const { id, direction, body, status, createdAt } = message;
  const trouble = troubleOf(message);
  return (
    <li className={`bubble ${direction}`} data-message-id={id} data-status={status} data-direction={direction}>
      <p className="body">
        <span className="visually-hidden">{direction === 'outbound' ? 'You: ' : 'Contact: '}</span>
        {body ?? <em>{goneText}</em>}
      </p>
      <p className="meta">
        <time dateTime={createdAt} title={fullTimeText(createdAt)}>
          {clockText(createdAt)}
        </time>
        {direction === 'outbound' && <StatusMark status={status} />}
      </p>
      {trouble && <p className="trouble">{trouble}</p>}
    </li>
  );
});

/** A message the server has not answered for yet. */
export function PendingBubble({ entry }: { entry: OutboxEntry }) {
  return (
    <li className="bubble outbound pending" data-pending={entry.state}>
      <p className="body">
        <span className="visually-hidden">You: </span>
        {entry.body}
      </p>
      <p className="meta">
        {entry.state === 'sending' ? 'sending…' : 'waiting for the connection'}
        <span className="mark clock">
          <MarkShape mark="clock" />
        </span>
      </p>
    </li>
  );
}
