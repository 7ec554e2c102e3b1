import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { useAccess } from '../access.js';
import { announcementOf } from '../announcement.js';
import type { Conversation, Message } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { useConversation, useThread } from '../queries.js';
import { inReadingOrder } from '../thread.js';
import { useStore } from '../useStore.js';
import { Composer } from './Composer.js';
import { MessageList } from './MessageList.js';
import { Notice } from './Notice.js';
import { ScheduledStrip } from './ScheduledStrip.js';
import { ThreadHead } from './ThreadHead.js';

interface ThreadPaneProps {
  conversationId: string;
  /** As the list has it, where it is there. */
  known: Conversation | undefined;
  /** Where keys of the page lead to. */
  composer: RefObject<HTMLTextAreaElement | null>;
  assignButton: RefObject<HTMLButtonElement | null>;
  onToggle: (conversation: Conversation) => void;
  /** Whether it was opened to be written in; who goes through the list by keys stays there. */
  takesFocus: () => boolean;
}

export function ThreadPane({ conversationId, known, composer, assignButton, onToggle, takesFocus }: ThreadPaneProps) {
  const { inbox, workspace } = useInbox();
  const thread = useThread(conversationId);
  const { data: conversation } = useConversation(conversationId, known);
  const messages = useMemo(() => inReadingOrder(thread.data), [thread.data]);
  const entries = useStore(inbox.outbox.entries);
  const pending = useMemo(() => entries.filter((entry) => entry.conversationId === conversationId), [entries, conversationId]);
  const announcement = useAnnouncement(thread.data ? messages : null);
  useReadMark(conversation);

  const { contactNumber, senderNumber } = partiesOf(messages);
  const phoneNumber = conversation?.contact.phoneNumber ?? contactNumber;
  const name = conversation?.contact.name ?? null;
  const title = name ?? phoneNumber ?? 'Conversation';
  // A reply leaves from the number the contact knows, as long as it is still ours.
  const from = workspace.senders.find((sender) => sender.phoneNumber === senderNumber)?.phoneNumber;

  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // A page that has just opened leaves the focus where a reader expects it: at its beginning.
    if (!navigator.userActivation?.hasBeenActive || !takesFocus()) return;
    // On a phone focusing the text field would raise the keyboard over the messages one came to read.
    const canType = matchMedia('(min-width: 48rem) and (pointer: fine)').matches;
    (canType ? composer.current : heading.current)?.focus();
  }, [composer, takesFocus]);
  useEffect(() => {
    document.title = `${title} · Postrider`;
    return () => {
      document.title = 'Postrider inbox';
    };
  }, [title]);

  return (
    <section className="thread" aria-label={`Conversation with ${title}`}>
      <ThreadHead
        conversationId={conversationId}
        conversation={conversation}
        title={title}
        name={name}
        phoneNumber={phoneNumber}
        heading={heading}
        assignButton={assignButton}
        onToggle={() => conversation && onToggle(conversation)}
      />

      <div className="thread-body">
        {thread.isPending && pending.length === 0 && <Notice role="status" title="Loading messages…" />}
        {thread.isError && !thread.data && pending.length === 0 && (
          <Notice role="alert" title="The messages didn’t load" text={thread.error.message}>
            <button type="button" className="button" onClick={() => void thread.refetch()}>
              Try again
            </button>
          </Notice>
        )}
        {(thread.data || pending.length > 0) && <MessageList title={title} messages={messages} pending={pending} thread={thread} />}
      </div>

      <p className="visually-hidden" role="status">
        {announcement}
      </p>
      <div className="thread-foot">
        <ScheduledStrip conversationId={conversationId} />
        <Composer
          ref={composer}
          conversationId={conversationId}
          to={phoneNumber}
          from={from}
          title={title}
          optedOut={conversation?.optedOut ?? false}
        />
      </div>
    </section>
  );
}

/** Who has a conversation before their eyes has read it; a page in the background reads nothing. */
function useReadMark(conversation: Conversation | undefined): void {
  const { inbox } = useInbox();
  const access = useAccess();
  const mayMark = access?.may('messages:send') ?? false;
  const isUnread = conversation?.unread ?? false;
  useEffect(() => {
    if (!conversation || !isUnread || !mayMark) return undefined;
    const mark = () => {
      if (document.visibilityState === 'visible') void inbox.conversations.markRead(conversation);
    };
    mark();
    document.addEventListener('visibilitychange', mark);
    return () => document.removeEventListener('visibilitychange', mark);
  }, [conversation, isUnread, mayMark, inbox]);
}

/** The two numbers of the newest message: the contact's and ours. */
function partiesOf(messages: Message[]): { contactNumber: string | undefined; senderNumber: string | undefined } {
  // A message accepted without a sender of ours has none until it is read from the server.
  const newest = messages.findLast((message) => message.from !== '');
  if (!newest) return { contactNumber: messages.at(-1)?.to ?? undefined, senderNumber: undefined };
  const outbound = newest.direction === 'outbound';
  const [contact, sender] = outbound ? [newest.to, newest.from] : [newest.from, newest.to];
  return { contactNumber: contact ?? undefined, senderNumber: sender ?? undefined };
}

function useAnnouncement(messages: Message[] | null): string | null {
  const before = useRef<Message[] | null>(null);
  const [announcement, setAnnouncement] = useState<string | null>(null);
  useEffect(() => {
    if (!messages) return;
    const next = announcementOf(before.current, messages);
    before.current = messages;
    if (next) setAnnouncement(next);
  }, [messages]);
  return announcement;
}
