import { byHandRequest, historyQuery, messageRequest, resolveRequest, retryRequest } from '../../requestSchemas.js';
import { message, messageTrace, retriedMessage } from '../answers/message.js';
import { pageOf } from '../answers/plain.js';
import { messageRecord } from '../answers/record.js';
import type { Operations } from '../operation.js';

const byHand = { params: { id: 'message' }, takesKey: true, example: { body: { reason: 'asked for by the customer' } } } as const;

export const messages = {
  '/messages': {
    get: {
      id: 'listAllMessages',
      scope: 'messages:read',
      summary: 'List the messages of the workspace, newest first',
      description: 'A page may be short, or empty, where few messages fit: only a `nextCursor` of null says that nothing is left.',
      query: historyQuery,
      answers: { 200: pageOf(message) },
      problems: ['word_search_off'],
      example: { query: { limit: 20, direction: 'outbound', status: 'delivered,failed' } },
    },
    post: {
      id: 'sendMessage',
      scope: 'messages:send',
      summary: 'Send a message',
      description:
        'Answers once the message is durable. The same request under the same `Idempotency-Key` is answered with the first message, and ' +
        '`Idempotent-Replayed: true`. A 503 hands back the key to retry with: the message may have been taken; with the code `overloaded` it was not.',
      body: messageRequest,
      takesKey: true,
      answers: { 202: message },
      problems: ['unknown_sender', 'opted_out', 'templates_not_available', 'archive_unavailable', 'archive_damaged', 'overloaded'],
      example: { body: { to: '+14155552671', body: 'Your table is ready.', metadata: { booking: '4711' } } },
    },
  },
  '/messages/:id': {
    get: {
      id: 'getMessage',
      scope: 'messages:read',
      summary: 'Read a message',
      params: { id: 'message' },
      answers: { 200: message },
      problems: ['archive_unavailable', 'archive_damaged'],
    },
  },
  '/messages/:id/trace': {
    get: {
      id: 'traceMessage',
      scope: 'messages:read',
      summary: 'Read the whole story of a message',
      description: 'Its events, its attempts, the provider’s receipts, what people did to it, and what its workflow says of itself.',
      params: { id: 'message' },
      answers: { 200: messageTrace },
      problems: ['archive_unavailable', 'archive_damaged'],
    },
  },
  '/messages/:id/record': {
    get: {
      id: 'exportMessageRecord',
      scope: 'messages:read',
      summary: 'Export the whole story of a message as a signed record',
      description: '`npm run postrider -- record verify FILE` says whether a part of it was changed since, and which.',
      params: { id: 'message' },
      answers: { 200: messageRecord },
      problems: ['archive_unavailable', 'archive_damaged'],
    },
  },
  '/messages/:id/cancel': {
    post: {
      ...byHand,
      id: 'cancelMessage',
      scope: 'messages:send',
      summary: 'Take back a message that has not left',
      body: byHandRequest,
      answers: { 200: message },
      problems: ['too_late_to_cancel', 'message_archived'],
    },
  },
  '/messages/:id/park': {
    post: {
      ...byHand,
      id: 'parkMessage',
      scope: 'queues:manage',
      summary: 'Put a message aside until somebody retries it',
      body: byHandRequest,
      answers: { 200: message },
      problems: ['not_possible_now', 'message_archived'],
    },
  },
  '/messages/:id/dismiss': {
    post: {
      ...byHand,
      id: 'dismissMessage',
      scope: 'queues:manage',
      summary: 'Take a message out of the failed queue',
      body: byHandRequest,
      answers: { 200: message },
      problems: ['message_archived'],
    },
  },
  '/messages/:id/retry': {
    post: {
      ...byHand,
      id: 'retryMessage',
      scope: 'queues:manage',
      summary: 'Send a message once more that has failed or was parked',
      body: retryRequest,
      answers: { 200: retriedMessage },
      problems: ['not_possible_now', 'message_archived', 'confirmation_required', 'provider_unavailable'],
    },
  },
  '/messages/:id/resolve': {
    post: {
      ...byHand,
      id: 'resolveMessage',
      scope: 'queues:manage',
      summary: 'Say which message of the provider a message in doubt is',
      description: 'The provider is asked for it, and the message takes its state.',
      body: resolveRequest,
      answers: { 200: message },
      problems: ['not_possible_now', 'message_archived', 'provider_message_unknown', 'provider_unavailable'],
      example: { body: { providerMessageId: 'SM0123456789abcdef0123456789abcdef' } },
    },
  },
} as const satisfies Operations;
