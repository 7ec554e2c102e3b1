import type { MessageRef } from '../domain/ids.js';
import { callsConcurrentMax, callTimeoutMs } from '../domain/limits.js';
import { askAgainSignal } from '../workflows/messages.js';
import { type SignalServices, signalMessage } from './signalMessage.js';

/** Has messages that sleep until their turn ask for another one, some at once and in order. Never fails: who is not told comes at its turn. */
export async function tellToAskAgain(services: SignalServices, messages: MessageRef[]): Promise<void> {
  const left = [...messages];
  const teller = async () => {
    for (let one = left.shift(); one; one = left.shift()) await signalMessage(services, one, callTimeoutMs, askAgainSignal);
  };
  await Promise.all(Array.from({ length: callsConcurrentMax }, teller));
}
