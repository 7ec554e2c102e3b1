import type { QueryClient } from '@tanstack/react-query';
import type { Api, Message, Page } from './api.js';
import { coalesce } from './coalesce.js';
import { createCompany } from './company.js';
import type { ConnectionFacts } from './connection.js';
import { createConversationCache } from './conversationCache.js';
import type { Credential } from './credential.js';
import { createDrafts, draftsKeyOf, newMessageDraft } from './drafts.js';
import { connectLive } from './live.js';
import { type Accepted, createOutbox, type OutboxEntry } from './outbox.js';
import { queryKeys } from './queryKeys.js';
import { createRecentEvents } from './recentEvents.js';
import { newIdempotencyKey, sendMessage } from './sendMessage.js';
import { createStore, type Store } from './store.js';
import { applyStatus, hasMessage, placeOf, type StatusEvent, type Thread, withEvents, withMessage } from './thread.js';

const threadRefreshGapMs = 300;

export interface InboxOptions {
  api: Api;
  credential: Credential;
  workspaceId: string;
  queryClient: QueryClient;
  connection: Store<ConnectionFacts>;
  onUnauthorized: (sentence: string) => void;
}

/** A short sentence at the edge of the page, and the way back where there is one. */
export interface Toast {
  text: string;
  undo?: () => void;
}

export type Inbox = ReturnType<typeof openInbox>;

/** Everything of a signed-in workspace that outlives a single view: its socket, outbox and drafts, and the way of an event into the cache. */
export function openInbox({ api, credential, workspaceId, queryClient, connection, onUnauthorized }: InboxOptions) {
  const recent = createRecentEvents();
  const lastSeqs = new Map<string, number>();
  const refreshers = new Map<string, () => void>();
  /** Threads in which an event named a message that may be the one being sent: decided when its answer is here. */
  const undecided = new Set<string>();
  /** A bubble keeps its React key when it turns from an outbox entry into a message. */
  const bubbleKeys = new Map<string, string>();
  const drafts = createDrafts(sessionStorage, draftsKeyOf(workspaceId), newIdempotencyKey);
  /** What came of something that was asked for, where it has no place of its own on the page. */
  const toast = createStore<Toast | null>(null);
  const say = (text: string, undo?: () => void) => toast.set({ text, ...(undo && { undo }) });
  const conversations = createConversationCache({ api, queryClient, say, isLive: () => connection.get().socket === 'connected' });

  const threadOf = (conversationId: string) => queryClient.getQueryData<Thread>(queryKeys.thread(conversationId));

  function refreshThread(conversationId: string): void {
    const queryKey = queryKeys.thread(conversationId);
    const refresh =
      refreshers.get(conversationId) ??
      coalesce(async () => {
        // A first fetch that is under way would be taken for the answer, though its rows may have been read too early.
        await queryClient.cancelQueries({ queryKey });
        await queryClient.invalidateQueries({ queryKey });
      }, threadRefreshGapMs);
    refreshers.set(conversationId, refresh);
    refresh();
  }

  function onStatus(event: StatusEvent): void {
    const { conversationId, messageId } = event;
    recent.add(event);
    const place = placeOf(event, lastSeqs.get(conversationId));
    if (place === 'seen') return;
    lastSeqs.set(conversationId, event.seq);

    const thread = threadOf(conversationId);
    const known = hasMessage(thread, messageId);
    if (thread && known) queryClient.setQueryData<Thread>(queryKeys.thread(conversationId), applyStatus(thread, event));
    conversations.onStatus(event);
    if (!known && !conversations.isLastMessage(messageId)) conversations.refresh();
    void queryClient.invalidateQueries({ queryKey: queryKeys.trace(messageId) });
    const scheduled = queryClient.getQueryState(queryKeys.scheduled(conversationId))?.status;
    if (scheduled === 'error' || event.status === 'scheduled' || scheduledIn(conversationId).includes(messageId))
      void queryClient.invalidateQueries({ queryKey: queryKeys.scheduled(conversationId) });
    if (!thread) {
      // It was asked for before the conversation was there.
      if (queryClient.getQueryState(queryKeys.thread(conversationId))?.status === 'error') refreshThread(conversationId);
      return;
    }
    if (known && place === 'next') return;
    if (isSending(conversationId)) undecided.add(conversationId);
    else refreshThread(conversationId);
  }

  const scheduledIn = (conversationId: string) =>
    (queryClient.getQueryData<Message[]>(queryKeys.scheduled(conversationId)) ?? []).map(({ id }) => id);

  function onOpened(conversationId: string, seq: number): void {
    const last = lastSeqs.get(conversationId);
    lastSeqs.set(conversationId, seq);
    if (last === seq) return;
    // What was read before the room was joined may have missed a change.
    if (queryClient.getQueryState(queryKeys.thread(conversationId))) refreshThread(conversationId);
    conversations.refresh();
  }

  /** A page of a thread, with the events on top that came in while it was fetched. */
  async function loadMessages(conversationId: string, cursor: string | null, signal: AbortSignal): Promise<Page<Message>> {
    const mark = recent.mark();
    const page = await api.messages(conversationId, cursor, signal).catch((error: unknown) => {
      // It was asked for before the conversation was there, which it is now.
      if (recent.since(mark, conversationId).length > 0) setTimeout(() => refreshThread(conversationId), threadRefreshGapMs);
      throw error;
    });
    const missed = recent.since(mark, conversationId);
    if (cursor === null && missed.some((event) => !page.data.some((message) => message.id === event.messageId))) {
      setTimeout(() => refreshThread(conversationId), threadRefreshGapMs);
    }
    return withEvents(page, missed);
  }

  const isSending = (conversationId: string) =>
    outbox.entries.get().some((entry) => entry.conversationId === conversationId && entry.state === 'sending');

  function onAccepted(entry: OutboxEntry, { id, conversationId, status }: Accepted): void {
    bubbleKeys.set(id, entry.idempotencyKey);
    const event = recent.newestOf(id);
    const message: Message = {
      id,
      conversationId,
      direction: 'outbound',
      to: entry.to,
      from: entry.from ?? '',
      body: entry.body,
      status: event?.status ?? status,
      createdAt: entry.createdAt,
      error: event?.error ?? null,
      sendAt: entry.sendAt ?? null,
      archived: false,
      contentKeptDays: null,
    };
    const queryKey = queryKeys.thread(conversationId);
    const thread = threadOf(conversationId);
    if (thread) queryClient.setQueryData<Thread>(queryKey, withMessage(thread, message));
    // A fetch that left before the message was there would wipe it out again.
    if (undecided.delete(conversationId) || queryClient.isFetching({ queryKey }) > 0) refreshThread(conversationId);
    live.follow([conversationId]);
    conversations.refresh();
    if (entry.sendAt) void queryClient.invalidateQueries({ queryKey: queryKeys.scheduled(conversationId) });
  }

  const company = createCompany();
  const live = connectLive({
    workspaceId,
    credential,
    lastSeqOf: (conversationId) => lastSeqs.get(conversationId),
    onStatus,
    onOpened,
    onPresence: company.hear,
    onMarks(marks) {
      conversations.putMarks(marks);
      // Some list may have it from now on.
      conversations.refresh();
    },
    onListChanged: conversations.refresh,
    onState: (state) => connection.set({ ...connection.get(), ...state }),
    onConnected: () => outbox.retryNow(),
    // HTTP knows the reason and has a sentence for it: a 401 here leads back to the sign-in form.
    onTurnedAway: () => void queryClient.invalidateQueries({ queryKey: queryKeys.workspace }),
  });

  const outbox = createOutbox({
    storage: sessionStorage,
    storageKey: `postrider.outbox.${workspaceId}`,
    attempt: (entry) => sendMessage(entry, live, api),
    onAccepted,
    onRefused(entry, { code, sentence, errors, inDoubt }) {
      const { to, from, body, sendAt, idempotencyKey, conversationId } = entry;
      // Another tab has sent this draft, with other words: these are a message of their own.
      const isOther = code === 'idempotency_key_reused';
      drafts.giveBack(conversationId ?? newMessageDraft, {
        to,
        body,
        ...(from ? { from } : {}),
        ...(sendAt ? { sendAt } : {}),
        refusal: isOther
          ? { sentence: 'Another tab has sent this draft in other words. Send again to send these, too.', errors: [] }
          : { sentence, errors },
        ...(isOther ? {} : { key: idempotencyKey, inDoubt }),
      });
      if (code === 'forbidden') void queryClient.invalidateQueries({ queryKey: queryKeys.me });
      if (code === 'opted_out' && conversationId) void queryClient.invalidateQueries({ queryKey: queryKeys.conversation(conversationId) });
      if (conversationId && undecided.delete(conversationId)) refreshThread(conversationId);
      if (code === 'unauthorized') onUnauthorized(sentence);
    },
  });

  const updateSocketFact = () => connection.set({ ...connection.get(), socket: live.state.get() });
  const ends = [
    live.state.subscribe(updateSocketFact),
    connection.subscribe(() => {
      if (connection.get().reachable) outbox.retryNow();
    }),
  ];
  updateSocketFact();
  outbox.retryNow();

  return {
    api,
    conversations,
    toast,
    say,
    live,
    company,
    outbox,
    drafts,
    connection,
    loadMessages,
    refreshThread,
    bubbleKeyOf: (messageId: string): string => bubbleKeys.get(messageId) ?? messageId,
    close(): void {
      for (const end of ends) end();
      outbox.close();
      company.close();
      conversations.close();
      live.close();
    },
  };
}
