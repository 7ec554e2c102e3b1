import { webhookDeliveriesPage, webhookEndpointChange, webhookEndpointRequest } from '../../requestSchemas.js';
import { listOf, pageOf } from '../answers/plain.js';
import { webhookDelivery, webhookEndpoint, webhookEndpointWithSecret } from '../answers/webhooks.js';
import type { Operations } from '../operation.js';

const endpoint = { params: { id: 'webhookEndpoint' } } as const;

export const webhooks = {
  '/webhook-endpoints': {
    get: {
      id: 'listWebhookEndpoints',
      scope: 'workspace:read',
      summary: 'List webhook endpoints',
      answers: { 200: listOf(webhookEndpoint) },
    },
    post: {
      id: 'createWebhookEndpoint',
      scope: 'workspace:manage',
      summary: 'Hear of events at a URL',
      description: 'The secret that signs is in this answer only.',
      body: webhookEndpointRequest,
      answers: { 201: webhookEndpointWithSecret },
      problems: ['webhook_url_refused', 'too_many_webhook_endpoints'],
      example: { body: { url: 'https://example.com/hooks/postrider', eventTypes: ['message.delivered', 'message.failed'] } },
    },
  },
  '/webhook-endpoints/:id': {
    get: {
      ...endpoint,
      id: 'getWebhookEndpoint',
      scope: 'workspace:read',
      summary: 'Read a webhook endpoint',
      answers: { 200: webhookEndpoint },
    },
    patch: {
      ...endpoint,
      id: 'changeWebhookEndpoint',
      scope: 'workspace:manage',
      summary: 'Change, disable or enable a webhook endpoint',
      body: webhookEndpointChange,
      answers: { 200: webhookEndpoint },
      problems: ['webhook_url_refused', 'status_callbacks_endpoint'],
      example: { body: { description: 'Orders', enabled: true, missed: 'deliver' } },
    },
    delete: {
      ...endpoint,
      id: 'deleteWebhookEndpoint',
      scope: 'workspace:manage',
      summary: 'Delete a webhook endpoint',
      answers: { 204: null },
    },
  },
  '/webhook-endpoints/:id/rotate-secret': {
    post: {
      ...endpoint,
      id: 'rotateWebhookSecret',
      scope: 'workspace:manage',
      summary: 'Give a webhook endpoint a new secret',
      description: 'The one of before signs as well for a day.',
      answers: { 200: webhookEndpointWithSecret },
      problems: ['status_callbacks_endpoint'],
    },
  },
  '/webhook-endpoints/:id/test': {
    post: {
      ...endpoint,
      id: 'testWebhookEndpoint',
      scope: 'workspace:manage',
      summary: 'Send a webhook endpoint a test',
      answers: { 202: webhookDelivery },
      problems: ['webhook_endpoint_disabled', 'status_callbacks_endpoint'],
    },
  },
  '/webhook-endpoints/:id/deliveries': {
    get: {
      ...endpoint,
      id: 'listWebhookDeliveries',
      scope: 'workspace:read',
      summary: 'List what was sent to a webhook endpoint',
      query: webhookDeliveriesPage,
      answers: { 200: pageOf(webhookDelivery) },
      example: { query: { limit: 20 } },
    },
  },
  '/webhook-endpoints/:id/deliveries/:delivery/redeliver': {
    post: {
      params: { id: 'webhookEndpoint', delivery: 'webhookDelivery' },
      id: 'redeliverWebhook',
      scope: 'workspace:manage',
      summary: 'Deliver an event once more',
      answers: { 202: webhookDelivery },
      problems: ['webhook_endpoint_disabled'],
    },
  },
} as const satisfies Operations;
