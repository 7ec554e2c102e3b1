import type { OutboundMessage } from '../domain/message.js';
import { costOf, type RateLimits } from '../domain/rateLimit.js';
import type { Asked } from '../domain/submission.js';
import type { TurnRequest } from '../limiter/tokenBroker.js';

/** What a message asks its workspace's limiter for. */
export function turnRequest(message: OutboundMessage, limits: RateLimits, asked?: Asked): TurnRequest {
  return {
    lane: message.priority,
    cost: costOf(message, limits),
    sender: message.senderId,
    returning: asked ?? { times: 0, waitedMs: 0 },
  };
}
