import { z } from 'zod';
import { everything, scopeNames } from '../../../domain/scopes.js';
import type { ApiKeyRecord } from '../../../storage/issueApiKeys.js';
import { component } from '../component.js';
import { type AsJson, time, timeOrNull } from './plain.js';

export const apiKey = component(
  'ApiKey',
  z.strictObject({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum([everything, ...scopeNames])),
    state: z.enum(['live', 'expired', 'revoked']),
    createdAt: time,
    createdBy: z.string().nullable(),
    lastUsedAt: timeOrNull,
    expiresAt: timeOrNull,
    revokedAt: timeOrNull,
    replaces: z.string().nullable().describe('The key that this one took the place of.'),
  }) satisfies z.ZodType<AsJson<ApiKeyRecord>>,
);

export const issuedApiKey = component('IssuedApiKey', apiKey.extend({ key: z.string().describe('Shown this once.') }));
