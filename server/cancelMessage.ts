import { Problem } from '../domain/errors.js';
import { callAfter } from '../lives/callMessages.js';
import { tellToReadRow } from '../lives/tellToReadRow.js';
import type { ByHand } from '../storage/audit.js';
import type { MessageView } from './messageView.js';
import type { Services } from './services.js';
import { isRepeat, storedRef, viewOfStored } from './storedMessage.js';

/**
 * Cancels a message that is not on its way yet, and answers it; one that is canceled already is answered the same. The
 * database decides, against the send that may begin at the same moment; the signal only spares its workflow the rest of
 * its wait. Throws Problem: `not_found`; `too_late_to_cancel` with the state it has; `idempotency_key_reused`; `unavailable` for one that was
 * accepted a moment ago and has no row yet.
 */
export async function cancelMessage(services: Services, workspaceId: string, messageId: string, byHand: ByHand): Promise<MessageView> {
  const ref = await storedRef(services, workspaceId, messageId);
  await isRepeat(services, ref, byHand, ['message.canceled']);
  const status = await services.store.cancel(ref, byHand);
  const message = await viewOfStored(services, ref);
  if (status !== 'canceled') {
    throw new Problem('too_late_to_cancel', `the message is ${status}: only one that is scheduled or queued can be canceled`, {
      messageStatus: message.status,
    });
  }
  // Also where it was canceled before: the first signal may have been lost.
  await tellToReadRow(services, ref);
  await callAfter(services, ref);
  return message;
}
