import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useRoute } from 'wouter';
import { useAccess } from '../access.js';
import type { Conversation } from '../api.js';
import { conversationLinkId } from '../components/ConversationItem.js';
import { ConversationList } from '../components/ConversationList.js';
import { KeysHelp } from '../components/KeysHelp.js';
import { NewMessage } from '../components/NewMessage.js';
import { Notice } from '../components/Notice.js';
import { StateBanner } from '../components/StateBanner.js';
import { ThreadPane } from '../components/ThreadPane.js';
import { ToastLine } from '../components/ToastLine.js';
import { TopBar } from '../components/TopBar.js';
import { type ConversationFilter, isSearchable, type View, views } from '../conversationFilter.js';
import { conversationsOf } from '../conversationList.js';
import { useInbox } from '../InboxContext.js';
import { paths } from '../paths.js';
import { useConversations } from '../queries.js';
import { useShortcuts } from '../shortcuts.js';

/** The server keeps a room a conversation; these many are followed without being looked at. */
const followedMax = 50;
const storedView = 'postrider.view';

/** Conversations on the left, one of them on the right; on a phone one or the other. */
export function InboxPage() {
  const { inbox } = useInbox();
  const access = useAccess();
  const [, navigate] = useLocation();
  const [, params] = useRoute(paths.conversationPattern);
  const [isNew] = useRoute(paths.newMessage);
  const selectedId = params?.conversationId ?? null;
  const view = selectedId ? 'thread' : isNew ? 'new' : 'list';

  const [filter, setFilter] = useFilter();
  // The field follows each key, the list as soon as there is time for it.
  const asked = useDeferredValue(filter);
  const list = useConversations(asked);
  const isShort = asked.search !== '' && !isSearchable(asked.search);
  const conversations = useMemo(() => (isShort ? [] : conversationsOf(list.data)), [isShort, list.data]);
  const followedKey = conversations
    .slice(0, followedMax)
    .map(({ id }) => id)
    .join();
  useEffect(() => {
    inbox.live.follow(followedKey === '' ? [] : followedKey.split(','));
  }, [inbox, followedKey]);
  useEffect(() => {
    if (selectedId) inbox.live.follow([selectedId]);
  }, [inbox, selectedId]);
  useReturnOfFocus(selectedId);

  const search = useRef<HTMLInputElement>(null);
  const composer = useRef<HTMLTextAreaElement>(null);
  const assignButton = useRef<HTMLButtonElement>(null);
  const byKeys = useRef(false);
  const takesFocus = useCallback(() => !byKeys.current, []);
  const [hasHelp, setHelp] = useState(false);
  const selected = conversations.find(({ id }) => id === selectedId);
  const mayWrite = access?.may('messages:send') ?? false;
  /** The open one, whether or not the list has it, for somebody who may change it. */
  const changeable = () => (selectedId && mayWrite ? inbox.conversations.known(selectedId) : undefined);

  function go(step: 1 | -1): void {
    const at = conversations.findIndex(({ id }) => id === selectedId);
    const next = conversations[at < 0 ? 0 : at + step];
    if (!next) return;
    byKeys.current = true;
    navigate(paths.conversation(next.id));
    requestAnimationFrame(() => {
      document.getElementById(conversationLinkId(next.id))?.focus({ preventScroll: true });
      byKeys.current = false;
    });
  }

  async function toggle(conversation: Conversation): Promise<void> {
    const status = conversation.status === 'open' ? 'closed' : 'open';
    if (!(await inbox.conversations.setStatus(conversation, status))) return;
    const back = () => void inbox.conversations.setStatus({ ...conversation, status }, conversation.status);
    inbox.say(status === 'closed' ? 'Closed. An answer opens it again.' : 'Open again.', back);
  }

  useShortcuts({
    j: () => go(1),
    k: () => go(-1),
    '/': () => search.current?.focus(),
    r: () => composer.current?.focus(),
    n: () => navigate(paths.newMessage),
    e: () => {
      const open = changeable();
      if (open) void toggle(open);
    },
    a: () => assignButton.current?.click(),
    u: () => {
      const open = changeable();
      if (!open) return;
      // Before their eyes it would be read again at once.
      navigate(paths.inbox);
      void inbox.conversations.markUnread(open);
    },
    '?': () => setHelp(true),
    Escape: () => navigate(paths.inbox),
  });

  return (
    <div className="inbox" data-view={view}>
      <TopBar />
      <StateBanner />
      <ConversationList
        list={list}
        conversations={conversations}
        selectedId={selectedId}
        filter={filter}
        onFilter={setFilter}
        search={search}
      />
      <main className="pane">
        {selectedId && (
          <ThreadPane
            key={selectedId}
            conversationId={selectedId}
            known={selected}
            composer={composer}
            assignButton={assignButton}
            onToggle={(conversation) => void toggle(conversation)}
            takesFocus={takesFocus}
          />
        )}
        {view === 'new' && <NewMessage />}
        {view === 'list' && (
          <Notice title="Choose a conversation" text="Its messages appear here and stay up to date by themselves.">
            <button type="button" className="button quiet" onClick={() => setHelp(true)}>
              Keys <kbd>?</kbd>
            </button>
          </Notice>
        )}
      </main>
      <ToastLine />
      {hasHelp && <KeysHelp onClose={() => setHelp(false)} />}
    </div>
  );
}

/** What is listed; the view is that of before when somebody comes back in the same tab. */
function useFilter(): [ConversationFilter, (filter: ConversationFilter) => void] {
  const [filter, setFilter] = useState<ConversationFilter>(() => {
    const kept = sessionStorage.getItem(storedView) as View | null;
    return { view: kept && views.includes(kept) ? kept : 'open', search: '' };
  });
  return [
    filter,
    (next) => {
      sessionStorage.setItem(storedView, next.view);
      setFilter(next);
    },
  ];
}

/** Coming back to the list returns focus to where it was left: on a phone the focused part of the page has just gone away. */
function useReturnOfFocus(selectedId: string | null): void {
  const previous = useRef(selectedId);
  useEffect(() => {
    if (previous.current && !selectedId) document.getElementById(conversationLinkId(previous.current))?.focus();
    previous.current = selectedId;
  }, [selectedId]);
}
