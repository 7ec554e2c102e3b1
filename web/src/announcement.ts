import type { Message } from './api.js';
import { markOf, troubleOf } from './statusWords.js';
import { goneText } from './thread.js';

const excerptCharacters = 60;

/**
 * What a screen reader is told when the open thread changes: words that came in, and where sent ones ended. The steps in
 * between would interrupt for nothing. Null where nothing is worth saying; `before` is null for a thread just opened.
 */
export function announcementOf(before: readonly Message[] | null, now: readonly Message[]): string | null {
  if (before === null) return null;
  const earlier = new Map(before.map((message) => [message.id, message]));
  const newestBefore = before.at(-1)?.createdAt ?? '';
  const sentences: string[] = [];
  for (const message of now) {
    const known = earlier.get(message.id);
    const text = message.body ?? goneText(message);
    const excerpt = text.length > excerptCharacters ? `${text.slice(0, excerptCharacters).trimEnd()}…` : text;
    if (message.direction === 'inbound') {
      // Older messages that were just loaded are not news.
      if (!known && message.createdAt >= newestBefore) sentences.push(`New message: ${excerpt}`);
    } else if (known && known.status !== message.status) {
      const trouble = troubleOf(message);
      if (trouble) sentences.push(`${trouble}: ${excerpt}`);
      else if (markOf[message.status] === 'ticks') sentences.push(`Delivered: ${excerpt}`);
    }
  }
  return sentences.length > 0 ? sentences.join('. ') : null;
}
