/** Taking back many messages that have not left. Plain data: it lies in workflow histories. */

import type { Category } from './message.js';
import { type Priority, priorities } from './priority.js';

/** Which messages that are scheduled or queued are meant. All conditions must hold; one that is absent holds for all. */
export interface CancellationFilter {
  lane?: Priority[];
  category?: Category;
  /** Accepted not before, and before; ISO 8601. */
  acceptedAfter?: string;
  acceptedBefore?: string;
  /** Id of the sender. */
  senderId?: string;
}

/** Whether the filter leaves any message out. One that names all lanes does not. */
export function narrowsCancellation({ lane, ...others }: CancellationFilter): boolean {
  const leavesOut = lane !== undefined && !priorities.every((one) => lane.includes(one));
  return leavesOut || Object.values(others).some((value) => value !== undefined);
}

/** Input of the workflow cancelMessages. */
export interface CancellationInput {
  workspaceId: string;
  cancellationId: string;
  filter: CancellationFilter;
  actor: string;
  reason: string | null;
  /** How many the filter matched when it was started. */
  matched: number;
  /** What is accepted afterwards is not meant. Epoch milliseconds. */
  acceptedBeforeMs: number;
}

/** What one run of the activity did. */
export interface CancellationBatch {
  canceled: number;
  /** Nothing that matches is left. */
  isLast: boolean;
}

/** The answer of the query `getCancellationProgress`. */
export interface CancellationProgress {
  state: 'running' | 'done';
  matched: number;
  /** The others left or were canceled before. */
  canceled: number;
}
