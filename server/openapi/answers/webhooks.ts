import { z } from 'zod';
import { deliveryStatuses, endpointKinds } from '../../../domain/webhooks.js';
import type { WebhookDelivery } from '../../../storage/webhookDeliveries.js';
import type { WebhookEndpoint } from '../../../storage/webhookEndpoints.js';
import { component } from '../component.js';
import { type AsJson, count, id, time, timeOrNull } from './plain.js';

export const webhookEndpoint = component(
  'WebhookEndpoint',
  z.strictObject({
    id,
    kind: z.enum(endpointKinds).describe('`statusCallbacks` was made for the StatusCallback URLs of one server.'),
    url: z.string().describe('Of `statusCallbacks` the server; what is called is the URL of each message.'),
    description: z.string(),
    eventTypes: z.array(z.string()),
    enabled: z.boolean(),
    disabledReason: z.string().nullable(),
    failingSince: timeOrNull.describe('Since when every attempt has failed; null while they succeed.'),
    previousSecretUntil: timeOrNull.describe('Until when the secret of before a rotation signs as well.'),
    createdAt: time,
    updatedAt: time,
  }) satisfies z.ZodType<AsJson<WebhookEndpoint>>,
);

export const webhookEndpointWithSecret = component(
  'WebhookEndpointWithSecret',
  webhookEndpoint.extend({ secret: z.string().describe('Shown this once.') }),
);

export const webhookDelivery = component(
  'WebhookDelivery',
  z.strictObject({
    id: id.describe('The `webhook-id`: the same at every attempt.'),
    type: z.string(),
    status: z.enum(deliveryStatuses),
    attempts: count,
    occurredAt: time,
    createdAt: time,
    dueAt: timeOrNull.describe('When it is tried next; null once it has ended.'),
    lastAttemptAt: timeOrNull,
    responseStatus: z.number().int().nullable(),
    error: z.string().nullable(),
  }) satisfies z.ZodType<AsJson<WebhookDelivery>>,
);
