import { z } from 'zod';
import { forcedStates } from '../domain/breaker.js';
import { audiences, errorClasses } from '../domain/errorCatalogue.js';
import {
  breakerForcedMaxMs,
  burstMax,
  cooldownMaxMs,
  errorAttemptsOverrideMax,
  errorDelayOverrideMaxMs,
  errorDelayOverrideMinMs,
  rateMaxPerSecond,
  routeEntriesMax,
} from '../domain/limits.js';
import { isCountry } from '../domain/phoneNumber.js';
import { countings } from '../domain/rateLimit.js';
import { anyCountry } from '../domain/routing.js';
import { reason } from './requestSchemas.js';

const rate = z.number().int().min(1).max(rateMaxPerSecond);
const burst = z.number().int().min(1).max(burstMax);
const senderLimit = z
  .strictObject({ phoneNumber: z.string(), ratePerSecond: rate.nullable(), burst: burst.nullable() })
  .refine(({ ratePerSecond, burst: own }) => (ratePerSecond === null) === (own === null), {
    error: 'must have both ratePerSecond and burst, or null for both',
  });

/** The body of PATCH /v1/workspace/limits; what is not named stays, and null takes a sender's own limit away. */
export const limitsRequest = z
  .strictObject({
    ratePerSecond: rate.optional(),
    burst: burst.optional(),
    cooldownMs: z.number().int().min(0).max(cooldownMaxMs).optional(),
    countBy: z.enum(countings).optional(),
    cooldownUntil: z.null().optional(),
    senders: z.array(senderLimit).max(1_000).optional(),
    reason,
  })
  .refine(({ reason: _, ...change }) => Object.values(change).some((value) => value !== undefined), {
    error: 'name at least one of ratePerSecond, burst, cooldownMs, countBy, cooldownUntil, senders',
  });

const forMaxS = breakerForcedMaxMs / 1_000;
const howLong = `must be a whole number of seconds from 1 to ${forMaxS}`;

/** The body of PUT /v1/workspace/breakers/{scope}/{subject}. */
export const breakerRequest = z
  .strictObject({
    state: z.enum([...forcedStates, 'auto'], { error: 'must be open, closed or auto' }),
    forSeconds: z.number({ error: howLong }).int(howLong).min(1, howLong).max(forMaxS, howLong).optional(),
    reason,
  })
  .refine(({ state, forSeconds }) => (state === 'auto') === (forSeconds === undefined), {
    path: ['forSeconds'],
    error: 'says for how long a breaker is forced open or closed: give it with these, and leave it out with auto',
  });

const share = 'must be a whole number from 0 to 100: percent of the messages';
const entry = z.strictObject({
  provider: z.string().min(1),
  weight: z.number({ error: share }).int(share).min(0, share).max(100, share),
  order: z.number().int().min(1).max(1_000).optional(),
});

/** Weights that sum to 100, each provider and each place once; without an `order` the entries stand in theirs. */
const route = z
  .array(entry)
  .min(1, `is empty: name a provider, or leave the country out`)
  .max(routeEntriesMax, `has too many entries: at most ${routeEntriesMax}`)
  .transform((entries) => entries.map((one, index) => ({ ...one, order: one.order ?? index + 1 })))
  .superRefine((entries, context) => {
    const sum = entries.reduce((total, { weight }) => total + weight, 0);
    if (sum !== 100) context.addIssue({ code: 'custom', message: `has weights that sum to ${sum}, not to 100` });
    if (new Set(entries.map(({ provider }) => provider)).size < entries.length)
      context.addIssue({ code: 'custom', message: 'names a provider twice' });
    if (new Set(entries.map(({ order }) => order)).size < entries.length)
      context.addIssue({ code: 'custom', message: 'has two entries at the same place of the order' });
  });

const byCountry = z.record(z.string(), route).superRefine((routes, context) => {
  for (const code of Object.keys(routes)) {
    if (code === anyCountry || isCountry(code)) continue;
    const message = `is not a country: use its two letters (ISO 3166-1), e.g. US, or ${anyCountry} for all others`;
    context.addIssue({ code: 'custom', path: [code], message });
  }
});

/** The body of PUT /v1/workspace/routes. */
export const routesRequest = z.strictObject({
  routes: byCountry,
  reason: reason,
});

const errorPolicyOverride = z.strictObject({
  retry: z.boolean().optional(),
  attemptsMax: z.union([z.number().int().min(2).max(errorAttemptsOverrideMax), z.literal('until validity ends')]).optional(),
  delayMaxMs: z.number().int().min(errorDelayOverrideMinMs).max(errorDelayOverrideMaxMs).optional(),
  notify: z.enum(audiences).optional(),
});

/** The shape of the body of PATCH /v1/workspace/errors. What makes sense for which class is for domain/errorPolicyOverrides.ts to say. */
export const errorPolicyRequest = z.strictObject(
  Object.fromEntries(errorClasses.map((name) => [name, errorPolicyOverride.nullable().optional()])),
);

/** The shape of the body of PUT /v1/workspace/providers/{provider}: which values they are differs by provider (`accountFields`). */
export const providerAccountRequest = z.object({ reason }).catchall(z.string());

/** The body of PATCH /v1/workspace/retention. Which days can be kept is for server/http/workspaceRetention.ts to say. */
export const retentionRequest = z
  .strictObject({
    messageDays: z.number().nullable().optional(),
    contentDays: z.number().nullable().optional(),
    legalHold: z.boolean().optional(),
    reason,
  })
  .refine(({ messageDays, contentDays, legalHold }) => [messageDays, contentDays, legalHold].some((given) => given !== undefined), {
    error: 'name at least one of messageDays, contentDays, legalHold',
  });
