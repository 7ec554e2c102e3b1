import type { Readable } from '../storage/contents.js';
import type { MessageStore } from '../storage/messageStore.js';
import { readMessage, type StoredRef } from '../storage/messages.js';

/**
 * Ends a message whose workflow is gone and whose contact was erased: it can't be sent, and nothing can be looked for by its
 * text. Answers whether it was one.
 */
export async function endErased(services: Readable & { store: MessageStore }, ref: StoredRef): Promise<boolean> {
  const message = await readMessage(services, ref);
  if (!message?.erased) return false;
  const { store } = services;
  const about = { ...ref, attempt: message.attempt, provider: '', attemptStatus: null };
  const because = (code: string) => ({ code, message: 'its contact was erased before its end was known' });
  await store.advance({ ...about, messageStatus: 'canceled', from: ['queued', 'scheduled'], error: null });
  await store.advance({ ...about, messageStatus: 'parked', from: ['dispatching', 'uncertain'], error: because('outcome_unknown') });
  await store.advance({ ...about, messageStatus: 'unknown', from: ['accepted', 'sending', 'sent'], error: because('no_receipt') });
  await store.record(ref);
  return true;
}
