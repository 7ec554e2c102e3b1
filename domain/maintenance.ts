/** What the scheduled workflows answer. Plain data: it lies in workflow histories. */

export interface SweepResult {
  /** Open messages that had been quiet for a while. */
  looked: number;
  /** Ended messages whose workflow had not heard of it. */
  told: number;
  /** Messages without a workflow, started anew. */
  started: number;
  /** Messages that are past their time and wait all the same. */
  overdue: number;
}

export interface PollSpan {
  /** Epoch milliseconds, exclusive and inclusive: a message is due where one of its poll times lies between them. */
  sinceMs: number;
  untilMs: number;
}

export interface PollResult {
  untilMs: number;
  asked: number;
  finished: number;
}

export interface PartitionsResult {
  /** Weeks of which some partitions were missing, and are made. */
  made: number;
  /** Until when there are partitions for every row that comes in, epoch milliseconds. */
  untilMs: number;
}

export interface AnchorResult {
  /** The object that was written; null where no chain had moved, or where there is no place for it. */
  key: string | null;
  workspaces: number;
}

export interface ErasuresResult {
  /** Erased contacts of which nothing is left. */
  finished: number;
  /** Those of which something is: a message that its provider has, or a history that is not removed yet. */
  left: number;
}
