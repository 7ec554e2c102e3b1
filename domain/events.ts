import type { InboundConsent } from './consent.js';
import type { MessageError } from './message.js';
import type { MessageStatus } from './messageStatus.js';

/** A step of a message's life as it is stored, numbered and relayed to the sockets of its conversation. */
export interface MessageEvent {
  workspaceId: string;
  conversationId: string;
  messageId: string;
  /** Gap-free within the workspace. */
  seq: number;
  /** The seq before this one in the same conversation, 0 for the first. */
  prev: number;
  status: MessageStatus;
  direction: 'outbound' | 'inbound';
  /** Number of the send attempt, 0 before the first. */
  attempt: number;
  providerMessageId: string | null;
  error: MessageError | null;
  /** Of an inbound message that says something of its sender's consent; else null. */
  consent: InboundConsent | null;
  /** ISO 8601. */
  at: string;
}
