import type { Message } from './api.js';
import type { OutboxEntry } from './outbox.js';
import { dayNumber, dayText } from './timeText.js';

/** One row of a thread: a message, or one that is on its way to the server, with what stands above it. */
export type ThreadRow = { key: string; day: string | null; border: boolean; chars: number } & (
  | { kind: 'message'; message: Message }
  | { kind: 'pending'; entry: OutboxEntry }
);

/** Rows of a thread, the newest first, as they are counted from below. `messages` is in reading order. */
export function threadRows(messages: readonly Message[], pending: readonly OutboxEntry[], keyOf: (id: string) => string): ThreadRow[] {
  let dayBefore: number | null = null;
  const rows: ThreadRow[] = messages.map((message, place) => {
    const before = messages[place - 1];
    const day = dayNumber(new Date(message.createdAt));
    const isNewDay = day !== dayBefore;
    dayBefore = day;
    return {
      kind: 'message',
      key: keyOf(message.id),
      day: isNewDay ? dayText(message.createdAt) : null,
      // The last that is in the archive, seen from now.
      border: !message.archived && before?.archived === true,
      chars: message.body?.length ?? 0,
      message,
    };
  });
  const outgoing = pending.map(
    (entry): ThreadRow => ({ kind: 'pending', key: entry.idempotencyKey, day: null, border: false, chars: entry.body.length, entry }),
  );
  return [...rows, ...outgoing].reverse();
}

const lineCharacters = 48;
const lineHeightPx = 23;

/** About how high a row is before it was measured. */
export function rowHeight({ day, border, chars }: ThreadRow): number {
  return 42 + Math.max(1, Math.ceil(chars / lineCharacters)) * lineHeightPx + (day ? 40 : 0) + (border ? 32 : 0);
}
