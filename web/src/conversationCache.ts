import type { QueryClient } from '@tanstack/react-query';
import { type Api, type Conversation, type ConversationChange, Refusal } from './api.js';
import type { Me } from './authApi.js';
import { coalesce } from './coalesce.js';
import { type ConversationFilter, isIn } from './conversationFilter.js';
import { applyMarks, applyStatusToList, type ConversationMarks, isLastMessage, withHead } from './conversationList.js';
import { queryKeys } from './queryKeys.js';
import type { ConversationList, StatusEvent } from './thread.js';

const refreshGapMs = 1_000;
/** What no event tells of, such as a contact that was given a name, is looked for so often; without a socket, everything is. */
const pollMs = 30_000;
const fallbackPollMs = 5_000;

export interface ConversationCacheOptions {
  api: Api;
  queryClient: QueryClient;
  isLive(): boolean;
  /** A sentence for the person who asked for what was refused. */
  say(sentence: string): void;
}

/** Conversations as the page holds them: the lists that are open, and those that were looked at. */
export function createConversationCache({ api, queryClient, isLive, say }: ConversationCacheOptions) {
  const lists = () => queryClient.getQueryCache().findAll({ queryKey: queryKeys.conversations });
  const filterOf = (queryKey: readonly unknown[]) => queryKey[1] as ConversationFilter;
  const myId = () => {
    const me = queryClient.getQueryData<Me>(queryKeys.me);
    return me?.kind === 'person' ? me.id : null;
  };

  let missed = false;
  async function refreshHeads(): Promise<void> {
    // Nobody looks: once somebody does, once is enough.
    missed = document.visibilityState === 'hidden';
    if (missed) return;
    await Promise.all(
      lists().map(async (query) => {
        const { queryKey } = query;
        // What is fetched at this moment would be put over what is read now.
        if (query.state.fetchStatus === 'fetching') return void setTimeout(refresh, refreshGapMs);
        if (!query.state.data || !query.isActive()) return queryClient.invalidateQueries({ queryKey, exact: true });
        const head = await api.conversations(filterOf(queryKey), null);
        for (const conversation of head.data) putOne(conversation);
        queryClient.setQueryData<ConversationList>(queryKey, (list) => list && withHead(list, head));
      }),
    );
  }
  const refresh = coalesce(refreshHeads, refreshGapMs);

  let polledAtMs = Date.now();
  const timer = setInterval(() => {
    if (document.visibilityState === 'hidden' || Date.now() - polledAtMs < (isLive() ? pollMs : fallbackPollMs)) return;
    polledAtMs = Date.now();
    refresh();
  }, 1_000);

  const onVisible = () => {
    if (missed && document.visibilityState === 'visible') refresh();
  };
  document.addEventListener('visibilitychange', onVisible);

  /** One that was looked at; one that never was is not kept for nothing. */
  function putOne(conversation: Conversation): void {
    const queryKey = queryKeys.conversation(conversation.id);
    if (queryClient.getQueryState(queryKey)) queryClient.setQueryData(queryKey, conversation);
  }

  function putMarks(marks: ConversationMarks): void {
    queryClient.setQueryData<Conversation>(queryKeys.conversation(marks.id), (one) => one && { ...one, ...marks });
    for (const { queryKey } of lists()) {
      const belongs = (one: Conversation) => isIn(filterOf(queryKey), one, myId());
      queryClient.setQueryData<ConversationList>(queryKey, (list) => list && applyMarks(list, marks, belongs));
    }
  }

  const marksOf = ({ id, status, closedAt, assignee, unread }: Conversation): ConversationMarks => ({
    id,
    status,
    closedAt,
    assignee,
    unread,
  });

  /** Shows at once what was asked for, and what came of it when the server has answered. */
  async function change(before: Conversation, wanted: Partial<ConversationMarks>, ask: () => Promise<Conversation>): Promise<boolean> {
    putMarks({ ...marksOf(before), ...wanted });
    try {
      putMarks(marksOf(await ask()));
      refresh();
      return true;
    } catch (error) {
      putMarks(marksOf(before));
      // Somebody was quicker, or the right to do it is gone: what holds now is read.
      void queryClient.invalidateQueries({ queryKey: queryKeys.conversation(before.id) });
      if (error instanceof Refusal && error.status === 403) void queryClient.invalidateQueries({ queryKey: queryKeys.me });
      say(error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  return {
    refresh,
    putMarks,
    known: (id: string) => queryClient.getQueryData<Conversation>(queryKeys.conversation(id)),
    onStatus(event: StatusEvent): void {
      for (const { queryKey } of lists()) {
        queryClient.setQueryData<ConversationList>(queryKey, (list) => list && applyStatusToList(list, event));
      }
      const queryKey = queryKeys.conversation(event.conversationId);
      // It was asked for before it was there; or its contact has written, which opens it, and may have been a STOP.
      if (queryClient.getQueryState(queryKey)?.status === 'error' || event.direction === 'inbound')
        void queryClient.invalidateQueries({ queryKey });
    },
    isLastMessage: (messageId: string): boolean =>
      lists().some(({ state }) => isLastMessage(state.data as ConversationList | undefined, messageId)),
    setStatus: (one: Conversation, status: Conversation['status']) =>
      change(one, { status, closedAt: null }, () => api.changeConversation(one.id, { status })),
    assign: (one: Conversation, assignee: Conversation['assignee']) => {
      const asked: ConversationChange = { assigneeId: assignee?.id ?? null, ifAssigneeId: one.assignee?.id ?? null };
      return change(one, { assignee }, () => api.changeConversation(one.id, asked));
    },
    markUnread: (one: Conversation) => change(one, { unread: true }, () => api.markUnread(one.id)),
    /** Nobody asked for it, so nobody is told where it fails: the next look tries again. */
    async markRead(one: Conversation): Promise<void> {
      putMarks({ ...marksOf(one), unread: false });
      await api.markRead(one.id, one.lastSeq).then(
        (now) => {
          // Where more has come in it is unread still, and this says up to where there is to read.
          putOne(now);
          putMarks(marksOf(now));
        },
        () => undefined,
      );
    },
    close(): void {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisible);
    },
  };
}
