import { z } from 'zod';
import { consentMeanings, type InboundConsent } from '../../../domain/consent.js';
import { categories, type MessageState } from '../../../domain/message.js';
import type { CancelableShare } from '../../../storage/cancelMatching.js';
import type { Conversation } from '../../../storage/conversations.js';
import type { MessageView } from '../../messageView.js';
import type { MessageTrace } from '../../traceMessage.js';
import { component } from '../component.js';
import { type AsJson, count, id, lane, messageError, messageStatus, time, timeOrNull } from './plain.js';

const direction = z.enum(['outbound', 'inbound']);

const consent = component(
  'InboundConsent',
  z.strictObject({
    meaning: z.enum(consentMeanings),
    words: z.string().describe('The words that it was read from.'),
    stopped: count.describe('How many queued messages it stopped.'),
  }) satisfies z.ZodType<InboundConsent>,
);

export const message = component(
  'Message',
  z.strictObject({
    id,
    conversationId: id,
    direction,
    status: messageStatus,
    to: z.string().nullable().describe('Null where it is the contact’s, and the contact was erased.'),
    from: z.string().nullable(),
    body: z.string().nullable().describe('As it was given: show it as text, never as HTML. Null where it was erased.'),
    mediaUrls: z.array(z.string()),
    metadata: z.record(z.string(), z.string()),
    campaign: z.string().nullable().describe('`campaign` of the metadata: messages are found by it.'),
    erased: z.boolean().describe('Its text is gone for good.'),
    contentRemovedAt: timeOrNull.describe('When the text was removed because the workspace keeps texts no longer.'),
    contentKeptDays: count.nullable().describe('For how many days it had been kept.'),
    priority: lane,
    category: z.enum(categories),
    encoding: z.string(),
    segments: count,
    attempt: count.describe('How often it was tried; 0 before the first.'),
    providerMessageId: z.string().nullable(),
    error: messageError.nullable(),
    consent: consent.nullable().describe('What an inbound message says of its sender’s consent.'),
    sendAt: timeOrNull.describe('When it may leave at the earliest; null where that was at once.'),
    validUntil: timeOrNull.describe('After this time it is not sent any more.'),
    createdAt: time,
    updatedAt: time,
    archived: z.boolean().describe('It is so old that it can be read and not changed any more.'),
  }) satisfies z.ZodType<MessageView>,
);

export const contact = component(
  'Contact',
  z.strictObject({
    id,
    phoneNumber: z.string().nullable().describe('Null where it was erased.'),
    name: z.string().nullable(),
    erased: z.boolean(),
    erasure: z
      .strictObject({
        erasedAt: time,
        actor: z.string(),
        canceled: count.describe('Messages that were taken out of the queue by it.'),
        finishedAt: timeOrNull.describe('When nothing was left of it, histories of workflows included.'),
      })
      .nullable()
      .describe('The last one.'),
  }),
);

export const retriedMessage = component(
  'RetriedMessage',
  message.extend({
    outcome: z
      .enum(['queued', 'adopted', 'repeated'])
      .describe('`adopted`: the provider had it all the same. `repeated`: done before under this key.'),
  }),
);

const state = z.strictObject({
  step: z.enum([
    'persisting',
    'scheduled',
    'waiting for send token',
    'submitting',
    'reconciling',
    'awaiting status callback',
    'recording',
    'closed',
  ]),
  status: messageStatus,
  attempt: count,
  providerMessageId: z.string().nullable(),
  waitingUntil: timeOrNull,
  waitingFor: z
    .enum(['slot', 'limiter', 'provider', 'configuration', 'database', 'retry', 'schedule', 'quietHours', 'earlier', 'breaker'])
    .nullable(),
  error: messageError.nullable(),
}) satisfies z.ZodType<MessageState>;

export const messageTrace = component(
  'MessageTrace',
  z.strictObject({
    message,
    events: z.array(
      z.strictObject({
        seq: count,
        prev: count,
        status: messageStatus,
        attempt: count,
        providerMessageId: z.string().nullable(),
        error: messageError.nullable(),
        consent: consent.nullable(),
        at: time,
      }),
    ),
    attempts: z.array(
      z.strictObject({
        attempt: count,
        status: z.string(),
        provider: z.string(),
        startedAt: time,
        deadlineAt: time,
        providerMessageId: z.string().nullable(),
        error: messageError.nullable(),
        evidence: z.string().nullable().describe('What proved or decided it, in words.'),
      }),
    ),
    receipts: z.array(
      z.strictObject({
        at: time,
        attempt: count.describe('The attempt that it is about; 0 where it names none.'),
        providerMessageId: z.string(),
        status: z.string().describe('The provider’s word, as it was understood.'),
      }),
    ),
    interventions: z.array(z.strictObject({ at: time, actor: z.string(), action: z.string(), details: z.record(z.string(), z.unknown()) })),
    workflow: z.strictObject({
      id: z.string(),
      url: z.string().nullable().describe('The workflow in the Temporal Web UI, where its address is configured.'),
      state: state.nullable(),
      unavailable: z.string().describe('Why there is no state.').exactOptional(),
    }),
  }) satisfies z.ZodType<AsJson<MessageTrace>>,
);

export const assignee = component('Assignee', z.strictObject({ id, name: z.string().describe('What the workspace calls the person.') }));

export const conversation = component(
  'Conversation',
  z.strictObject({
    id,
    contact: z.strictObject({ id, phoneNumber: z.string().nullable(), name: z.string().nullable() }),
    status: z.enum(['open', 'closed']).describe('A message that comes in opens it again.'),
    closedAt: timeOrNull,
    assignee: assignee.nullable().describe('Whose it is.'),
    unread: z.boolean().describe('Nobody of the workspace has read what came in last.'),
    optedOut: z.boolean().describe('The contact must not be written to.'),
    lastMessageAt: time,
    lastSeq: count.describe('Number of its newest event: a socket goes on after it.'),
    lastMessage: z
      .strictObject({ id, body: z.string().nullable(), contentKeptDays: count.nullable(), direction, status: messageStatus })
      .nullable(),
  }) satisfies z.ZodType<AsJson<Conversation>>,
);

export const cancelableShare = z.strictObject({ status: messageStatus, lane, count }) satisfies z.ZodType<
  Pick<CancelableShare, 'status' | 'lane' | 'count'>
>;
