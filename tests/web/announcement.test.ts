import { describe, expect, it } from '@jest/globals';
import { announcementOf } from '../../web/src/announcement.js';
import type { Message } from '../../web/src/api.js';

function message(id: string, change: Partial<Message> = {}): Message {
  return {
    id,
    conversationId: 'c1',
    direction: 'outbound',
    to: '+447700900001',
    from: '+447700900002',
    body: `words of ${id}`,
    status: 'sent',
    createdAt: '2026-11-20T10:00:00.000Z',
    error: null,
    sendAt: null,
    contentKeptDays: null,
    archived: false,
    ...change,
  };
}

describe('a screen reader is told', () => {
  it('nothing of a thread that was just opened', () => {
    expect(announcementOf(null, [message('m1', { direction: 'inbound' })])).toBeNull();
  });

  it('what a contact wrote', () => {
    expect(announcementOf([message('m1')], [message('m1'), message('m2', { direction: 'inbound' })])).toBe('New message: words of m2');
  });

  it('nothing of older messages that were just loaded', () => {
    const older = message('m0', { direction: 'inbound', createdAt: '2026-11-19T10:00:00.000Z' });
    expect(announcementOf([message('m1')], [older, message('m1')])).toBeNull();
  });

  it('that a message arrived, or why it did not, but not each step on the way', () => {
    const before = [message('m1', { status: 'queued' })];
    expect(announcementOf(before, [message('m1', { status: 'sending' })])).toBeNull();
    expect(announcementOf(before, [message('m1', { status: 'delivered' })])).toBe('Delivered: words of m1');
    const failed = message('m1', { status: 'failed', error: { code: '21610', message: 'The contact has opted out' } });
    expect(announcementOf(before, [failed])).toBe('Not sent: The contact has opted out: words of m1');
  });
});
