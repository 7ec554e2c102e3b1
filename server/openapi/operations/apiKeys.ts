import { apiKeyRequest, apiKeyRotation } from '../../identitySchemas.js';
import { apiKey, issuedApiKey } from '../answers/apiKeys.js';
import { listOf } from '../answers/plain.js';
import type { Operations } from '../operation.js';

export const apiKeys = {
  '/api-keys': {
    get: {
      id: 'listApiKeys',
      scope: 'keys:read',
      summary: 'List API keys',
      answers: { 200: listOf(apiKey) },
    },
    post: {
      id: 'createApiKey',
      scope: 'keys:manage',
      summary: 'Make an API key',
      description: 'The key itself is in this answer only. Nobody hands out more than he has.',
      body: apiKeyRequest,
      answers: { 201: issuedApiKey },
      problems: ['too_many_api_keys'],
      example: { body: { name: 'Shop', scopes: ['messages:send', 'messages:read'] } },
    },
  },
  '/api-keys/:id': {
    get: {
      id: 'getApiKey',
      scope: 'keys:read',
      summary: 'Read an API key',
      params: { id: 'apiKey' },
      answers: { 200: apiKey },
    },
    delete: {
      id: 'revokeApiKey',
      scope: 'keys:manage',
      summary: 'Revoke an API key',
      params: { id: 'apiKey' },
      answers: { 200: apiKey },
    },
  },
  '/api-keys/:id/rotate': {
    post: {
      id: 'rotateApiKey',
      scope: 'keys:manage',
      summary: 'Make the key that takes the place of another',
      description: 'The old one is good for a while yet, a day if nothing else is said.',
      params: { id: 'apiKey' },
      body: apiKeyRotation,
      answers: { 201: issuedApiKey },
      problems: ['api_key_ended', 'too_many_api_keys'],
      example: { body: { oldKeyValidSeconds: 3600 } },
    },
  },
} as const satisfies Operations;
