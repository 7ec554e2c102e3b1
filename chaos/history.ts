/** What the checker is given: what clients wrote down, what the provider wrote down, and what the product shows in the end. Times are epoch milliseconds. */
import type { Heard } from '../load/follower.js';

export type Lane = 'high' | 'normal' | 'bulk';

/** A line of the workload's own journal, on disk before it counts. */
export type JournalEntry =
  | ({ kind: 'submitted' } & Submission)
  /** The first 202 under its key. */
  | { kind: 'acknowledged'; n: number; id: string; conversationId: string; atMs: number }
  /** `code` of the refusal; `given up` where nothing but 503, 429 and silence came. */
  | { kind: 'refused'; n: number; code: string; atMs: number }
  /** The same request once more, or another text under the same key. */
  | { kind: 'repeated'; n: number; otherText: boolean; status: number; id: string | null }
  /** A text from somebody's phone that the product has answered by 204. */
  | { kind: 'wrote in'; workspace: number; from: string; body: string; atMs: number }
  /** A look for a message of another workspace. */
  | { kind: 'probe'; as: number; of: number; id: string; status: number }
  /** A callback that nobody should believe. */
  | { kind: 'forged'; what: string; status: number }
  | ({ kind: 'struck' } & Struck)
  | ({ kind: 'round' } & RoundDone);

/** What may leave a send without an outcome that is under way at this moment: in this process, or in any where it is null. */
export interface Struck {
  process: string | null;
  what: string;
  atMs: number;
}

/** A fault that was injected and healed. */
export interface RoundDone {
  round: number;
  fault: number;
  injectedAtMs: number;
  healedAtMs: number;
  /** How often it took hold of something. */
  hits: number;
  /** It disturbed nothing that sends. */
  keepsOrder: boolean;
}

export interface Submission {
  n: number;
  workspace: number;
  to: string;
  lane: Lane;
  text: string;
  submittedAtMs: number;
  /** It must not leave while it is night at its recipient's. */
  night?: true;
  /** Code of the product throws at it. */
  poison?: true;
}

/** A message that the simulator accepted. */
export interface LedgerLine {
  n: number;
  sid: string;
  accountSid: string;
  to: string;
  from: string;
  body: string;
  requestReceivedAtMs: number;
}

/** A send that the simulator answered in whichever way. */
export interface RequestLine {
  atMs: number;
  outcome: string;
  body: string | null;
}

/** A send as the process that made it was seen at it (faultPoints.cjs). */
export interface SendSeen {
  process: string;
  text: string;
  /** Before the attempt's row. */
  begunAtMs: number;
  /** When its outcome was stored or handed on; null where that never came. */
  endedAtMs: number | null;
}

export interface WorkspaceFacts {
  id: string;
  accountSid: string;
  senders: string[];
  ratePerSecond: number;
  burst: number;
  policy: 'prefer-no-duplicate' | 'prefer-delivery';
}

/** A message as the API shows it; `status` is `missing` where it answers 404. */
export interface ShownMessage {
  id: string;
  workspace: number;
  status: string;
  errorCode: string | null;
}

export interface StoredAttempt {
  messageId: string;
  attempt: number;
  status: string;
  startedAtMs: number;
}

export interface StoredEvent {
  workspace: number;
  seq: number;
  prev: number;
  messageId: string;
  conversationId: string;
  status: string;
}

/** What one socket heard of one conversation, from the first event on. */
export interface HeardByOne {
  workspace: number;
  conversationId: string;
  heard: Heard[];
  /** It was still there in the end, so it must have all. */
  isComplete: boolean;
}

export interface History {
  journal: JournalEntry[];
  workspaces: WorkspaceFacts[];
  ledger: LedgerLine[];
  /** How messages ended at the simulator; of several of one sid the last counts. */
  finals: { sid: string; status: string }[];
  requests: RequestLine[];
  sends: SendSeen[];
  /** Processes that came to a point that was armed. */
  killedThemselves: Struck[];
  shown: ShownMessage[];
  attempts: StoredAttempt[];
  events: StoredEvent[];
  heard: HeardByOne[];
  audits: { workspace: number; intact: boolean; entries: number }[];
  /** Where a text or a number of the run was found that should not be there. */
  leaks: string[];
  /** Bytes that were looked through for that. */
  searchedBytes: number;
  /** Messages that wait for something else than a person, as they were after the last heal; and how old the oldest was. */
  open: { atMs: number; count: number; oldestAgeMs: number }[];
  healedAtMs: number;
  gatheredAtMs: number;
}

export const invariants = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10', 'I11', 'I12'] as const;
export type Invariant = (typeof invariants)[number];

/** A promise that was not kept. */
export interface Finding {
  invariant: Invariant;
  what: string;
}
