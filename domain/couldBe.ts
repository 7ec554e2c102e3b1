import { candidateLagMs, candidateLeadMs } from './limits.js';

/** A send whose outcome is not known, by the times of its attempt (epoch milliseconds). */
export interface Doubt {
  startedAtMs: number;
  /** After it no byte of the attempt may have left. */
  deadlineAtMs: number;
}

/** A message of a provider's list that looks like a send. */
export interface Candidate {
  createdAtMs: number;
}

/** Whether the provider made this message at a time at which the send in doubt can have reached it. */
export function couldBe({ startedAtMs, deadlineAtMs }: Doubt, { createdAtMs }: Candidate): boolean {
  return createdAtMs >= startedAtMs - candidateLeadMs && createdAtMs <= deadlineAtMs + candidateLagMs;
}
