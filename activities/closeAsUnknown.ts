import type { MessageStatus } from '../domain/messageStatus.js';
import type { StoredRef } from '../storage/messages.js';
import type { Dependencies } from './dependencies.js';

/** Local activity. The message was taken by the provider and no receipt came: said so, never counted as delivered. */
export function closeAsUnknown({ store }: Dependencies) {
  return async (message: StoredRef, attempt: number): Promise<MessageStatus> => {
    const moved = await store.advance({
      ...message,
      attempt,
      provider: '',
      attemptStatus: null,
      messageStatus: 'unknown',
      from: ['accepted', 'sending', 'sent'],
      error: { code: 'no_receipt', message: 'the provider took it and never said what became of it' },
    });
    return moved?.status ?? 'unknown';
  };
}
