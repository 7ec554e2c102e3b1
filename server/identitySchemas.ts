import { z } from 'zod';
import {
  apiKeyNameCharactersMax,
  apiKeyOldLifeMaxMs,
  emailCharactersMax,
  personNameCharactersMax,
  workspaceSearchCharactersMax,
} from '../domain/identityLimits.js';
import { isStorable } from '../domain/isStorable.js';
import { roleNames } from '../domain/roles.js';
import { everything, type Grant, scopeNames } from '../domain/scopes.js';
import { reason } from './requestSchemas.js';

const grants: [Grant, ...Grant[]] = [everything, ...scopeNames];

/** A name that people read. */
const label = (charactersMax: number) =>
  z
    .string({ error: 'must be a string' })
    .trim()
    .min(1, 'is empty')
    .max(charactersMax, `is too long: at most ${charactersMax} characters`)
    .refine(isStorable, 'has characters that can not be stored');

/** The body of POST /v1/api-keys. */
export const apiKeyRequest = z.strictObject({
  name: label(apiKeyNameCharactersMax),
  scopes: z
    .array(z.enum(grants, { error: `must be one of ${grants.join(', ')}` }))
    .min(1, `is empty: name what the key may do, or "${everything}" for everything`)
    .max(50)
    .transform((all) => [...new Set(all)]),
  expiresAt: z.iso
    .datetime({ offset: true, error: 'must be a time in ISO 8601 with its offset, e.g. 2027-12-01T09:00:00Z' })
    .refine((text) => Date.parse(text) > Date.now(), 'is over already')
    .optional(),
});

const oldLife = `must be a whole number of seconds from 0 to ${apiKeyOldLifeMaxMs / 1_000}`;

/** The body of POST /v1/api-keys/{id}/rotate. */
export const apiKeyRotation = z.strictObject({
  oldKeyValidSeconds: z
    .number({ error: oldLife })
    .int(oldLife)
    .min(0, oldLife)
    .max(apiKeyOldLifeMaxMs / 1_000, oldLife)
    .optional(),
  reason,
});

const role = z.enum(roleNames, { error: `must be one of ${roleNames.join(', ')}` });

/** The body of POST /v1/people. */
export const personRequest = z.strictObject({
  email: z
    .email({ error: 'must be an e-mail address' })
    .max(emailCharactersMax, `is too long: at most ${emailCharactersMax} characters`)
    .transform((text) => text.toLowerCase()),
  name: label(personNameCharactersMax).default(''),
  role,
});

/** The body of PATCH /v1/people/{id}. */
export const roleRequest = z.strictObject({ role, reason });

const secret = z.string({ error: 'must be a string' }).min(1, 'is empty').max(200, 'is too long');

/** The body of POST /v1/auth/sign-in: the secret of a sign-in link, and where the refresh token is wanted. */
export const signInRequest = z.strictObject({
  token: secret,
  refreshTokenIn: z.enum(['cookie', 'body'], { error: 'must be cookie or body' }).default('cookie'),
});

/** The body of POST /v1/auth/refresh, for those who keep the token themselves. */
export const refreshRequest = z.strictObject({ refreshToken: secret.optional() });

/** The body of POST /v1/auth/logout. */
export const logoutRequest = refreshRequest;

/** The query of GET /v1/auth/workspaces. */
export const workspacesQuery = z.object({
  search: z
    .string()
    .trim()
    .max(workspaceSearchCharactersMax, `is too long: at most ${workspaceSearchCharactersMax} characters`)
    .refine(isStorable, 'has characters that can not be stored')
    .default(''),
});
