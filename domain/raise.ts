import { nilUuid } from './ids.js';
import { type Priority, priorities } from './priority.js';
import type { RateLimits } from './rateLimit.js';

/** Whose messages a change of limits lets leave earlier than they were told: those of some senders, or, where null, all of the workspace. */
export type RaisedFor = string[] | null;

/**
 * Compares limits with what they were before; undefined where nothing may leave earlier. A larger burst alone brings nobody
 * forward who waits: what has come into the bucket is in it already.
 */
export function raisedFor(before: RateLimits, after: RateLimits, nowMs: number): RaisedFor | undefined {
  if (after.ratePerSecond > before.ratePerSecond) return null;
  if (before.countBy === 'segment' && after.countBy === 'message') return null;
  if (endsEarlier(before, after, nowMs)) return null;
  const raised = Object.keys(before.senders).filter((id) => isSenderRaised(before, after, id, nowMs));
  return raised.length > 0 ? raised : undefined;
}

function isSenderRaised(before: RateLimits, after: RateLimits, id: string, nowMs: number): boolean {
  const [had, has] = [before.senders[id], after.senders[id]];
  if (!had) return false;
  return !has || has.ratePerSecond > had.ratePerSecond || endsEarlier(had, has, nowMs);
}

/** Whether a cooldown that is on ends earlier now, or is over. */
function endsEarlier(before: { cooldownUntilMs: number | null }, after: { cooldownUntilMs: number | null }, nowMs: number): boolean {
  const untilMs = before.cooldownUntilMs ?? 0;
  return untilMs > nowMs && (after.cooldownUntilMs ?? 0) < untilMs;
}

/** Both together: what was raised while those of an earlier raise are still being called. */
export function together(one: RaisedFor | undefined, other: RaisedFor): RaisedFor {
  if (one === null || other === null) return null;
  return [...new Set([...(one ?? []), ...other])];
}

/** What may leave in a second once it is called, in tokens: nothing during a cooldown. */
export function ratePerSecondOf({ ratePerSecond, senders }: RateLimits, raised: RaisedFor): number {
  if (raised === null) return ratePerSecond;
  const theirs = raised.reduce((sum, id) => sum + (senders[id]?.ratePerSecond ?? ratePerSecond), 0);
  return Math.min(ratePerSecond, theirs);
}

/** How far the calling has come: the last one called of a lane. */
export interface CallPlace {
  lane: Priority;
  createdAtMs: number;
  messageId: string;
}

/** Before the first. */
export const callStart: CallPlace = { lane: priorities[0], createdAtMs: 0, messageId: nilUuid };

/** Before the first of the next lane; null after the last. */
export function nextLane({ lane }: CallPlace): CallPlace | null {
  const next = priorities[priorities.indexOf(lane) + 1];
  return next ? { ...callStart, lane: next } : null;
}

/** Input of the workflow callWaiting. */
export interface CallWaitingInput {
  workspaceId: string;
  /** Carried over by continue-as-new. */
  carried?: { raised: RaisedFor; place: CallPlace; called: number };
}

/** Input of the activity callWaitingMessages. */
export interface CallInput {
  workspaceId: string;
  raised: RaisedFor;
  place: CallPlace;
}

/** What one run of it did. */
export interface Called {
  called: number;
  /** Where it goes on; null where nobody is left. */
  place: CallPlace | null;
  /** Nothing may leave before this time has passed. */
  waitMs: number;
}
