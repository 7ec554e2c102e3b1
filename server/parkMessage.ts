import { Problem } from '../domain/errors.js';
import { callAfter } from '../lives/callMessages.js';
import { tellToReadRow } from '../lives/tellToReadRow.js';
import type { ByHand } from '../storage/audit.js';
import { parkableStatuses } from '../storage/moveByHand.js';
import type { MessageView } from './messageView.js';
import type { Services } from './services.js';
import { isRepeat, storedRef, viewOfStored } from './storedMessage.js';

/**
 * Puts a message aside that is not with the provider as far as anybody knows: it is not sent until somebody retries it. One
 * that is parked already is answered the same. Throws Problem: `not_found`, `not_possible_now`, `unavailable`.
 */
export async function parkMessage(services: Services, workspaceId: string, messageId: string, byHand: ByHand): Promise<MessageView> {
  const ref = await storedRef(services, workspaceId, messageId);
  if (await isRepeat(services, ref, byHand, ['message.parked'])) return viewOfStored(services, ref);
  const parked = await services.store.park(ref, byHand);
  const message = await viewOfStored(services, ref);
  if (parked?.status !== 'parked') {
    throw new Problem(
      'not_possible_now',
      `the message is ${message.status}: only one that is ${parkableStatuses.join(', ')} can be parked`,
      {
        messageStatus: message.status,
      },
    );
  }
  await tellToReadRow(services, ref);
  await callAfter(services, ref);
  return message;
}

/** Takes a message out of the failed queue and leaves it as it is; one that is not in it is answered the same. Throws Problem: `not_found`, `unavailable`. */
export async function dismissMessage(services: Services, workspaceId: string, messageId: string, byHand: ByHand): Promise<MessageView> {
  const ref = await storedRef(services, workspaceId, messageId);
  if (!(await isRepeat(services, ref, byHand, ['message.dismissed']))) await services.store.dismiss(ref, byHand);
  return viewOfStored(services, ref);
}
