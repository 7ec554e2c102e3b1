import { z } from 'zod';
import type { CancellationProgress } from '../../../domain/cancellation.js';
import { failedStatuses } from '../../../domain/queues.js';
import { confirmations, type RedriveProgress } from '../../../domain/redrive.js';
import type { QueuedMessageView } from '../../http/queues.js';
import type { QueuesView, QueueView } from '../../queueReader.js';
import { component } from '../component.js';
import { cancelableShare } from './message.js';
import { type AsJson, count, id, lane, messageError, messageStatus, time, timeOrNull } from './plain.js';

const queue = component(
  'Queue',
  z.strictObject({
    count,
    oldestAt: timeOrNull.describe('Since when the oldest message is in it, those left out that wait for a time of their own.'),
    oldestAgeS: count.nullable(),
    perMinute: count.describe('Messages of the last minute: taken by the provider, ended, come into the queue, come in.'),
    states: z.array(z.strictObject({ lane, status: messageStatus, count, oldestAt: time })),
  }) satisfies z.ZodType<QueueView>,
);

export const queues = component(
  'Queues',
  z.strictObject({
    at: time,
    queues: z.strictObject({ outbound: queue, processing: queue, failed: queue, inbound: queue }),
  }) satisfies z.ZodType<QueuesView>,
);

export const queuedMessage = component(
  'QueuedMessage',
  z.strictObject({
    id,
    conversationId: id,
    to: z.string(),
    from: z.string(),
    lane,
    status: messageStatus,
    reason: z.string().describe('Why it is there, for people.'),
    error: messageError.nullable(),
    attempt: count,
    providerMessageId: z.string().nullable(),
    sendAt: timeOrNull,
    createdAt: time,
    since: time,
    ageS: count,
  }) satisfies z.ZodType<AsJson<QueuedMessageView>>,
);

const mustConfirm = z.array(z.enum(confirmations)).describe('What `confirm` has to name before it can be done.');
const byStatus = z.partialRecord(z.enum(failedStatuses), count);

export const redriveCounted = component(
  'RedriveCounted',
  z.strictObject({ dryRun: z.literal(true), matched: count, byStatus, ratePerSecond: count, takesAboutS: count, mustConfirm }),
);
export const redriveStarted = component('RedriveStarted', z.strictObject({ id, matched: count, byStatus, ratePerSecond: count }));
export const redriveProgress = component(
  'RedriveProgress',
  z.strictObject({
    id,
    state: z.enum(['running', 'done', 'canceled']),
    matched: count,
    ratePerSecond: count,
    looked: count,
    retried: count,
    adopted: count.describe('The provider had them after all: not sent again.'),
    unconfirmed: count.describe('They may have been sent, and nobody has confirmed that they may be sent twice: left in the queue.'),
    left: count.describe('Something else has become of them, or the provider could not be asked: left as they are.'),
  }) satisfies z.ZodType<RedriveProgress & { id: string }>,
);

export const cancellationCounted = component(
  'CancellationCounted',
  z.strictObject({ dryRun: z.literal(true), matched: count, shares: z.array(cancelableShare), mustConfirm }),
);
export const cancellationStarted = component(
  'CancellationStarted',
  z.strictObject({ id, matched: count, shares: z.array(cancelableShare) }),
);
export const cancellationProgress = component(
  'CancellationProgress',
  z.strictObject({ id, state: z.enum(['running', 'done']), matched: count, canceled: count }) satisfies z.ZodType<
    CancellationProgress & { id: string }
  >,
);
