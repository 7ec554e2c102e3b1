import type { LifeStep } from './actions.js';
import type { MessageStatus } from './messageStatus.js';

/** Whose API is spoken. */
export type Vendor = 'twilio' | 'telnyx' | 'gateway';

/** One accepted message. An entry never changes: it is the evidence that the product's own state is checked against. */
export interface LedgerEntry {
  /** 1, 2, 3 … in the order of accepting. */
  n: number;
  /** The provider's id of it. */
  sid: string;
  /** Whose API took it; absent for Twilio's. */
  vendor?: Vendor;
  /** Under which it accepts nothing a second time. */
  reference?: string;
  accountSid: string;
  to: string;
  /** The sender; the one the simulator chose when only a Messaging Service was given. */
  from: string;
  messagingServiceSid: string | null;
  body: string;
  numMedia: number;
  statusCallback: string | null;
  acceptedAtMs: number;
  requestReceivedAtMs: number;
  validityPeriodS: number;
  /** The rule or magic number that shaped it. */
  rule?: string;
  /** Milliseconds after the accept before the list and the fetch show it. */
  listLagMs?: number;
  /** The text that the list and the fetch show, where it is another than the one that was sent. */
  listedBody?: string;
  /** Its statuses, where they differ from the usual life. */
  life?: LifeStep[];
}

/** A message reached the end of its life. The last one of a sid counts: `undelivered` may be corrected to `delivered`. */
export interface FinalState {
  n: number;
  sid: string;
  accountSid: string;
  status: MessageStatus;
  errorCode: number | null;
  atMs: number;
  dateSentMs: number | null;
}

/** One request to send, accepted or not. */
export interface RequestNote {
  n: number;
  atMs: number;
  /** `accepted`, `repeated` (accepted before under its reference), `error:<code>`, `rateLimited`, or an ending and its moment, as `http500:after`. */
  outcome: string;
  accountSid: string;
  to: string | null;
  from: string | null;
  /** Null where it was refused before it was looked at. */
  body: string | null;
  ruleName: string | null;
  /** Set when the message was accepted, whatever the client was told. */
  sid: string | null;
}

/** One try to tell the product something. */
export interface CallbackAttempt {
  status: MessageStatus;
  atMs: number;
  /** The HTTP status answered, or the error that prevented an answer. */
  result: number | string;
}

/** An accepted message as the provider knows it now. */
export interface StoredMessage {
  readonly entry: LedgerEntry;
  status: MessageStatus;
  errorCode: number | null;
  dateSentMs: number | null;
  dateUpdatedMs: number;
  redacted: boolean;
  /** Signs its callbacks: the token its request came with. Never written to disk, so unknown after a restart. */
  authToken: string | null;
  readonly callbacks: CallbackAttempt[];
}
