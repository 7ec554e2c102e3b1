import type { z } from 'zod';
import type { OptOutType } from '../domain/consentWords.js';
import type { ProviderStatus } from '../domain/messageStatus.js';

/** Credentials of one account at a provider. Never logged. */
export interface Account {
  /** How the provider names the account. */
  accountSid: string;
  /** The one secret, with which we prove who we are. */
  authToken: string;
  /** What else the provider needs to know, by name. Not secret. */
  settings: Readonly<Record<string, string>>;
}

/** One value of an account, as people give it, and where it is kept. */
export interface AccountField {
  keptAs: 'accountSid' | 'authToken' | 'setting';
  schema: z.ZodType<string, unknown>;
}

/** What a provider can and cannot do; what the core does differs by it. */
export interface Capabilities {
  /** Its messages can be listed, so that a send whose answer was lost can be looked for. */
  canList: boolean;
  /** It documents that a request which comes again under the same reference sends nothing a second time. */
  isIdempotent: boolean;
  /** A sender may be a group of numbers of which it chooses one, instead of a number. */
  hasMessagingServices: boolean;
  /** It gives up a message whose validity is over. */
  limitsValidity: boolean;
}

export interface SendRequest {
  to: string;
  /** A number, or a Messaging Service where the provider has such. */
  from: string;
  body: string;
  mediaUrls: string[];
  /** Names this send. What must not be sent a second time comes again under the same reference. */
  reference: string;
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

/** A request that says it comes from the provider. */
export interface CallbackRequest {
  /** The URL that the provider was given, with its query. */
  url: string;
  /** By their names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  /** As it came. */
  body: string;
  /** Epoch milliseconds. */
  receivedAtMs: number;
}

/** What a callback says, by the provider's own names. Kept as its receipt. */
export type CallbackFields = Record<string, unknown>;

/** A status callback, read from its fields. */
export interface StatusCallback {
  providerMessageId: string;
  /** Undefined for a state that says nothing new, such as the initial one, or one we don't know. */
  status: ProviderStatus | undefined;
  /** The provider's own word for it. */
  providerStatus: string;
  error: { code: string; message: string } | null;
}

/** A message that came in, read from its fields. Numbers are as the provider writes them. */
export interface InboundCallback {
  providerMessageId: string;
  from: string;
  to: string;
  /** The Messaging Service that `to` belongs to, where the provider says so. */
  messagingService?: string;
  body: string;
  mediaUrls: string[];
  /** What the provider has read in it and acted on, where it says so. */
  optOutType: OptOutType | undefined;
}

/** The port to whoever sends text messages. Vendor code stays behind it; logger, clock and storage stay before it. */
export interface SmsProvider {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** What an account of it consists of, by the name under which people give it. */
  readonly accountFields: Readonly<Record<string, AccountField>>;
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
   * where the list is very long. Throws ProviderUnavailable, always where it has no list (`capabilities.canList`).
   */
  listMessages(account: Account, filter: ListFilter): Promise<ProviderMessage[]>;
  /** Whether a callback was signed by the account, about the account's own, and lately where its signature has a time. */
  verifyCallback(account: Account, callback: CallbackRequest): boolean;
  /** The fields of a callback's body; undefined where that is not in the provider's form. */
  readCallback(body: string): CallbackFields | undefined;
  parseStatusCallback(fields: CallbackFields): StatusCallback | undefined;
  /** Undefined for fields that lack what a message needs: its id, its sender or its recipient. */
  parseInbound(fields: CallbackFields): InboundCallback | undefined;
  close(): void;
}
