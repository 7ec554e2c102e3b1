import type { AttemptStatus, MessageStatus } from './messageStatus.js';

/**
 * News about a message: an answer of the provider, a callback, a proof from its list, a decision. Every change of state
 * after the attempt has begun goes through here, so the order of states is kept in one statement.
 */
export interface Advance {
  workspaceId: string;
  messageId: string;
  /** When the message was stored: says in which partition it lies. Epoch milliseconds. */
  createdAtMs: number;
  /** Number of the attempt the news is about; 0 where there was none. */
  attempt: number;
  provider: string;
  /** The attempt's new state, or null where the news is about the message only. */
  attemptStatus: AttemptStatus | null;
  /** The message's new state; applied only if the attempt is its newest. */
  messageStatus: MessageStatus;
  /** The states of the message that yield; by default those that the order of states allows. */
  from?: MessageStatus[];
  providerMessageId?: string | null;
  error?: { code: string; message: string } | null;
  evidence?: string;
  /** To whom the message was, where the news bring a receipt: by whose key it is sealed. */
  contactId?: string;
  /** What a callback said, by the provider's own names; stored before anything else happens. */
  receipt?: Record<string, unknown>;
}
