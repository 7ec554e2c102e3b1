import type { CallbackFate, DoubtfulCase, Fault } from './drawCases.js';
import { timing } from './timing.js';

/** The names of a case's rules, under which the simulator shows which requests they shaped: first sends, and second ones. */
export const ruleNamesOf = ({ n }: Pick<DoubtfulCase, 'n'>) => ({ first: `case-${n}`, again: `case-${n}-again` });

/** The text of a case, in one run. */
export const bodyOf = (run: string, { n }: Pick<DoubtfulCase, 'n'>) => `Your order is on its way. Reference ${run}-${n}.`;

/** The number of the case that a text belongs to; undefined for a text of nobody. */
export function caseNumberIn(run: string, body: string): number | undefined {
  const found = new RegExp(`${run}-(\\d+)\\.`).exec(body)?.[1];
  return found === undefined ? undefined : Number(found);
}

const lateCallbackMs = 9_000;
const callbackActions: Record<CallbackFate, object> = {
  told: {},
  lost: { drop: 1 },
  doubled: { times: 3 },
  early: { hurry: true },
  shuffled: { times: 2, shuffle: true },
  late: { delayMs: lateCallbackMs },
  'unknown word': {
    statuses: [
      { status: 'sent', delayMs: 20, word: 'paused' },
      { status: 'delivered', delayMs: 60, word: 'paused' },
    ],
  },
};

function endingOf(fault: Fault, extraMs: number): object {
  switch (fault) {
    case 'none':
      return {};
    case 'rate limited':
      return { rateLimited: { retryAfterS: 1 } };
    case 'late accept':
      return { delayBeforeAcceptMs: timing.responseTimeoutMs + extraMs };
    case 'late answer':
      return { delayMs: timing.responseTimeoutMs + extraMs };
    default: {
      const [ending = '', when] = fault.split(' ');
      return { [ending]: when };
    }
  }
}

/** The simulator's rules for a case: for the requests that the fault meets, the others, and a second send. */
export function rulesOf(run: string, one: DoubtfulCase): object[] {
  const { fault, faulty, twins, again, callbacks, list, extraMs } = one;
  const body = bodyOf(run, one);
  const shown = {
    callbacks: callbackActions[callbacks],
    ...(list === 'lagging' && { listLagMs: 2_000 + extraMs }),
    ...(list === 'never' && { listLagMs: 600_000 }),
    ...(list === 'shortened' && { listedBody: body.slice(0, 20) }),
  };
  const names = ruleNamesOf(one);
  const rule = (action: object, times?: number, name = names.first) => ({
    name,
    match: { bodyIncludes: body },
    action,
    ...(times !== undefined && { times }),
  });
  const rules = [rule({ ...shown, ...endingOf(fault, extraMs) }, faulty)];
  if (twins > faulty) rules.push(rule(shown, twins - faulty));
  // After a refusal for the rate the next try is the first that counts.
  if (fault === 'rate limited') return [...rules, rule(shown)];
  return again === 'none' ? rules : [...rules, rule({ callbacks: {}, ...endingOf(again, extraMs) }, undefined, names.again)];
}
