import type { StoredRef } from '../storage/messages.js';
import type { RecordedOutcome } from '../storage/recordOutcomes.js';
import type { Dependencies } from './dependencies.js';
import { failureOf } from './failures.js';

/** Local activity, the last of a message's life: marks it as finished and answers its final state as stored. */
export function recordOutcome({ store }: Dependencies) {
  return async (message: StoredRef): Promise<RecordedOutcome> => {
    const recorded = await store.record(message);
    if (!recorded)
      throw failureOf(
        { kind: 'own', code: 'message_missing', message: `message ${message.messageId} is not stored any more` },
        { tries: 1 },
      );
    return recorded;
  };
}
