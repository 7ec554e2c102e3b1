/** Sending failed messages once more, many at a time. Plain data: it lies in workflow histories. */

import { type Priority, priorities } from './priority.js';
import type { FailedStatus } from './queues.js';
import { failedStatuses } from './queues.js';

/** What somebody confirms by name: that a message may arrive twice, or that really all are meant. */
export const confirmations = ['may-have-been-sent', 'everything'] as const;
export type Confirmation = (typeof confirmations)[number];

/** Which messages of the failed queue are meant. All conditions must hold; one that is absent holds for all. */
export interface RedriveFilter {
  status?: FailedStatus[];
  errorCode?: string[];
  lane?: Priority[];
  /** Stored not before, and before; ISO 8601. */
  acceptedAfter?: string;
  acceptedBefore?: string;
  /** Id of the sender. */
  senderId?: string;
}

/** Whether the filter leaves any message out. One that names all states or all lanes does not. */
export function narrows({ status, lane, ...others }: RedriveFilter): boolean {
  const leavesOut = (named: readonly string[] | undefined, all: readonly string[]) =>
    named !== undefined && !all.every((one) => named.includes(one));
  return leavesOut(status, failedStatuses) || leavesOut(lane, priorities) || Object.values(others).some((value) => value !== undefined);
}

/** Place in the failed queue: since when a message is in it, epoch milliseconds, and its id. */
export interface FailedCursor {
  failedAtMs: number;
  messageId: string;
}

/** What became of the messages so far. */
export interface RedriveCounts {
  looked: number;
  /** Queued again. */
  retried: number;
  /** The provider had them after all: not sent again. */
  adopted: number;
  /** They may have been sent, and nobody has confirmed that they may be sent twice: left in the queue. */
  unconfirmed: number;
  /** Something else has become of them, or the provider could not be asked: left as they are. */
  left: number;
}

export const nothingDone: RedriveCounts = { looked: 0, retried: 0, adopted: 0, unconfirmed: 0, left: 0 };

/** Input of the workflow redriveMessages. */
export interface RedriveInput {
  workspaceId: string;
  redriveId: string;
  filter: RedriveFilter;
  /** At most so many messages a second. */
  ratePerSecond: number;
  mayHaveBeenSent: boolean;
  actor: string;
  reason: string | null;
  /** How many the filter matched when it was started. */
  matched: number;
  /** Only what failed before: one that fails again is not taken a second time. Epoch milliseconds. */
  failedBeforeMs: number;
  /** Carried over by continue-as-new. */
  after?: RedrivePlace;
}

/** How far a redrive has come. */
export interface RedrivePlace {
  counts: RedriveCounts;
  /** Null before the first message. */
  cursor: FailedCursor | null;
}

/** What one run of the activity does, and where it ended. */
export interface RedriveBatchResult extends RedrivePlace {
  /** No message is left. */
  isLast: boolean;
}

/** The answer of the query `getRedriveProgress`. */
export interface RedriveProgress extends RedriveCounts {
  state: 'running' | 'done' | 'canceled';
  matched: number;
  ratePerSecond: number;
}
