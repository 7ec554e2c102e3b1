import { Link } from 'wouter';
import type { Conversation } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { paths } from '../paths.js';
import type { useConversations } from '../queries.js';
import { troubleOf } from '../statusWords.js';
import { goneText } from '../thread.js';
import { fullTimeText, listTimeText } from '../timeText.js';
import { useStore } from '../useStore.js';
import { Avatar } from './Avatar.js';
import { Notice } from './Notice.js';
import { StatusMark } from './StatusMark.js';

export const conversationLinkId = (conversationId: string) => `conversation-${conversationId}`;

interface ConversationListProps {
  list: ReturnType<typeof useConversations>;
  conversations: Conversation[];
  selectedId: string | null;
}

export function ConversationList({ list, conversations, selectedId }: ConversationListProps) {
  const { inbox } = useInbox();
  const drafts = useStore(inbox.drafts.store);
  return (
    <nav className="conversations" aria-label="Conversations" aria-busy={list.isPending}>
      <div className="conversations-head">
        <h2>Conversations</h2>
        <Link href={paths.newMessage} className="button primary">
          New message
        </Link>
      </div>
      {list.isPending && <Notice role="status" title="Loading conversations…" />}
      {list.isError && conversations.length === 0 && (
        <Notice role="alert" title="The conversations didn’t load" text={list.error.message}>
          <button type="button" className="button" onClick={() => void list.refetch()}>
            Try again
          </button>
        </Notice>
      )}
      {list.isSuccess && conversations.length === 0 && (
        <Notice title="No conversations yet" text="Write a first message, or wait for one: it appears here by itself." />
      )}
      <ul>
        {conversations.map((conversation) => (
          <ConversationItem
            key={conversation.id}
            conversation={conversation}
            draft={conversation.id === selectedId ? undefined : drafts[conversation.id]?.body}
            selected={conversation.id === selectedId}
          />
        ))}
      </ul>
      {list.hasNextPage && (
        <button type="button" className="button more" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {list.isFetchingNextPage ? 'Loading…' : 'Show more conversations'}
        </button>
      )}
    </nav>
  );
}

interface ConversationItemProps {
  conversation: Conversation;
  draft: string | undefined;
  selected: boolean;
}

function ConversationItem({ conversation: { id, contact, lastMessage, lastMessageAt }, draft, selected }: ConversationItemProps) {
  const outbound = lastMessage?.direction === 'outbound';
  const trouble = lastMessage && troubleOf({ ...lastMessage, error: null });
  return (
    <li>
      <Link
        id={conversationLinkId(id)}
        href={paths.conversation(id)}
        className="conversation"
        aria-current={selected ? 'page' : undefined}
        data-conversation-id={id}
      >
        <Avatar name={contact.name} phoneNumber={contact.phoneNumber} />
        <span className="who">{contact.name ?? contact.phoneNumber ?? 'Erased contact'}</span>
        <time dateTime={lastMessageAt} title={fullTimeText(lastMessageAt)}>
          {listTimeText(lastMessageAt)}
        </time>
        <span className={trouble ? 'last trouble' : 'last'}>
          {draft ? (
            <>
              <span className="draft">Draft:</span> {draft}
            </>
          ) : (
            (lastMessage?.body ?? (lastMessage ? goneText : 'No messages yet'))
          )}
        </span>
        {outbound && !draft && <StatusMark status={lastMessage.status} />}
      </Link>
    </li>
  );
}
