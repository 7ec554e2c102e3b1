import type { DoubtfulCase } from './drawCases.js';

/** One message as the product's API tells of it at the end. */
export interface SeenMessage {
  /** Of the case. */
  n: number;
  id: string;
  status: string;
  attempt: number;
  /** ISO 8601. */
  createdAt: string;
  providerMessageId: string | null;
  error: { code: string; message: string } | null;
  /** From the trace, where the message was not delivered by its first attempt. */
  trace?: {
    attempts: { attempt: number; status: string; evidence: string | null; providerMessageId: string | null }[];
    events: { status: string; attempt: number; at: string; error: { code: string } | null }[];
  };
  /** Whether its sending was ever in doubt, by its events. */
  wasInDoubt: boolean;
}

/** What the simulator wrote down, which knows nothing of the product. */
export interface SeenLedger {
  entries: { sid: string; body: string; statusCallback: string; listLagMs?: number; listedBody?: string; rule?: string }[];
  finals: { sid: string; status: string }[];
  requests: { outcome: string; ruleName: string | null; sid: string | null }[];
}

/** A run as it was seen from outside. */
export interface SeenRun {
  /** The mark of its texts. */
  run: string;
  cases: DoubtfulCase[];
  messages: SeenMessage[];
  ledger: SeenLedger;
}
