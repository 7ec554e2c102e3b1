import type { Advance } from '../domain/advance.js';
import type { Dependencies } from './dependencies.js';

/**
 * Local activity. Stores what a send came to, where the send step itself could not. Retried without end: until it is
 * stored nothing else may happen to the message.
 */
export function storeNews({ store }: Dependencies) {
  return async (news: Advance): Promise<void> => {
    await store.advance(news);
  };
}
