import type { RecordedOutcome, StoredRef } from '../storage/messages.js';
import type { Dependencies } from './dependencies.js';

/** Local activity, the last of a message's life: marks it as finished and answers its final state as stored. */
export function recordOutcome({ store }: Dependencies) {
  return async (message: StoredRef): Promise<RecordedOutcome> => store.record(message);
}
