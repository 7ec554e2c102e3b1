import { suppressionFilter, suppressionRequest, suppressionsPage } from '../../requestSchemas.js';
import { lifted, suppression } from '../answers/consent.js';
import { pageOf } from '../answers/plain.js';
import type { Operations } from '../operation.js';

export const consent = {
  '/suppressions': {
    get: {
      id: 'listSuppressions',
      scope: 'consent:read',
      summary: 'List who may not be written to',
      query: suppressionsPage,
      answers: { 200: pageOf(suppression) },
      example: { query: { state: 'active' } },
    },
  },
  '/suppressions/:number': {
    put: {
      id: 'suppressNumber',
      scope: 'consent:manage',
      summary: 'Stop writing to a number',
      description: 'What waits in the queue for it ends as `failed`.',
      params: { number: 'suppressedNumber' },
      body: suppressionRequest,
      answers: { 200: suppression },
      example: { body: { topic: 'marketing', reason: 'asked for by telephone' } },
    },
    delete: {
      id: 'liftSuppression',
      scope: 'consent:manage',
      summary: 'Allow a number again, about one topic or about all',
      params: { number: 'suppressedNumber' },
      query: suppressionFilter,
      answers: { 200: lifted },
    },
  },
} as const satisfies Operations;
