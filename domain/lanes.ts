import { bulkHorizonMs, currentSecondMs, heldBackHorizonMaxMs, normalHorizonMs, returnHorizonMs, returnsCountedMax } from './limits.js';
import type { Priority } from './priority.js';

/** One lane of one workspace, for whoever lets lanes take turns. */
export function laneName({ workspaceId, priority }: { workspaceId: string; priority: Priority }): string {
  return `${workspaceId}/${priority}`;
}

/**
 * How far ahead a message may book, milliseconds. High books without end. The others see further each time they come
 * back: what is told to come later fills the calendar behind those that have waited longer, so nobody returns for ever.
 */
export function horizonMs(lane: Priority, earlierAsks: number): number {
  if (lane === 'high') return Number.POSITIVE_INFINITY;
  return (lane === 'normal' ? normalHorizonMs : bulkHorizonMs) + Math.min(earlierAsks, returnsCountedMax) * returnHorizonMs;
}

/** The same for a message that its sender's own limit holds back: of any lane, so that the calendar stays short. */
export function heldBackHorizonMs(lane: Priority, earlierAsks: number): number {
  return Math.min(horizonMs(lane, earlierAsks), heldBackHorizonMaxMs);
}

/** Whether a lane may book a tick that is `aheadMs` away: beyond the current second bulk leaves every other one free. */
export function laneMayTake(lane: Priority, tick: number, aheadMs: number): boolean {
  return lane !== 'bulk' || aheadMs <= currentSecondMs || tick % 2 === 0;
}
