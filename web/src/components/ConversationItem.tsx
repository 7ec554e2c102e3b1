import { memo } from 'react';
import { Link } from 'wouter';
import type { Conversation } from '../api.js';
import { paths } from '../paths.js';
import { troubleOf } from '../statusWords.js';
import { goneText } from '../thread.js';
import { fullTimeText, listTimeText } from '../timeText.js';
import { Avatar, initialsOf } from './Avatar.js';
import { StatusMark } from './StatusMark.js';

export const conversationLinkId = (conversationId: string) => `conversation-${conversationId}`;

interface ConversationItemProps {
  conversation: Conversation;
  draft: string | undefined;
  selected: boolean;
}

export const ConversationItem = memo(function ConversationItem({ conversation, draft, selected }: ConversationItemProps) {
  const { id, contact, lastMessage, lastMessageAt, unread, assignee, status } = conversation;
  const outbound = lastMessage?.direction === 'outbound';
  const trouble = lastMessage && troubleOf({ ...lastMessage, error: null });
  const isUnread = unread && !selected;
  return (
    <Link
      id={conversationLinkId(id)}
      href={paths.conversation(id)}
      className={`conversation${isUnread ? ' unread' : ''}`}
      aria-current={selected ? 'page' : undefined}
      data-conversation-id={id}
    >
      <Avatar name={contact.name} phoneNumber={contact.phoneNumber} />
      <span className="who">
        {isUnread && <span className="visually-hidden">Unread: </span>}
        <bdi>{contact.name ?? contact.phoneNumber ?? 'Erased contact'}</bdi>
      </span>
      <time dateTime={lastMessageAt} title={fullTimeText(lastMessageAt)}>
        {listTimeText(lastMessageAt)}
      </time>
      <span className={trouble ? 'last trouble' : 'last'}>
        {draft ? (
          <>
            <span className="draft">Draft:</span> <bdi>{draft}</bdi>
          </>
        ) : (
          <bdi>{lastMessage?.body ?? (lastMessage ? goneText(lastMessage) : 'No messages yet')}</bdi>
        )}
      </span>
      <span className="marks">
        {status === 'closed' && <span className="tag">Closed</span>}
        {assignee && (
          <span className="assignee" title={`${assignee.name} has it`}>
            <span className="visually-hidden">{assignee.name} has it</span>
            <span aria-hidden="true">{initialsOf(assignee.name)}</span>
          </span>
        )}
        {outbound && !draft && <StatusMark status={lastMessage.status} />}
        {isUnread && <span className="unread-dot" aria-hidden="true" />}
      </span>
    </Link>
  );
});
