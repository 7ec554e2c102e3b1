import type { InfiniteData } from '@tanstack/react-query';
import type { MessageEvent } from '../../domain/events.js';
import type { Conversation, Message, Page } from './api.js';

/** What is shown in place of a text that was erased, or whose time is over. */
export function goneText({ contentKeptDays }: Pick<Message, 'contentKeptDays'>): string {
  if (contentKeptDays === null) return 'This text was erased';
  return `Text removed (kept ${contentKeptDays} ${contentKeptDays === 1 ? 'day' : 'days'})`;
}

/** A conversation's messages as they are cached: pages newest first, each page newest first. */
export type Thread = InfiniteData<Page<Message>>;
export type ConversationList = InfiniteData<Page<Conversation>>;

/** What the socket says about a message. */
export type StatusEvent = Pick<MessageEvent, 'seq' | 'prev' | 'messageId' | 'conversationId' | 'status' | 'direction' | 'at' | 'error'>;

/**
 * Where an event stands after the last seq seen in its conversation. `gap`: something before it was missed, so what is
 * cached can't be trusted. Before the first seq is known everything but the conversation's very first event is a gap.
 */
export function placeOf(event: Pick<StatusEvent, 'seq' | 'prev'>, lastSeq: number | undefined): 'seen' | 'next' | 'gap' {
  if (lastSeq === undefined) return event.prev === 0 ? 'next' : 'gap';
  if (event.seq <= lastSeq) return 'seen';
  return event.prev > lastSeq ? 'gap' : 'next';
}

export function hasMessage(thread: Thread | undefined, messageId: string): boolean {
  return thread?.pages.some((page) => page.data.some((message) => message.id === messageId)) ?? false;
}

/**
 * Takes over what the event says. That a status only moves upwards is decided by the server when it stores the event, so
 * here the newest event wins. What doesn't change keeps its identity, or every event would render every bubble again.
 */
export function applyStatus(thread: Thread, event: StatusEvent): Thread {
  const pages = replaceIn(thread.pages, event.messageId, (message) => ({ ...message, status: event.status, error: event.error }));
  return pages === thread.pages ? thread : { ...thread, pages };
}

/** Adds a message that was just accepted. If a fetch was faster, what it brought is newer. */
export function withMessage(thread: Thread, message: Message): Thread {
  if (hasMessage(thread, message.id)) return thread;
  const [newest, ...older] = thread.pages;
  if (!newest) return thread;
  return { ...thread, pages: [{ ...newest, data: [message, ...newest.data] }, ...older] };
}

/** Puts the events that came in while a page was on its way on top of it: its rows may have been read before them. */
export function withEvents(page: Page<Message>, events: readonly StatusEvent[]): Page<Message> {
  const inOrder = events.toSorted((a, b) => a.seq - b.seq);
  return inOrder.reduce((updated, { messageId, status, error }) => {
    const [next = updated] = replaceIn([updated], messageId, (message) => ({ ...message, status, error }));
    return next;
  }, page);
}

/** Oldest first, as it is read. While pages shift under a new message, two of them may hold the same one. */
export function inReadingOrder(thread: Thread | undefined): Message[] {
  const byId = new Map<string, Message>();
  for (const page of thread?.pages ?? []) for (const message of page.data) if (!byId.has(message.id)) byId.set(message.id, message);
  return [...byId.values()].reverse();
}

function replaceIn(pages: Page<Message>[], messageId: string, change: (message: Message) => Message): Page<Message>[] {
  const pageIndex = pages.findIndex((page) => page.data.some((message) => message.id === messageId));
  const page = pages[pageIndex];
  if (!page) return pages;
  return pages.with(pageIndex, { ...page, data: page.data.map((message) => (message.id === messageId ? change(message) : message)) });
}
