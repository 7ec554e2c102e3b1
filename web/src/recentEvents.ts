import type { StatusEvent } from './thread.js';

/** The last events in the order in which they arrived, for laying over answers that were under way meanwhile. */
export function createRecentEvents(capacity = 1_000) {
  let arrived = 0;
  let events: { arrival: number; event: StatusEvent }[] = [];
  return {
    add(event: StatusEvent): void {
      arrived += 1;
      events.push({ arrival: arrived, event });
      if (events.length > capacity * 2) events = events.slice(-capacity);
    },
    /** A moment to ask `since` about. */
    mark: (): number => arrived,
    since: (mark: number, conversationId: string): StatusEvent[] =>
      events.filter((entry) => entry.arrival > mark && entry.event.conversationId === conversationId).map((entry) => entry.event),
    newestOf: (messageId: string): StatusEvent | undefined =>
      events
        .map((entry) => entry.event)
        .filter((event) => event.messageId === messageId)
        .reduce<StatusEvent | undefined>((newest, event) => (newest && newest.seq > event.seq ? newest : event), undefined),
  };
}
