import { describe, expect, it } from '@jest/globals';
import type { Message } from '../../web/src/api.js';
import {
  applyStatus,
  goneText,
  inReadingOrder,
  placeOf,
  type StatusEvent,
  type Thread,
  withEvents,
  withMessage,
} from '../../web/src/thread.js';

function message(id: string, change: Partial<Message> = {}): Message {
  return {
    id,
    conversationId: 'c1',
    direction: 'outbound',
    to: '+447700900001',
    from: '+447700900002',
    body: id,
    status: 'queued',
    createdAt: '2026-11-20T10:00:00.000Z',
    error: null,
    sendAt: null,
    contentKeptDays: null,
    archived: false,
    ...change,
  };
}

function event(seq: number, messageId: string, change: Partial<StatusEvent> = {}): StatusEvent {
  return {
    seq,
    prev: seq - 1,
    messageId,
    conversationId: 'c1',
    status: 'sent',
    direction: 'outbound',
    at: '2026-11-20T10:00:01.000Z',
    error: null,
    ...change,
  };
}

/** Pages newest first, as the server sends them. */
function thread(...pages: Message[][]): Thread {
  return { pages: pages.map((data) => ({ data, nextCursor: null })), pageParams: pages.map(() => null) };
}

const statusOf = (from: Thread, id: string) => inReadingOrder(from).find((found) => found.id === id)?.status;

describe('an event of a conversation', () => {
  it('is next when it follows the last one seen, though other conversations took numbers in between', () => {
    expect(placeOf({ seq: 12, prev: 7 }, 7)).toBe('next');
  });

  it('is seen when it comes a second time', () => {
    expect(placeOf({ seq: 7, prev: 3 }, 7)).toBe('seen');
    expect(placeOf({ seq: 5, prev: 3 }, 7)).toBe('seen');
  });

  it('is a gap when the one before it never came', () => {
    expect(placeOf({ seq: 12, prev: 9 }, 7)).toBe('gap');
  });

  it('is a gap before anything is known of the conversation, unless the conversation begins with it', () => {
    expect(placeOf({ seq: 12, prev: 9 }, undefined)).toBe('gap');
    expect(placeOf({ seq: 12, prev: 0 }, undefined)).toBe('next');
  });

  it('is no gap when the room was opened at a later number than the event before it', () => {
    expect(placeOf({ seq: 12, prev: 7 }, 9)).toBe('next');
  });
});

describe('a thread', () => {
  it('takes over status and error of the message an event names, on whichever page it is', () => {
    const before = thread([message('m3')], [message('m2'), message('m1')]);
    const error = { code: '30003', message: 'unreachable' };
    const after = applyStatus(before, event(4, 'm1', { status: 'undelivered', error }));
    expect(inReadingOrder(after).map((found) => [found.id, found.status, found.error])).toEqual([
      ['m1', 'undelivered', error],
      ['m2', 'queued', null],
      ['m3', 'queued', null],
    ]);
  });

  it('keeps what did not change, so that only one bubble renders again', () => {
    const before = thread([message('m3')], [message('m2'), message('m1')]);
    const after = applyStatus(before, event(4, 'm1'));
    expect(after.pages[0]).toBe(before.pages[0]);
    expect(after.pages[1]?.data[0]).toBe(before.pages[1]?.data[0]);
  });

  it('is the same thread after an event of a message it does not hold', () => {
    const before = thread([message('m1')]);
    expect(applyStatus(before, event(4, 'elsewhere'))).toBe(before);
  });

  it('shows a message that was just accepted as its newest', () => {
    const after = withMessage(thread([message('m1')]), message('m2'));
    expect(inReadingOrder(after).map((found) => found.id)).toEqual(['m1', 'm2']);
  });

  it('keeps what was fetched of an accepted message where the fetch was faster than the answer', () => {
    const before = thread([message('m1', { status: 'delivered' })]);
    expect(statusOf(withMessage(before, message('m1', { status: 'queued' })), 'm1')).toBe('delivered');
  });

  it('reads oldest first and shows a message once, even if two pages hold it', () => {
    const shifted = thread([message('m3'), message('m2')], [message('m2'), message('m1')]);
    expect(inReadingOrder(shifted).map((found) => found.id)).toEqual(['m1', 'm2', 'm3']);
  });
});

describe('a page that was under way while events came in', () => {
  it('ends with the newest of them, in whatever order they came', () => {
    const page = { data: [message('m1')], nextCursor: null };
    const events = [event(6, 'm1', { status: 'delivered' }), event(5, 'm1', { status: 'sent' }), event(7, 'elsewhere')];
    expect(withEvents(page, events).data.map((found) => found.status)).toEqual(['delivered']);
  });

  it('stays the same page when none came', () => {
    const page = { data: [message('m1')], nextCursor: null };
    expect(withEvents(page, [])).toBe(page);
  });
});

describe('a text that is gone', () => {
  it('says whether it was erased, or for how long it was kept', () => {
    expect([null, 1, 7].map((contentKeptDays) => goneText({ contentKeptDays }))).toEqual([
      'This text was erased',
      'Text removed (kept 1 day)',
      'Text removed (kept 7 days)',
    ]);
  });
});
