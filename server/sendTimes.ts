import { Problem } from '../domain/errors.js';
import { scheduleAheadMaxMs, sendAtPastToleranceMs } from '../domain/limits.js';
import type { OutboundMessage } from '../domain/message.js';
import { nextAllowedMs } from '../domain/quietHours.js';
import { quietHoursTable } from '../domain/quietHoursTable.js';
import { recipientPlace } from '../domain/recipientPlace.js';
import type { MessageRequest } from './requestSchemas.js';

const dayMs = 86_400_000;

/**
 * When a new message may leave and until when it is of use: as it asks for, and for marketing within the recipient's
 * hours. Its validity counts from when it may leave. Throws Problem `invalid_request` for a time that is over or too
 * far away; asked for new messages only, so that a repeat under the same key is answered also when its time is over.
 */
export function sendTimes(
  { to, sendAt, validitySeconds, category }: MessageRequest,
  nowMs: number,
  validityDefaultSeconds: number,
): Pick<OutboundMessage, 'sendAtMs' | 'validUntilMs' | 'quietHours'> {
  const askedMs = sendAt === undefined ? nowMs : Date.parse(sendAt);
  if (askedMs < nowMs - sendAtPastToleranceMs)
    throw refusal(`is in the past: it is ${new Date(nowMs).toISOString()}; leave it out to send now`);
  if (askedMs > nowMs + scheduleAheadMaxMs) throw refusal(`is too far ahead: at most ${scheduleAheadMaxMs / dayMs} days from now`);
  const earliestMs = Math.max(nowMs, askedMs);
  const leavesMs = category === 'marketing' ? nextAllowedMs(recipientPlace(to), earliestMs, quietHoursTable) : earliestMs;
  const validUntilMs = leavesMs + (validitySeconds ?? validityDefaultSeconds) * 1_000;
  return {
    validUntilMs,
    ...(leavesMs > nowMs && { sendAtMs: leavesMs }),
    ...(leavesMs > earliestMs && { quietHours: true as const }),
  };
}

function refusal(message: string): Problem {
  return new Problem('invalid_request', `sendAt ${message}`, { errors: [{ field: 'sendAt', message }] });
}
