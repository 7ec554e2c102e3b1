import { setTimeout as delay } from 'node:timers/promises';
import {
  messagesAheadNearMax,
  outOfTurnDelaysMs,
  outOfTurnPaceMs,
  outOfTurnSleepGrowth,
  outOfTurnSleepMaxMs,
  outOfTurnSleepMinMs,
} from '../domain/limits.js';
import type { Submission, SubmitInput } from '../domain/submission.js';
import { messagesAhead } from '../storage/sendAttempts.js';
import type { Dependencies } from './dependencies.js';

/**
 * Lets earlier messages to the same contact leave first: waits a moment in this process, which is long enough where they
 * are on their way; undefined once it is this one's turn. Else says how long to sleep, where nobody wakes it: as long as those
 * before it take at the pace of a line or of the workspace, so that a long queue is not asked for its order all the time.
 */
export async function awaitTurn(
  { database, workspaces }: Dependencies,
  { message, createdAtMs, outOfTurn }: SubmitInput,
): Promise<Submission | undefined> {
  const ref = { workspaceId: message.workspaceId, messageId: message.messageId, createdAtMs };
  let ahead = await messagesAhead(database, ref);
  for (const delayMs of outOfTurnDelaysMs) {
    if (ahead === 0) return undefined;
    // Too many to be gone in a moment: its place among the sends of this process is for others.
    if (ahead > messagesAheadNearMax) break;
    await delay(delayMs);
    ahead = await messagesAhead(database, ref);
  }
  if (ahead === 0) return undefined;
  const { limits } = await workspaces.get(message.workspaceId);
  const theirsMs = (ahead - messagesAheadNearMax) * Math.max(outOfTurnPaceMs, 1_000 / limits.ratePerSecond);
  // One that is stuck for hours must not be asked about every moment: each look is written to this run's history.
  const unchanged = ahead === outOfTurn?.ahead ? outOfTurn.unchanged + 1 : 0;
  const leastMs = outOfTurnSleepMinMs * outOfTurnSleepGrowth ** unchanged;
  const waitMs = Math.ceil(Math.min(outOfTurnSleepMaxMs, Math.max(leastMs, theirsMs)));
  return { kind: 'wait', waitMs, waitingFor: 'earlier', token: null, outOfTurn: { ahead, unchanged } };
}
