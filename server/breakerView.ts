import { type Breaker, type BreakerScope, type ForcedState, forcedNow, standingOf } from '../domain/breaker.js';
import { breakerOf } from '../domain/ways.js';
import type { Workspace } from '../storage/workspaces.js';

/** A breaker as people see it. Times are ISO 8601. */
export interface BreakerView {
  scope: BreakerScope;
  /** The provider's name, or the sender's number. */
  subject: string;
  provider: string;
  /** What holds now: `open` lets nothing through, `half-open` one message, which is on its way or may come. */
  state: 'closed' | 'open' | 'half-open';
  since: string | null;
  /** When a message may try again. */
  retryAt: string | null;
  /** Failures in a row while it is closed. */
  failures: number;
  reason: string | null;
  forced: { state: ForcedState; until: string } | null;
}

/** All breakers of a workspace, of its accounts and of its senders, also those that never opened. */
export function breakerViews(workspace: Workspace, nowMs: number): BreakerView[] {
  const { accounts, senders } = workspace;
  return [
    ...accounts.map(({ provider }) => viewOf(breakerOf(workspace, 'account', provider), 'account', provider, provider, nowMs)),
    ...senders.map(({ id, phoneNumber, provider }) => viewOf(breakerOf(workspace, 'sender', id), 'sender', phoneNumber, provider, nowMs)),
  ];
}

function viewOf(breaker: Breaker | undefined, scope: BreakerScope, subject: string, provider: string, nowMs: number): BreakerView {
  if (!breaker) return { scope, subject, provider, state: 'closed', since: null, retryAt: null, failures: 0, reason: null, forced: null };
  const standing = standingOf(breaker, nowMs);
  const forced = forcedNow(breaker, nowMs);
  const state =
    standing.kind === 'closed' ? 'closed' : !forced && (breaker.state === 'halfOpen' || standing.kind === 'due') ? 'half-open' : 'open';
  return {
    scope,
    subject,
    provider,
    state,
    since: state === 'closed' && !forced ? null : iso(breaker.sinceMs),
    retryAt: standing.kind === 'open' ? iso(forced ? forced.untilMs : breaker.retryAtMs) : null,
    failures: breaker.failures,
    reason: state === 'closed' && !forced ? null : breaker.reason,
    forced: forced && { state: forced.state, until: iso(forced.untilMs) },
  };
}

const iso = (ms: number) => new Date(ms).toISOString();
