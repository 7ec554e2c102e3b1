import { z } from 'zod';
import { breakerScopes, forcedStates } from '../../../domain/breaker.js';
import type { ConfigurationChange } from '../../../domain/configuration.js';
import { audiences } from '../../../domain/errorCatalogue.js';
import { countings } from '../../../domain/rateLimit.js';
import type { Capabilities } from '../../../providers/provider.js';
import type { BreakerView } from '../../breakerView.js';
import type { VersionView, WentBack } from '../../configurationVersions.js';
import type { ErrorPolicyView } from '../../errorPolicyView.js';
import type { LimiterView } from '../../http/workspaceLimiter.js';
import { component } from '../component.js';
import { count, id, time, timeOrNull } from './plain.js';

const senderKind = z.enum(['number', 'messagingService']);

export const breaker = component(
  'Breaker',
  z.strictObject({
    scope: z.enum(breakerScopes),
    subject: z.string().describe('The provider’s name, or the sender’s number.'),
    provider: z.string(),
    state: z.enum(['closed', 'open', 'half-open']).describe('`open` lets nothing through, `half-open` one message.'),
    since: timeOrNull,
    retryAt: timeOrNull,
    failures: count.describe('Failures in a row while it is closed.'),
    reason: z.string().nullable(),
    forced: z.strictObject({ state: z.enum(forcedStates), until: time }).nullable(),
  }) satisfies z.ZodType<BreakerView>,
);

export const retention = component(
  'Retention',
  z.strictObject({
    messageDays: count.nullable().describe('Older messages are removed; null keeps them without an end.'),
    contentDays: count
      .nullable()
      .describe('Texts older than this are removed from messages that have ended; null keeps them as long as their messages.'),
    legalHold: z.boolean().describe('While it is true nothing of the workspace is removed.'),
    archivedAfterDays: count.describe('Messages go into the archive so many days after the end of their week.'),
  }),
);

export const search = component(
  'Search',
  z.strictObject({
    words: z.boolean(),
    behind: count.describe('Events whose messages have not been looked at for their words.'),
  }),
);

export const workspace = component(
  'Workspace',
  z.strictObject({
    id,
    name: z.string(),
    senders: z.array(z.strictObject({ id, phoneNumber: z.string(), kind: senderKind, provider: z.string() })),
    limits: z.strictObject({ ratePerSecond: count, burst: count, cooldownMs: count, countBy: z.enum(countings), epoch: count }),
    coolingDownUntil: timeOrNull.describe('Nothing is sent before this time, after a rate error of the provider.'),
    breakers: z.array(breaker).describe('Only those that are not simply closed.'),
  }),
);

export const sender = component('Sender', z.strictObject({ id, phoneNumber: z.string(), kind: senderKind, provider: z.string() }));

const capabilities = z.strictObject({
  canList: z.boolean(),
  isIdempotent: z.boolean(),
  hasMessagingServices: z.boolean(),
  limitsValidity: z.boolean(),
}) satisfies z.ZodType<Capabilities>;

export const providerAccount = component(
  'ProviderAccount',
  z.strictObject({
    provider: z.string(),
    configured: z.boolean(),
    account: z.record(z.string(), z.string().nullable()).nullable().describe('Its values; of the secret only the end.'),
    needs: z.array(z.string()).describe('Names of the values that an account consists of.'),
    capabilities,
    inboundUrl: z.string().describe('Where the provider is to bring what people write.'),
  }),
);

export const limits = component(
  'Limits',
  z.strictObject({
    ratePerSecond: count,
    burst: count,
    cooldownMs: count,
    countBy: z.enum(countings),
    epoch: count.describe('Counts the changes.'),
    cooldownUntil: timeOrNull,
    senders: z.array(
      z.strictObject({
        id,
        phoneNumber: z.string(),
        ratePerSecond: count.nullable(),
        burst: count.nullable(),
        cooldownUntil: timeOrNull,
      }),
    ),
  }),
);

export const limiter = component(
  'Limiter',
  z.strictObject({
    at: time,
    waiting: count.describe('Queued messages that wait for their turn.'),
    state: z
      .strictObject({
        free: count.describe('Tokens that are free at once.'),
        held: count.describe('Tokens of messages that are about to leave.'),
        booked: count.describe('Slots that are booked ahead.'),
        bookedUntil: timeOrNull,
        drainedAt: timeOrNull.describe('When the waiting messages will have left, at this rate.'),
        inWords: z.string().describe('As the Temporal Web UI shows it.'),
      })
      .nullable(),
    unavailable: z.string().nullable().describe('Why there is no state.'),
    workflow: z.strictObject({ id: z.string(), url: z.string().nullable() }),
  }) satisfies z.ZodType<LimiterView>,
);

const errorPolicyOfClass = z.strictObject({
  retry: z.boolean(),
  backoff: z.strictObject({ initialMs: z.number(), coefficient: z.number(), maxMs: z.number(), jitter: z.literal('full') }),
  attemptsMax: z.union([z.number(), z.literal('until validity ends'), z.literal('without end')]),
  keepsMessage: z.boolean().describe('A message whose tries are used up is kept: it begins again later.'),
  notify: z.enum(audiences),
  mayOverrideRetry: z.boolean(),
  sentence: z.string(),
  cure: z.string(),
  overridden: z.boolean(),
  codes: z.array(z.string()),
});
export const errorPolicy = component(
  'ErrorPolicy',
  z.strictObject({ version: count, classes: z.record(z.string(), errorPolicyOfClass) }) satisfies z.ZodType<ErrorPolicyView>,
);

const change = component(
  'ConfigurationChange',
  z.strictObject({ section: z.string(), name: z.string(), from: z.unknown(), to: z.unknown() }) satisfies z.ZodType<ConfigurationChange>,
);
const version = component(
  'ConfigurationVersion',
  z.strictObject({
    version: count,
    at: time,
    actor: z.string(),
    reason: z.string().nullable(),
    undoes: count.nullable(),
    changes: z.array(change),
  }) satisfies z.ZodType<VersionView>,
);
export const versions = z.strictObject({
  data: z.array(version),
  nextBefore: count.nullable().describe('The number to go on before; null at the end.'),
});
export const wentBack = component(
  'WentBack',
  z.strictObject({
    dryRun: z.boolean(),
    changes: z.array(change),
    changedSince: z.array(change).describe('Of the changes, those to settings that were changed again since.'),
  }) satisfies z.ZodType<WentBack>,
);

export const routes = component(
  'Routes',
  z.strictObject({
    routes: z.record(z.string(), z.array(z.strictObject({ provider: z.string(), weight: z.number().int(), order: z.number().int() }))),
    providers: z.array(z.strictObject({ provider: z.string(), health: z.number().min(0).max(1), senders: z.array(z.string()) })),
  }),
);
