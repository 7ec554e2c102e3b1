import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { callAheadMs, callAtLeastShare, callRunMs, callStepMs, callsOfStepMax } from '../domain/limits.js';
import { type Called, type CallInput, type CallPlace, nextLane, ratePerSecondOf } from '../domain/raise.js';
import { costOf } from '../domain/rateLimit.js';
import { tellToAskAgain } from '../lives/tellToAskAgain.js';
import { readLimits } from '../storage/limits.js';
import { type WaitingMessage, waitingMessages, waitingTokens } from '../storage/waitingMessages.js';
import type { MaintenanceDependencies } from './dependencies.js';

/**
 * Calls messages that wait for their turn, lane by lane and the oldest first, for about `callRunMs`. So many are under way at
 * any time as may leave in `callAheadMs`: what leaves makes room for the next, so the pace is that of the limits, whatever
 * they are by then. A run that dies is gone on with where its last heartbeat was; to be called twice does no harm.
 */
export function callWaitingMessages(dependencies: MaintenanceDependencies) {
  const { database } = dependencies;
  return async ({ workspaceId, raised, place: start }: CallInput): Promise<Called> => {
    const { info, heartbeat } = Context.current();
    let place: CallPlace | null = (info.heartbeatDetails as CallPlace | undefined) ?? start;
    let called = 0;
    /** What may be called though nothing leaves, in tokens. */
    let least = 0;
    for (const untilMs = Date.now() + callRunMs; place && Date.now() < untilMs; ) {
      const step = delay(callStepMs);
      const limits = await readLimits(database, workspaceId);
      const coolsMs = (limits.cooldownUntilMs ?? 0) - Date.now();
      if (coolsMs > 0) return { called, place, waitMs: coolsMs };
      const ratePerSecond = ratePerSecondOf(limits, raised);
      least += (ratePerSecond * callStepMs * callAtLeastShare) / 1_000;
      const underWay = await waitingTokens(database, workspaceId, { raised, upTo: place, countBy: limits.countBy });
      const room = Math.min(callsOfStepMax, Math.max(Math.ceil((ratePerSecond * callAheadMs) / 1_000) - underWay, Math.floor(least)));
      const page: WaitingMessage[] = room > 0 ? await waitingMessages(database, workspaceId, { raised, after: place, limit: room }) : [];
      const next = firstOf(page, room, (message) => costOf(message, limits));
      await tellToAskAgain(
        dependencies,
        next.map(({ messageId }) => ({ workspaceId, messageId })),
      );
      if (next.length > 0) least = 0;
      called += next.length;
      const isLaneOver = page.length < room && next.length === page.length;
      place = isLaneOver ? nextLane(place) : { ...place, ...placeOf(next) };
      heartbeat(place);
      if (!isLaneOver) await step;
    }
    return { called, place, waitMs: 0 };
  };
}

/** Of a page the first that together cost no more than so many tokens, and one in any case. */
function firstOf(page: WaitingMessage[], tokens: number, costOfOne: (message: WaitingMessage) => number): WaitingMessage[] {
  let left = tokens;
  const end = page.findIndex((message, index) => (left -= costOfOne(message)) < 0 && index > 0);
  return end === -1 ? page : page.slice(0, end);
}

function placeOf(called: WaitingMessage[]): Partial<CallPlace> {
  const last = called.at(-1);
  return last ? { createdAtMs: last.createdAtMs, messageId: last.messageId } : {};
}
