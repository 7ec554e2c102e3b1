import { z } from 'zod';
import { suppressionStates, topics } from '../domain/consent.js';
import { termsOfQuery } from '../domain/contactSearch.js';
import { exportFormats } from '../domain/exports.js';
import { campaignCharactersMax, contactQueryCharactersMax, searchCharactersMax, searchWordsMax } from '../domain/historyLimits.js';
import { isUuid } from '../domain/ids.js';
import { isStorable } from '../domain/isStorable.js';
import {
  bodyCharactersMax,
  evidenceCharactersMax,
  idempotencyKeyCharactersMax,
  mediaUrlsMax,
  metadataBytesMax,
  pageSizeDefault,
  pageSizeMax,
  reasonCharactersMax,
  redriveRateDefaultPerSecond,
  redriveRateMaxPerSecond,
  validitySecondsMax,
  versionMax,
  webhookDescriptionCharactersMax,
  webhookUrlCharactersMax,
} from '../domain/limits.js';
import { categories, directions } from '../domain/message.js';
import { messageStatuses } from '../domain/messageStatus.js';
import { metricsStepMaxS, metricsStepMinS } from '../domain/metricLimits.js';
import { metricSeriesNames } from '../domain/metricSeries.js';
import { toE164 } from '../domain/phoneNumber.js';
import { priorities } from '../domain/priority.js';
import { failedStatuses } from '../domain/queues.js';
import { confirmations } from '../domain/redrive.js';
import { searchWordsOf } from '../domain/searchWords.js';
import { isMessagingService } from '../domain/sender.js';
import { deliveryStatuses, webhookEventTypes } from '../domain/webhooks.js';

/** A text that `read` brings into its one form, or knows to be none. */
const addressBy = (read: (text: string) => string | undefined, problem: string) =>
  z
    .string({ error: 'must be a string' })
    .min(1, 'is empty: give a phone number in E.164 form, e.g. +14155552671')
    .transform((text, context) => {
      const address = read(text);
      if (address) return address;
      context.addIssue({ code: 'custom', message: problem });
      return z.NEVER;
    });

const inE164 = 'use E.164 form with + and country code, e.g. +14155552671';
const phoneNumber = addressBy(toE164, `is not a valid phone number: ${inE164}`);
const sender = addressBy(
  (text) => (isMessagingService(text) ? text : toE164(text)),
  `is neither a valid phone number nor a Messaging Service: ${inE164}, or its SID, MG…`,
);

/** The text of the message. Control characters that carriers drop or refuse are refused here, with their place. */
const body = z
  .string({ error: 'must be a string' })
  .refine((text) => text.trim().length > 0, 'is empty: give the text to send')
  .refine((text) => text.length <= bodyCharactersMax, `is too long: at most ${bodyCharactersMax} characters`)
  .refine(isStorable, 'has characters that can not be sent (NUL or half of a surrogate pair)');

const notStorable = 'has characters that can not be stored (NUL or half of a surrogate pair)';

/** A text that is kept as it was given. */
const keptText = (charactersMax: number) =>
  z
    .string({ error: 'must be a string' })
    .max(charactersMax, `is too long: at most ${charactersMax} characters`)
    .refine(isStorable, notStorable);

const metadata = z
  .record(z.string(), z.string())
  .refine((value) => Object.entries(value).every(([name, text]) => isStorable(name) && isStorable(text)), notStorable)
  .refine((value) => JSON.stringify(value).length <= metadataBytesMax, `is too large: at most ${metadataBytesMax} bytes`);

const validity = `must be a whole number of seconds from 1 to ${validitySecondsMax}`;

/** The body of POST /v1/messages and the payload of `message:outbound`. */
export const messageRequest = z.strictObject({
  to: phoneNumber,
  body,
  from: sender.optional(),
  priority: z.enum(priorities, { error: `must be one of ${priorities.join(', ')}` }).default('normal'),
  mediaUrls: z
    .array(z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).refine(isStorable, notStorable))
    // Not .max(), which would count the letters of a string as well.
    .refine((urls) => urls.length <= mediaUrlsMax, `has too many entries: at most ${mediaUrlsMax}`)
    .default([]),
  metadata: metadata.default({}),
  category: z.enum(categories, { error: `must be one of ${categories.join(', ')}` }).default('transactional'),
  sendAt: z.iso.datetime({ offset: true, error: 'must be a time in ISO 8601 with its offset, e.g. 2026-12-01T09:00:00Z' }).optional(),
  validitySeconds: z.number({ error: validity }).int(validity).min(1, validity).max(validitySecondsMax, validity).optional(),
});
export type MessageRequest = z.infer<typeof messageRequest>;

export const idempotencyKey = z
  .string()
  .min(1, 'is empty')
  .max(idempotencyKeyCharactersMax, `is too long: at most ${idempotencyKeyCharactersMax} characters`)
  .regex(/^[\x21-\x7e]+$/, 'must consist of visible ASCII characters');

/** The payload of `message:outbound`: a message request and its key, which a socket has no header for. */
export const outboundEvent = messageRequest.extend({ idempotencyKey: idempotencyKey.optional() });

export const uuid = z.string().refine(isUuid, 'must be a UUID');

/** The payload of `message:cancel`. */
export const cancelEvent = z.strictObject({ messageId: uuid });

/** The payload of `conversation:open`. */
export const conversationOpenEvent = z.strictObject({ conversationId: uuid, afterSeq: z.number().int().min(0).optional() });

/** The payload of `conversation:viewing`. */
export const conversationViewingEvent = z.strictObject({ conversationId: uuid, viewing: z.boolean({ error: 'must be true or false' }) });

/** The payload of `conversation:typing`. */
export const conversationTypingEvent = z.strictObject({ conversationId: uuid, typing: z.boolean({ error: 'must be true or false' }) });

/** Why something is done by hand: for the audit. */
export const reason = keptText(reasonCharactersMax).optional();

/** The body of POST /v1/messages/{id}/cancel, park and dismiss. */
export const byHandRequest = z.strictObject({ reason });

/** The body of PATCH /v1/workspace/search. */
export const searchRequest = z.strictObject({ words: z.boolean({ error: 'must be true or false' }), reason });

/** The body of POST /v1/messages/{id}/retry. */
export const retryRequest = z.strictObject({
  confirm: z.literal('may-have-been-sent', { error: 'must be may-have-been-sent, or be left out' }).optional(),
  reason,
});

/** The body of POST /v1/messages/{id}/resolve. */
export const resolveRequest = z.strictObject({
  providerMessageId: z.string().regex(/^[\w-]{1,64}$/, "must be the provider's id of the message, e.g. SM0123456789abcdef0123456789abcdef"),
  reason,
});

/** The body of PUT /v1/workspace/senders/{sender}: the provider at which it lives, its first where it is left out. */
export const senderRequest = z.strictObject({ provider: z.string().min(1).max(64).optional(), reason });

const confirmation = z.enum(confirmations, { error: `must be one of ${confirmations.join(', ')}` });
const time = z.iso.datetime({ offset: true, error: 'must be a time in ISO 8601 with its offset, e.g. 2026-12-01T09:00:00Z' });
const listOf = <T extends z.ZodType>(one: T) => z.array(one).min(1, 'is empty: leave it out to mean all').max(100).optional();

/** Which messages of a queue are meant. */
const queueFilter = z.strictObject({
  lane: listOf(z.enum(priorities, { error: `must be one of ${priorities.join(', ')}` })),
  acceptedAfter: time.optional(),
  acceptedBefore: time.optional(),
  from: sender.optional(),
});
const failedFilter = queueFilter.extend({
  status: listOf(z.enum(failedStatuses, { error: `must be one of ${failedStatuses.join(', ')}` })),
  errorCode: listOf(keptText(64).min(1)),
});
const category = z.enum(categories, { error: `must be one of ${categories.join(', ')}` });

/** The body of POST /v1/queues/outbound/cancel. */
export const cancellationRequest = z.strictObject({
  filter: queueFilter.extend({ category: category.optional() }).default({}),
  dryRun: z.boolean().default(false),
  confirm: z.literal('everything', { error: 'must be everything, or be left out' }).optional(),
  reason,
});

/** The body of POST /v1/queues/failed/redrive. */
export const redriveRequest = z.strictObject({
  filter: failedFilter.default({}),
  ratePerSecond: z.number().int().min(1).max(redriveRateMaxPerSecond).default(redriveRateDefaultPerSecond),
  dryRun: z.boolean().default(false),
  confirm: z.union([confirmation.transform((one) => [one]), z.array(confirmation)]).default([]),
  reason,
});

export const page = z.object({
  limit: z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(pageSizeMax, `must be at most ${pageSizeMax}`)
    .default(pageSizeDefault),
  cursor: z.string().optional(),
});

const moment = time.transform((text) => new Date(text));
/** A list in a query: its entries with commas between them. */
const separated = <T extends string>(all: readonly T[]) =>
  z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(all, { error: `must be of ${all.join(', ')}, with commas between them` })).max(all.length));

const historyFilter = {
  status: separated(messageStatuses).optional(),
  direction: z.enum(directions, { error: `must be one of ${directions.join(', ')}` }).optional(),
  campaign: keptText(campaignCharactersMax).min(1, 'is empty: leave it out to mean all').optional(),
  words: z
    .string()
    .max(searchCharactersMax, `is too long: at most ${searchCharactersMax} characters`)
    .transform(searchWordsOf)
    .refine((words) => words.length > 0, 'has no word in it')
    .refine((words) => words.length <= searchWordsMax, `has too many words: at most ${searchWordsMax}`)
    .optional(),
};

/** The query of GET /v1/messages and of GET /v1/conversations/{id}/messages. */
export const historyQuery = page
  .strict()
  .extend({
    ...historyFilter,
    since: moment.optional(),
    until: moment.optional(),
  })
  .refine(({ since, until }) => !since || !until || since < until, { path: ['until'], error: 'must be later than since' })
  .transform(({ status, ...rest }) => ({ ...rest, statuses: status }));

const person = z.string().refine(isUuid, 'must be the id of a person, me or none');

/** The query of GET /v1/conversations. */
export const conversationsQuery = page.strict().extend({
  status: z.enum(['open', 'closed'], { error: 'must be open or closed, or be left out' }).optional(),
  assignee: z.union([z.enum(['me', 'none']), person], { error: 'must be the id of a person, me or none' }).optional(),
  unread: z.literal('true', { error: 'must be true, or be left out' }).optional(),
  q: z
    .string()
    .max(contactQueryCharactersMax, `is too long: at most ${contactQueryCharactersMax} characters`)
    .transform((text, context) => {
      const terms = termsOfQuery(text);
      if (terms) return terms;
      context.addIssue({ code: 'custom', message: 'is too short: give two letters of a name, or three digits of a number' });
      return z.NEVER;
    })
    .optional(),
});

const assigneeId = uuid.nullable();

/** The body of PATCH /v1/conversations/{id}. */
export const conversationChange = z
  .strictObject({
    status: z.enum(['open', 'closed'], { error: 'must be open or closed' }).optional(),
    assigneeId: assigneeId.optional(),
    ifAssigneeId: assigneeId.optional(),
    reason,
  })
  .refine(({ status, assigneeId: to }) => status !== undefined || to !== undefined, {
    error: 'changes nothing: give status or assigneeId',
  });

/** The body of POST /v1/conversations/{id}/read. */
export const readRequest = z.strictObject({
  upToSeq: z.number({ error: 'must be the number of an event' }).int('must be a whole number').min(0).max(Number.MAX_SAFE_INTEGER),
});

/** The query of GET /v1/metrics. */
export const metricsQuery = z.strictObject({
  series: separated(metricSeriesNames).optional(),
  from: moment.optional(),
  to: moment.optional(),
  step: z.coerce
    .number({ error: 'must be a number of seconds' })
    .int('must be a whole number of seconds')
    .min(metricsStepMinS, `must be at least ${metricsStepMinS}`)
    .max(metricsStepMaxS, `must be at most ${metricsStepMaxS}`)
    .multipleOf(metricsStepMinS, `must be a multiple of ${metricsStepMinS}: figures are by the minute`)
    .default(metricsStepMinS),
});

/** The body of POST /v1/exports. */
export const exportRequest = z.strictObject({
  format: z.enum(exportFormats, { error: `must be one of ${exportFormats.join(', ')}` }).default('csv'),
  conversationId: uuid.optional(),
  ...historyFilter,
  since: moment,
  until: moment.optional(),
  reason,
});

const versionNumber = z.coerce
  .number({ error: 'must be the number of a version' })
  .int('must be the number of a version')
  .min(1)
  .max(versionMax);

/** The query of GET /v1/workspace/versions. */
export const versionsPage = page.pick({ limit: true }).extend({ before: versionNumber.optional() });

/** The path of POST /v1/workspace/versions/{version}/undo and restore. */
export const backPath = z.object({ version: versionNumber });

/** The body of POST /v1/workspace/versions/{version}/undo and restore. */
export const backRequest = z.strictObject({
  dryRun: z.boolean().default(false),
  confirm: z.literal('changed-since', { error: 'must be changed-since, or be left out' }).optional(),
  reason,
});

const placeOfChain = (least: number) =>
  z.coerce.number({ error: 'must be a place of the chain' }).int('must be a whole number').min(least).max(Number.MAX_SAFE_INTEGER);

/** The query of GET /v1/workspace/audit. */
export const auditPageQuery = page.pick({ limit: true }).extend({ before: placeOfChain(1).optional() });

/** The query of GET /v1/workspace/audit/verification. */
export const auditVerificationQuery = z.object({ afterSeq: placeOfChain(0).default(0) });

const topic = z.enum(topics, { error: `must be one of ${topics.join(', ')}` });

/** The query of GET /v1/suppressions. */
export const suppressionsPage = page.extend({
  state: z.enum(suppressionStates, { error: `must be one of ${suppressionStates.join(', ')}` }).optional(),
});

/** The path of PUT /v1/suppressions/{number}. */
export const suppressionPath = z.object({ number: phoneNumber });

/** The path of PUT /v1/workspace/senders/{sender}. */
export const senderPath = z.object({ sender });

/** The body of PUT /v1/suppressions/{number}. */
export const suppressionRequest = z.strictObject({
  topic: topic.default('all'),
  reason: keptText(evidenceCharactersMax).default(''),
});

/** The query of DELETE /v1/suppressions/{number}: without a topic all of them. */
export const suppressionFilter = z.object({ topic: topic.optional() });

/** The query of GET /v1/notifications. */
export const notificationsPage = page.extend({ state: z.enum(['all', 'unread'], { error: 'must be all or unread' }).default('all') });

const eventTypes = z
  .array(z.enum(webhookEventTypes, { error: `must be one of ${webhookEventTypes.join(', ')}` }))
  .min(1, 'is empty: leave it out to mean all')
  .transform((types) => [...new Set(types)]);
// What kind of URL it may be is for platform/publicHttp.ts to say, with a code of its own.
const webhookUrl = keptText(webhookUrlCharactersMax);
const webhookDescription = keptText(webhookDescriptionCharactersMax);

/** The body of POST /v1/webhook-endpoints. */
export const webhookEndpointRequest = z.strictObject({
  url: webhookUrl,
  eventTypes: eventTypes.default([...webhookEventTypes]),
  description: webhookDescription.default(''),
});

/** The body of PATCH /v1/webhook-endpoints/{id}. */
export const webhookEndpointChange = z
  .strictObject({
    url: webhookUrl.optional(),
    eventTypes: eventTypes.optional(),
    description: webhookDescription.optional(),
    enabled: z.boolean({ error: 'must be true or false' }).optional(),
    missed: z.enum(['deliver', 'skip'], { error: 'must be deliver or skip' }).optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    error: 'changes nothing: give url, eventTypes, description or enabled',
  })
  .refine(({ enabled, missed }) => missed === undefined || enabled === true, {
    path: ['missed'],
    error: 'is only for an endpoint that is enabled again: add "enabled": true',
  });

/** The query of GET /v1/webhook-endpoints/{id}/deliveries. */
export const webhookDeliveriesPage = page.extend({
  status: z.enum(deliveryStatuses, { error: `must be one of ${deliveryStatuses.join(', ')}` }).optional(),
});
