import { setTimeout as delay } from 'node:timers/promises';
import { messagesAheadNearMax, outOfTurnDelaysMs, outOfTurnSleepMaxMs, outOfTurnSleepMinMs } from '../domain/limits.js';
import type { Submission, SubmitInput } from '../domain/submission.js';
import { messagesAhead } from '../storage/sendAttempts.js';
import type { Dependencies } from './dependencies.js';

/**
 * Lets earlier messages to the same contact leave first: waits a moment in this process, which is long enough where
 * they are on their way; undefined once it is this one's turn. Else says how long to sleep. The sleep is that of the
 * messages before it at the workspace's rate, so that a long queue is not asked for its order all the time.
 */
export async function awaitTurn(
  { database, workspaces }: Dependencies,
  { message, createdAtMs }: SubmitInput,
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
  const waitMs = Math.min(
    outOfTurnSleepMaxMs,
    Math.max(outOfTurnSleepMinMs, ((ahead - messagesAheadNearMax) * 1_000) / limits.ratePerSecond),
  );
  return { kind: 'wait', waitMs, waitingFor: 'earlier', token: null };
}
