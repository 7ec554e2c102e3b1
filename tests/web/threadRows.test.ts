import { describe, expect, it } from '@jest/globals';
import type { Message } from '../../web/src/api.js';
import { threadRows } from '../../web/src/threadRows.js';

const message = (id: string, at: Date, archived = false): Message => ({
  id,
  conversationId: 'c1',
  direction: 'outbound',
  to: '+447700900001',
  from: '+447700900002',
  body: id,
  status: 'delivered',
  createdAt: at.toISOString(),
  error: null,
  sendAt: null,
  contentKeptDays: null,
  archived,
});
// Local times: where a day begins is decided where the reader is.
const messages = [
  message('old', new Date(2025, 1, 3, 9), true),
  message('older still there', new Date(2025, 1, 3, 10)),
  message('next day', new Date(2025, 1, 4, 0, 1)),
];
const entry = { idempotencyKey: 'k1', conversationId: 'c1', to: '+1', body: 'going out', createdAt: '', state: 'sending' } as const;

describe('a thread', () => {
  it('counts from its newest message, which is the one on its way out', () => {
    expect(threadRows(messages, [entry], (id) => `key of ${id}`).map(({ key }) => key)).toEqual([
      'k1',
      'key of next day',
      'key of older still there',
      'key of old',
    ]);
  });

  it('has a heading where a day begins, and a mark where the archive ends', () => {
    const rows = threadRows(messages, [], (id) => id);
    expect(rows.map(({ day, border }) => [day !== null, border])).toEqual([
      [true, false],
      [false, true],
      [true, false],
    ]);
  });
});
