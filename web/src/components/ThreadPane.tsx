import { useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { announcementOf } from '../announcement.js';
import type { Conversation, Message } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { paths } from '../paths.js';
import { useThread } from '../queries.js';
import { inReadingOrder } from '../thread.js';
import { useStore } from '../useStore.js';
import { Avatar } from './Avatar.js';
import { CompanyLine } from './CompanyLine.js';
import { Composer } from './Composer.js';
import { MessageList } from './MessageList.js';
import { Notice } from './Notice.js';

interface ThreadPaneProps {
  conversationId: string;
  /** Absent while the list is loading, or where the conversation is older than what the list shows. */
  conversation: Conversation | undefined;
}

export function ThreadPane({ conversationId, conversation }: ThreadPaneProps) {
  const { inbox, workspace } = useInbox();
  const thread = useThread(conversationId);
  const messages = useMemo(() => inReadingOrder(thread.data), [thread.data]);
  const pending = useStore(inbox.outbox.entries).filter((entry) => entry.conversationId === conversationId);
  const announcement = useAnnouncement(thread.data ? messages : null);

  const { contactNumber, senderNumber } = partiesOf(messages);
  const phoneNumber = conversation?.contact.phoneNumber ?? contactNumber;
  const name = conversation?.contact.name ?? null;
  const title = name ?? phoneNumber ?? 'Conversation';
  // A reply leaves from the number the contact knows, as long as it is still ours.
  const from = workspace.senders.find((sender) => sender.phoneNumber === senderNumber)?.phoneNumber;

  const heading = useRef<HTMLHeadingElement>(null);
  const composer = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // A page that has just opened leaves the focus where a reader expects it: at its beginning.
    if (!navigator.userActivation?.hasBeenActive) return;
    // On a phone focusing the text field would raise the keyboard over the messages one came to read.
    const canType = matchMedia('(min-width: 48rem) and (pointer: fine)').matches;
    (canType ? composer.current : heading.current)?.focus();
  }, []);
  useEffect(() => {
    document.title = `${title} · Postrider`;
    return () => {
      document.title = 'Postrider inbox';
    };
  }, [title]);

  return (
    <section className="thread" aria-label={`Conversation with ${title}`}>
      <header className="pane-head">
        <Link href={paths.inbox} className="button quiet back" aria-label="Back to conversations">
          <span aria-hidden="true">‹</span>
        </Link>
        <Avatar name={name} phoneNumber={phoneNumber ?? ''} />
        <div>
          <h2 ref={heading} tabIndex={-1}>
            {title}
          </h2>
          {name && phoneNumber && <p className="number">{phoneNumber}</p>}
        </div>
        <CompanyLine conversationId={conversationId} />
      </header>

      {thread.isPending && pending.length === 0 && <Notice role="status" title="Loading messages…" />}
      {thread.isError && !thread.data && pending.length === 0 && (
        <Notice role="alert" title="The messages didn’t load" text={thread.error.message}>
          <button type="button" className="button" onClick={() => void thread.refetch()}>
            Try again
          </button>
        </Notice>
      )}
      {(thread.data || pending.length > 0) && <MessageList title={title} messages={messages} pending={pending} thread={thread} />}

      <p className="visually-hidden" role="status">
        {announcement}
      </p>
      <Composer ref={composer} conversationId={conversationId} to={phoneNumber} from={from} title={title} />
    </section>
  );
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
