import type { InboundMessage } from '../domain/message.js';
import type { Dependencies } from './dependencies.js';

/** Puts a message that came in into its conversation, with the event that people see; once, however often it runs. */
export function takeUpInbound({ store }: Dependencies) {
  return (message: InboundMessage): Promise<void> => store.takeUp(message);
}
