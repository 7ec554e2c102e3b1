import { nextAllowedMs } from '../domain/quietHours.js';
import { quietHoursTable } from '../domain/quietHoursTable.js';
import { recipientPlace } from '../domain/recipientPlace.js';
import type { Submission, SubmitInput } from '../domain/submission.js';
import { wallClock } from '../platform/checkedClock.js';
import type { Dependencies } from './dependencies.js';

/**
 * Puts marketing off until the hours of its recipient open; undefined where it may leave now, or is not marketing. The
 * clock may have moved into the quiet hours since the message was accepted, so each send looks again.
 */
export async function deferToOpening({ store }: Dependencies, { message, createdAtMs }: SubmitInput): Promise<Submission | undefined> {
  if (message.category !== 'marketing') return undefined;
  const nowMs = wallClock.now();
  const opensMs = nextAllowedMs(recipientPlace(message.to), nowMs, quietHoursTable);
  if (opensMs === nowMs) return undefined;
  const deferred = await store.defer({ workspaceId: message.workspaceId, messageId: message.messageId, createdAtMs }, opensMs);
  // What has become of it in the meantime (canceled, begun by another run) is found by who looks at its row next.
  const deferral = deferred?.deferral;
  const waitMs = deferral ? Math.max(0, deferral.sendAtMs - nowMs) : 0;
  return { kind: 'wait', waitMs, waitingFor: 'quietHours', token: null, ...(deferral && { deferral }) };
}
