import type { MessageRef } from '../domain/ids.js';
import { callsConcurrentMax, callTimeoutMs } from '../domain/limits.js';
import { askAgainSignal } from '../workflows/messages.js';
import { severalAtOnce } from './severalAtOnce.js';
import { type SignalServices, signalMessage } from './signalMessage.js';

/** Has messages that sleep until their turn ask for another one, some at once and in order. Never fails: who is not told comes at its turn. */
export async function tellToAskAgain(services: SignalServices, messages: MessageRef[]): Promise<void> {
  await severalAtOnce(messages, callsConcurrentMax, (one) => signalMessage(services, one, callTimeoutMs, askAgainSignal));
}
