import { byHandRequest, cancellationRequest, page, redriveRequest } from '../../requestSchemas.js';
import { pageOf } from '../answers/plain.js';
import {
  cancellationCounted,
  cancellationProgress,
  cancellationStarted,
  queuedMessage,
  queues as queuesAnswer,
  redriveCounted,
  redriveProgress,
  redriveStarted,
} from '../answers/queues.js';
import type { Operations } from '../operation.js';

export const queues = {
  '/queues': {
    get: {
      id: 'getQueues',
      scope: 'messages:read',
      summary: 'Count the queues',
      description: 'Who asks again within a second gets the same count.',
      answers: { 200: queuesAnswer },
    },
  },
  '/queues/failed/redrive': {
    post: {
      id: 'redriveFailed',
      scope: 'queues:manage',
      summary: 'Send failed messages once more, by a filter',
      description: 'With `dryRun` they are only counted (200).',
      body: redriveRequest,
      takesKey: true,
      answers: { 200: redriveCounted, 202: redriveStarted },
      problems: ['unknown_sender', 'confirmation_required'],
      example: { body: { filter: { status: ['failed'], lane: ['normal'] }, ratePerSecond: 5, reason: 'the provider was down' } },
    },
  },
  '/queues/failed/redrive/:id': {
    get: {
      id: 'getRedrive',
      scope: 'messages:read',
      summary: 'See how far a redrive has come',
      params: { id: 'redrive' },
      answers: { 200: redriveProgress },
    },
  },
  '/queues/failed/redrive/:id/cancel': {
    post: {
      id: 'cancelRedrive',
      scope: 'queues:manage',
      summary: 'End a redrive',
      params: { id: 'redrive' },
      body: byHandRequest,
      takesKey: true,
      answers: { 200: redriveProgress },
      example: { body: {} },
    },
  },
  '/queues/outbound/cancel': {
    post: {
      id: 'cancelOutbound',
      scope: 'queues:manage',
      summary: 'Take back messages that have not left, by a filter',
      description: 'With `dryRun` they are only counted (200).',
      body: cancellationRequest,
      takesKey: true,
      answers: { 200: cancellationCounted, 202: cancellationStarted },
      problems: ['unknown_sender', 'confirmation_required'],
      example: { body: { filter: { lane: ['bulk'] }, reason: 'the wrong text' } },
    },
  },
  '/queues/outbound/cancel/:id': {
    get: {
      id: 'getCancellation',
      scope: 'messages:read',
      summary: 'See how far a cancellation has come',
      params: { id: 'cancellation' },
      answers: { 200: cancellationProgress },
    },
  },
  '/queues/:queue': {
    get: {
      id: 'listQueue',
      scope: 'messages:read',
      summary: 'List a queue, from its oldest message on',
      params: { queue: 'queue' },
      query: page,
      answers: { 200: pageOf(queuedMessage) },
      example: { query: { limit: 20 } },
    },
  },
} as const satisfies Operations;
