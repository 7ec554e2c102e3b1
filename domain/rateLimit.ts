/** A workspace's limits, and what is asked of its limiter and answered. Plain data: it travels and lies in histories. */
import { cooldownRampMs } from './limits.js';
import type { Priority } from './priority.js';
import type { SenderLimit } from './senderLine.js';

export const countings = ['message', 'segment'] as const;
export type CountBy = (typeof countings)[number];

/** A workspace's limits as Postgres records them; `epoch` grows with every change, a sender's limits included. */
export interface RateLimits {
  ratePerSecond: number;
  burst: number;
  epoch: number;
  /** Whether a message counts as one, or as its segments. */
  countBy: CountBy;
  /** Epoch milliseconds until which nothing may leave; null where there was no cooldown. */
  cooldownUntilMs: number | null;
  /** Over this time after a cooldown the rate comes back, in steps of 25, 50, 75 and 100 %. */
  rampMs: number;
  /** Senders that have a limit of their own, by id. */
  senders: Record<string, SenderLimit>;
}

/** Limits that say no more than they must, filled up with what a new workspace has. */
export function plainLimits(limits: Pick<RateLimits, 'ratePerSecond' | 'burst' | 'epoch'> & Partial<RateLimits>): RateLimits {
  return { countBy: 'message', cooldownUntilMs: null, rampMs: cooldownRampMs, senders: {}, ...limits };
}

/** How many tokens a message takes. */
export function costOf(message: { segments: number }, { countBy }: RateLimits): number {
  return countBy === 'segment' ? Math.max(1, message.segments) : 1;
}

/** The stable type of the refusal of a question in which nobody gets a turn. */
export const noSlotInHorizon = 'NoSlotInHorizon';

/** One message that wants its turn. */
export interface Want {
  lane: Priority;
  cost: number;
  /** Its sender, where that has a limit of its own. */
  sender?: string;
  /** How often it asked before and was told to come later. */
  earlierAsks: number;
}

export interface ReserveRequest {
  /** The process that asks; what it holds belongs to it. */
  holder: string;
  wants: Want[];
  /** Tokens of its lease that the holder has not used yet. */
  leaseUnused: number;
  /** Tokens it got for messages that were about to leave, and that have not left yet. */
  nowUnused: number;
  /** Of those, what belongs to senders with a limit of their own, by sender. */
  sendersUnused: Record<string, number>;
  /** Milliseconds since the holder last used a token: what it used before is paid for as of then. */
  lastUseAgoMs: number;
  /** Whether the holder wants its lease filled up. */
  wantsLease: boolean;
  /** Whether the holder tells messages when to come back, as far as it knows; true where it does not say. */
  givesTurns?: boolean;
  /** The limits as the holder read them; newer ones than the limiter's are adopted. */
  limits: RateLimits;
}

/**
 * What a message is told. Booked: its slot is `waitMs` from the moment of the answer; 0 is a held token. Not booked: its
 * slot would be over the lane's horizon, and asking again makes sense after `waitMs`.
 */
export interface Turn {
  booked: boolean;
  waitMs: number;
}

export interface ReserveAnswer {
  /** For each want its turn. */
  turns: Turn[];
  /** Tokens added to the holder's lease, usable at any time within `leaseLifeMs`. */
  leased: number;
  /** Epoch of the limits the tokens were given under. */
  limitsEpoch: number;
  /** Processes that asked lately and tell messages when to come back. */
  processes: number;
}
