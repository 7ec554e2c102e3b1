import type { MessageRef } from '../domain/ids.js';
import { cancelSignalTimeoutMs } from '../domain/limits.js';
import { cancelRequestedSignal } from '../workflows/messages.js';
import { type SignalServices, signalMessage } from './signalMessage.js';

/**
 * Ends the wait of a message's run, so that it reads its row and finds what was done by hand or by an opt-out. A signal
 * that is lost only delays that until the end of the wait; one that has closed needs none.
 */
export async function tellToReadRow(services: SignalServices, ref: MessageRef): Promise<void> {
  await signalMessage(services, ref, cancelSignalTimeoutMs, cancelRequestedSignal);
}
