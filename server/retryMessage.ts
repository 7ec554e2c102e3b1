import { Problem } from '../domain/errors.js';
import type { MessageStatus } from '../domain/messageStatus.js';
import { type Retried, retryMessage as retry } from '../lives/retryMessage.js';
import { ProviderUnavailable } from '../providers/provider.js';
import type { ByHand } from '../storage/audit.js';
import type { MessageView } from './messageView.js';
import type { Services } from './services.js';
import { isRepeat, storedRef, viewOfStored } from './storedMessage.js';

/** What to do instead, where a message is in no state from which it can be sent once more. */
const instead: Partial<Record<MessageStatus, string>> = {
  scheduled: 'it waits for its time and needs no retry',
  queued: 'it waits for its turn and needs no retry',
  dispatching: 'it is on its way: look again in a moment',
  delivered: 'it has arrived: to send the text again, send a new message under a new Idempotency-Key',
  received: 'it came in, and there is nothing to send',
  canceled: 'somebody took it back: to send it all the same, send a new message under a new Idempotency-Key',
};
const withProvider = 'it is with the provider: wait for its receipt, or until it closes as unknown';

/**
 * Sends a message once more that has failed or was parked, and answers it: queued again, or as the provider has it where
 * that shows that it had been sent after all. Throws Problem: `not_found`, `not_possible_now`, `confirmation_required`,
 * `provider_unavailable`, `unavailable`.
 */
export async function retryMessage(
  services: Services,
  workspaceId: string,
  messageId: string,
  byHand: ByHand & { mayHaveBeenSent: boolean },
): Promise<MessageView & { outcome: 'queued' | 'adopted' | 'repeated' }> {
  const ref = await storedRef(services, workspaceId, messageId);
  if (await isRepeat(services, ref, byHand, ['message.retried', 'message.adopted']))
    return { ...(await viewOfStored(services, ref)), outcome: 'repeated' };
  const retried = await askedProvider(() => retry(services, ref, byHand));
  const outcome = outcomeOf(retried);
  return { ...(await viewOfStored(services, ref)), outcome };
}

function outcomeOf(retried: Retried | undefined): 'queued' | 'adopted' {
  switch (retried?.kind) {
    case 'queued':
    case 'adopted':
      return retried.kind;
    case 'unconfirmed':
      throw new Problem(
        'confirmation_required',
        `${retried.why}. Look it up at the provider: if it is there, resolve the message with its id; if you want it sent all the same, ` +
          'retry with {"confirm": "may-have-been-sent"}',
      );
    case 'tooEarly': {
      const retryAfterSeconds = Math.ceil(retried.waitMs / 1_000);
      const detail = `the provider may still hold the request: ask again in ${retryAfterSeconds} s, when that can be known`;
      throw new Problem('not_possible_now', detail, { retryAfterSeconds, messageStatus: 'uncertain' });
    }
    case 'textGone': {
      const detail = 'its text was removed, because the workspace keeps texts no longer: send a new message under a new Idempotency-Key';
      throw new Problem('not_possible_now', detail, { messageStatus: retried.status });
    }
    case 'refused': {
      const { status } = retried;
      throw new Problem('not_possible_now', `the message is ${status}: ${instead[status] ?? withProvider}`, { messageStatus: status });
    }
    case undefined:
      throw new Problem('not_found', 'this workspace has no message with that id');
  }
}

/** What asks a provider. Throws Problem `provider_unavailable` where that does not answer. */
export async function askedProvider<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error;
    throw new Problem('provider_unavailable', `${error.message}. Nothing was changed: try again in a moment`, { retryAfterSeconds: 10 });
  }
}
