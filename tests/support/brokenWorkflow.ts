import { sleep } from '@temporalio/workflow';
import type { MessageOutcome, OutboundMessage } from '../../domain/message.js';
import { sendMessage as unchanged } from '../../workflows/sendMessage.js';

/** sendMessage of a bad release: a timer in front, without `patched`, and then a fault that no retry mends; but for some. */
export async function sendMessage(message: OutboundMessage): Promise<MessageOutcome> {
  await sleep(1);
  if (message.body.startsWith('leaves')) return unchanged(message);
  throw new TypeError('a bad release');
}
