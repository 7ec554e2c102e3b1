import { setTimeout as delay } from 'node:timers/promises';
import { inProcessWaitMaxMs } from '../domain/limits.js';
import { limiterRetryDelayMs } from '../domain/retryDelay.js';
import type { Submission, SubmitInput } from '../domain/submission.js';
import { LimiterUnavailable } from '../limiter/askLimiterWorkflow.js';
import type { Permit } from '../limiter/permits.js';
import type { Grant } from '../limiter/tokenBroker.js';
import { wallClock } from '../platform/checkedClock.js';
import type { Workspace } from '../storage/workspaces.js';
import { acquireTurn, type Turn } from './acquireTurn.js';
import type { Dependencies } from './dependencies.js';
import { turnRequest } from './turnRequest.js';

/** Turns a grant, or what becomes of asking for one, into the right to send now; or says how long to wait outside. */
export async function rightToSend(
  dependencies: Dependencies,
  workspace: Workspace,
  { message, asked, unanswered = 0 }: SubmitInput,
  given: Grant | undefined,
): Promise<Permit | Submission> {
  const { broker, workspaces } = dependencies;
  let grant: Turn | undefined = given;
  for (;;) {
    if (grant?.kind === 'permit') {
      const { permit } = grant;
      if (permit.isGood()) return permit;
      permit.drop();
      grant = undefined;
    }
    if (grant?.kind === 'paused') return { kind: 'wait', waitMs: grant.waitMs, waitingFor: 'slot', token: null, ...(asked && { asked }) };
    if (grant?.kind === 'later') {
      const { waitMs } = grant;
      const again = { times: (asked?.times ?? 0) + 1, waitedMs: (asked?.waitedMs ?? 0) + waitMs };
      return { kind: 'wait', waitMs, waitingFor: 'slot', token: null, asked: again };
    }
    const now = wallClock.now();
    const missed = grant !== undefined && (grant.token.goodUntilMs < now || grant.token.limitsEpoch < workspace.limits.epoch);
    if (grant && !missed) {
      const { token } = grant;
      const waitMs = token.notBeforeMs - now;
      if (waitMs > inProcessWaitMaxMs) return { kind: 'wait', waitMs, waitingFor: 'slot', token, ...(asked && { asked }) };
      if (waitMs > 0) await delay(waitMs);
      const { limits } = workspace;
      return broker.redeem(message.workspaceId, token, turnRequest(message, limits), limits);
    }
    try {
      const { limits } = await workspaces.get(message.workspaceId);
      // Who has missed a slot has waited for one: it is not sent to the end of the line.
      const returning = asked ?? (missed ? { times: 1, waitedMs: 0 } : undefined);
      grant = await acquireTurn(dependencies, message.workspaceId, turnRequest(message, limits, returning), limits);
    } catch (error) {
      if (!(error instanceof LimiterUnavailable)) throw error;
      const waitMs = limiterRetryDelayMs(unanswered + 1, Math.random());
      return { kind: 'wait', waitMs, waitingFor: 'limiter', token: null, unanswered: unanswered + 1, ...(asked && { asked }) };
    }
  }
}
