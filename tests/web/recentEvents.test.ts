import { describe, expect, it } from '@jest/globals';
import { createRecentEvents } from '../../web/src/recentEvents.js';
import type { StatusEvent } from '../../web/src/thread.js';

function event(seq: number, messageId: string, conversationId = 'c1'): StatusEvent {
  return { seq, prev: seq - 1, messageId, conversationId, status: 'sent', direction: 'outbound', at: '', error: null };
}

describe('recent events', () => {
  it('tells those of one conversation that came after a moment', () => {
    const recent = createRecentEvents();
    recent.add(event(1, 'm1'));
    const mark = recent.mark();
    recent.add(event(2, 'm1'));
    recent.add(event(3, 'm9', 'c2'));
    expect(recent.since(mark, 'c1').map((found) => found.seq)).toEqual([2]);
  });

  it('knows the newest of a message by its number, not by when it came', () => {
    const recent = createRecentEvents();
    recent.add(event(5, 'm1'));
    recent.add(event(4, 'm1'));
    expect(recent.newestOf('m1')?.seq).toBe(5);
    expect(recent.newestOf('m2')).toBeUndefined();
  });

  it('forgets old ones instead of growing', () => {
    const recent = createRecentEvents(10);
    for (let seq = 1; seq <= 1_000; seq += 1) recent.add(event(seq, `m${seq}`));
    expect(recent.since(0, 'c1').length).toBeLessThanOrEqual(20);
    expect(recent.newestOf('m1000')?.seq).toBe(1_000);
  });
});
