import { cooldownRampMs } from '../domain/limits.js';
import type { CountBy, RateLimits } from '../domain/rateLimit.js';
import type { SenderLimit } from '../domain/senderLine.js';

/** What a statement selects of a workspace `w` to know its limits; times as epoch milliseconds, which JSON can carry. */
export const limitsColumns = `w.rate_per_second, w.burst, w.cooldown_ms, w.limits_epoch, w.count_by,
    (extract(epoch from w.cooldown_until) * 1000)::double precision as cooldown_until_ms,
    -- A sender that only cools down has the workspace's own rate and burst until that is over.
    (select coalesce(json_object_agg(s.id, json_build_object(
        'ratePerSecond', coalesce(s.rate_per_second, w.rate_per_second), 'burst', coalesce(s.burst, w.burst),
        'cooldownUntilMs', (extract(epoch from s.cooldown_until) * 1000)::double precision)), '{}')
      from sender s where s.workspace_id = w.id and (s.rate_per_second is not null or s.burst is not null
        or s.cooldown_until > now() - interval '${cooldownRampMs} milliseconds')) as limited_senders`;

export interface LimitsRow extends Record<string, unknown> {
  rate_per_second: number;
  burst: number;
  cooldown_ms: number;
  limits_epoch: number;
  count_by: CountBy;
  cooldown_until_ms: number | null;
  limited_senders: Record<string, SenderLimit>;
}

export function limitsOf(row: LimitsRow): RateLimits & { cooldownMs: number } {
  return {
    ratePerSecond: row.rate_per_second,
    burst: row.burst,
    epoch: row.limits_epoch,
    countBy: row.count_by,
    cooldownUntilMs: row.cooldown_until_ms,
    rampMs: cooldownRampMs,
    senders: row.limited_senders,
    cooldownMs: row.cooldown_ms,
  };
}
