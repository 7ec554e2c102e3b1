import { useEffect, useRef } from 'react';
import { useRoute } from 'wouter';
import { ConversationList, conversationLinkId } from '../components/ConversationList.js';
import { NewMessage } from '../components/NewMessage.js';
import { Notice } from '../components/Notice.js';
import { ThreadPane } from '../components/ThreadPane.js';
import { TopBar } from '../components/TopBar.js';
import { conversationsOf } from '../conversationList.js';
import { useInbox } from '../InboxContext.js';
import { paths } from '../paths.js';
import { useConversations } from '../queries.js';

/** The server keeps a room a conversation; these many are followed without being looked at. */
const followedMax = 50;

/** Conversations on the left, one of them on the right; on a phone one or the other. */
export function InboxPage() {
  const { inbox } = useInbox();
  const [, params] = useRoute(paths.conversationPattern);
  const [isNew] = useRoute(paths.newMessage);
  const selectedId = params?.conversationId ?? null;
  const view = selectedId ? 'thread' : isNew ? 'new' : 'list';

  const list = useConversations();
  const conversations = conversationsOf(list.data);
  const followed = conversations.slice(0, followedMax).map((conversation) => conversation.id);
  const followedKey = followed.join();
  useEffect(() => {
    inbox.live.follow(followedKey === '' ? [] : followedKey.split(','));
  }, [inbox, followedKey]);
  useEffect(() => {
    if (selectedId) inbox.live.follow([selectedId]);
  }, [inbox, selectedId]);

  useReturnOfFocus(selectedId);

  return (
    <div className="inbox" data-view={view}>
      <TopBar />
      <ConversationList list={list} conversations={conversations} selectedId={selectedId} />
      <main className="pane">
        {selectedId && (
          <ThreadPane
            key={selectedId}
            conversationId={selectedId}
            conversation={conversations.find((conversation) => conversation.id === selectedId)}
          />
        )}
        {view === 'new' && <NewMessage />}
        {view === 'list' && <Notice title="Choose a conversation" text="Its messages appear here and stay up to date by themselves." />}
      </main>
    </div>
  );
}

/** Coming back to the list returns focus to where it was left: on a phone the focused part of the page has just gone away. */
function useReturnOfFocus(selectedId: string | null): void {
  const previous = useRef(selectedId);
  useEffect(() => {
    if (previous.current && !selectedId) document.getElementById(conversationLinkId(previous.current))?.focus();
    previous.current = selectedId;
  }, [selectedId]);
}
