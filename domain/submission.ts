/** What the activities of a message's life take and answer. Plain data: it lies in workflow histories. */
import type { Advance } from './advance.js';
import type { ErrorPolicyOverrides } from './errorPolicyOverrides.js';
import type { Deferral, MessageError, OutboundMessage, SendToken } from './message.js';
import type { MessageStatus } from './messageStatus.js';

/**
 * What a message waits for: its booked slot, a rate limiter or a database that does not answer, the time its provider
 * named, an account that is not set up, the next try after one that failed, the time for which it is scheduled, the
 * hours of its recipient, an earlier message to the same contact, or a breaker that lets nothing through.
 */
export type WaitingFor =
  | 'slot'
  | 'limiter'
  | 'provider'
  | 'configuration'
  | 'database'
  | 'retry'
  | 'schedule'
  | 'quietHours'
  | 'earlier'
  | 'breaker';

/** When a message whose attempt failed is tried again. */
export interface Again {
  waitMs: number;
  waitingFor: WaitingFor;
  /** Where it was put off. */
  deferral?: Deferral;
}

/** How often a message asked for its turn and was told to come later, and how long it has waited for that so far. */
export interface Asked {
  times: number;
  waitedMs: number;
}

/** How many messages are before it, and how often in a row it found as many. */
export interface OutOfTurn {
  ahead: number;
  unchanged: number;
}

/** What a message waits for, and what it brings along when it tries again. */
export interface Wait {
  /** Milliseconds from the end of the activity to the slot, or to the next question. */
  waitMs: number;
  waitingFor: WaitingFor;
  /** The booked slot, where there is one. */
  token: SendToken | null;
  /** Where the row's times are not those that the run was started with. */
  deferral?: Deferral;
  /** It was out of turn: it looks whether it still is before it asks for the right to send. */
  outOfTurn?: OutOfTurn;
  /** Absent where it was not told to come later. */
  asked?: Asked;
  /** Questions in a row that its limiter did not answer. */
  unanswered?: number;
  /** Providers that have not taken it since it last waited for them: others come first. */
  tried?: string[];
  /** Whose breaker it waits for. */
  provider?: string;
}

/** Answer of persistAndReserve. */
export interface Persisted extends Wait {
  createdAtMs: number;
  /** Where the message stands: `queued` or `scheduled` for a new one, or what an earlier run left. */
  status: MessageStatus;
  /** Sends begun so far. */
  attempt: number;
  providerMessageId: string | null;
  /** False where another run or another payload owns the message: this run has nothing to do. */
  owned: boolean;
  /** What the first attempt came to, where its turn was at once. */
  submission: Submission | null;
  /** What the workspace decides otherwise about errors, where it does. */
  errorPolicy?: ErrorPolicyOverrides;
}

/** A stored message whose sending is this run's business. */
export interface SubmitInput extends Pick<Wait, 'token' | 'outOfTurn' | 'asked' | 'unanswered' | 'tried'> {
  message: OutboundMessage;
  createdAtMs: number;
  attempt: number;
}

export type Submission =
  /** The provider has it, by this run or an earlier one. */
  | { kind: 'submitted'; attempt: number; status: MessageStatus; providerMessageId: string | null }
  /** What became of it could not be stored: the workflow stores `news` first and goes on with `next`; nobody sends again before. */
  | { kind: 'notStored'; news: Advance; next: Submission }
  /** Its turn is later; after a try that failed with its number and the error. */
  | ({ kind: 'wait'; attempt?: number; error?: MessageError } & Wait)
  /** It ended without being sent by this run. */
  | { kind: 'ended'; status: MessageStatus; error: MessageError | null }
  /** Whether the provider has it is not known. */
  | { kind: 'uncertain'; attempt: number; reason: string; checkInMs: number };

export interface ReconcileInput {
  message: OutboundMessage;
  createdAtMs: number;
  attempt: number;
  /** Which look it is, from 1. */
  check: number;
}

export type Reconciliation =
  /** The provider has it: proved by a callback or by its list. The attempt, where it is another than the one asked about. */
  | { kind: 'found'; attempt?: number; status: MessageStatus; providerMessageId: string | null }
  /** The provider had it and could not pass it on: it is tried again. */
  | { kind: 'retry'; again: Again; error: MessageError }
  | { kind: 'again'; checkInMs: number }
  /** No proof; a person decides. */
  | { kind: 'parked'; error: MessageError }
  /** To be sent once more: proved unsent, or no proof and the workspace prefers a second send. */
  | { kind: 'resend'; attempt: number };
