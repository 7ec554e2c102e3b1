/** Says what a history does against the promises (RELIABILITY, I1 to I12). Knows nothing of the product but its words for states. */
import type { Finding, History, Invariant } from '../history.js';
import { checkConsentAndRate } from './consentAndRate.js';
import { type Counts, countOutcomes } from './counts.js';
import { checkDelivery } from './delivery.js';
import { checkEvents } from './events.js';
import { Joined } from './joined.js';
import { checkLanes } from './lanes.js';
import { checkLiveness } from './liveness.js';
import { lookedAt } from './lookedAt.js';
import { checkTenants } from './tenants.js';

export type { Counts } from './counts.js';

export interface Verdict {
  findings: Finding[];
  counts: Counts;
  /** How much each invariant had before it: one that had nothing says nothing. */
  lookedAt: Record<Invariant, number>;
}

/** @param run the name of the run, which its texts carry */
export function check(history: History, run: string): Verdict {
  const joined = new Joined(history, run);
  const findings = [checkDelivery, checkConsentAndRate, checkLanes, checkTenants, checkEvents, checkLiveness].flatMap((one) => one(joined));
  return { findings: findings.sort((a, b) => numberOf(a) - numberOf(b)), counts: countOutcomes(joined), lookedAt: lookedAt(joined) };
}

const numberOf = ({ invariant }: Finding) => Number(invariant.slice(1));
