import type { OptOutType } from '../domain/consentWords.js';
import type { ProviderStatus } from '../domain/messageStatus.js';

/** Credentials of one account at a provider. Never logged. */
export interface Account {
  accountSid: string;
  authToken: string;
}

export interface SendRequest {
  to: string;
  from: string;
  body: string;
  mediaUrls: string[];
  /** Where the provider reports the message's states. */
  statusCallback: string;
  /** After this many seconds the message is of no use: the provider should not deliver it any more. */
  validitySeconds: number;
}

/**
 * What a send came to, told apart by what may be done next. Only `notSent` and `rateLimited` prove that the message
 * was not processed; after `ambiguous` a blind retry could send it twice.
 */
export type SendOutcome =
  | { kind: 'accepted'; providerMessageId: string; status: ProviderStatus }
  | { kind: 'rejected'; code: string; message: string }
  | { kind: 'rateLimited'; code: string; retryAfterMs: number | null }
  | { kind: 'notSent'; reason: string }
  | { kind: 'ambiguous'; reason: string };

/** A question to a provider that got no answer, or not one that can be read. Nothing is changed by a question: it may be asked again. */
export class ProviderUnavailable extends Error {
  override name = 'ProviderUnavailable';
}

/** A message as the provider knows it. */
export interface ProviderMessage {
  id: string;
  to: string;
  from: string;
  body: string;
  status: ProviderStatus;
  createdAtMs: number;
  error: { code: string; message: string } | null;
}

/** Times are epoch milliseconds, both inclusive. */
export interface ListFilter {
  to?: string;
  from?: string;
  fromMs: number;
  toMs: number;
}

/** A status callback, read from its form. */
export interface StatusCallback {
  providerMessageId: string;
  accountSid: string;
  /** Undefined for a state that says nothing new, such as the initial one, or one we don't know. */
  status: ProviderStatus | undefined;
  /** The provider's own word for it. */
  providerStatus: string;
  error: { code: string; message: string } | null;
}

/** A message that came in, read from its form. Numbers are as the provider writes them. */
export interface InboundCallback {
  providerMessageId: string;
  from: string;
  to: string;
  body: string;
  mediaUrls: string[];
  /** What the provider has read in it and acted on, where it says so. */
  optOutType: OptOutType | undefined;
}

/** The port to whoever sends text messages. Vendor code stays behind it; logger, clock and storage stay before it. */
export interface SmsProvider {
  readonly name: string;
  /**
   * Sends one message. `beforeWrite` runs once the connection is ready and before the first byte of the request; where
   * it answers false nothing is written and the outcome is `notSent`. So it is where `isInTime` answers false, which is asked
   * in the same turn as the write: a process may be frozen at any moment before. Never throws for what the provider does.
   */
  send(account: Account, request: SendRequest, beforeWrite: () => Promise<boolean>, isInTime: () => boolean): Promise<SendOutcome>;
  /** The message as it stands, or undefined where the provider knows no such id. Throws ProviderUnavailable. */
  fetchMessage(account: Account, providerMessageId: string): Promise<ProviderMessage | undefined>;
  /**
   * The account's messages created between two times, newest first, or those to one number or from one sender. May end early
   * where the list is very long. Throws ProviderUnavailable.
   */
  listMessages(account: Account, filter: ListFilter): Promise<ProviderMessage[]>;
  /** Whether a callback to `url` with these fields was signed by the account. */
  verifyCallback(account: Account, callback: { url: string; signature: string; form: Record<string, string> }): boolean;
  parseStatusCallback(form: Record<string, string>): StatusCallback | undefined;
  /** Undefined for a form that lacks what a message needs: its id, its sender or its recipient. */
  parseInbound(form: Record<string, string>): InboundCallback | undefined;
  close(): void;
}
