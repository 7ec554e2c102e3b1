import { sleep } from '@temporalio/workflow';
import type { MessageOutcome, OutboundMessage } from '../../domain/message.js';
import { sendMessage as unchanged } from '../../workflows/sendMessage.js';

/** sendMessage with a timer in front, as an edit without `patched` would bring it. */
export async function sendMessage(message: OutboundMessage): Promise<MessageOutcome> {
  await sleep('1 second');
  return unchanged(message);
}
