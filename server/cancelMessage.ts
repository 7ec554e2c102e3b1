import { Problem } from '../domain/errors.js';
import { callAfter } from '../lives/callMessages.js';
import { tellCanceled } from '../lives/tellCanceled.js';
import { findKey } from '../storage/messageKeys.js';
import { readMessage } from '../storage/messages.js';
import { acceptedMessage } from './acceptMessage.js';
import { type MessageView, viewOf } from './messageView.js';
import type { Services } from './services.js';

/**
 * Cancels a message that is not on its way yet, and answers it; one that is canceled already is answered the same. The
 * database decides, against the send that may begin at the same moment; the signal only spares its workflow the rest of
 * its wait. Throws Problem: `not_found`; `too_late_to_cancel` with the state it has; `unavailable` for one that was
 * accepted a moment ago and has no row yet.
 */
export async function cancelMessage(services: Services, workspaceId: string, messageId: string): Promise<MessageView> {
  const ref = { workspaceId, messageId };
  const key = await findKey(services.database, workspaceId, messageId);
  const status = key && (await services.store.cancel(key));
  const message = status && (await readMessage(services.database, key));
  if (!message) {
    if (await acceptedMessage(services, ref)) {
      throw new Problem('unavailable', 'the message is accepted and not stored yet: ask again in a moment', { retryAfterSeconds: 1 });
    }
    throw new Problem('not_found', 'this workspace has no message with that id');
  }
  if (status !== 'canceled') {
    throw new Problem('too_late_to_cancel', `the message is ${status}: only one that is scheduled or queued can be canceled`, {
      messageStatus: status,
    });
  }
  // Also where it was canceled before: the first signal may have been lost.
  await tellCanceled(services, ref);
  await callAfter(services, key);
  return viewOf(message);
}
