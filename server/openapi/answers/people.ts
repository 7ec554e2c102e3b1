import { z } from 'zod';
import { roleNames } from '../../../domain/roles.js';
import { everything, scopeNames } from '../../../domain/scopes.js';
import type { Member } from '../../../storage/people.js';
import type { WorkspacesView } from '../../workspacesOf.js';
import { component } from '../component.js';
import { type AsJson, id, time } from './plain.js';

const role = z.enum(roleNames);

export const person = component(
  'Person',
  z.strictObject({
    id,
    email: z.string(),
    name: z.string().describe('What this workspace calls the person.'),
    role,
    createdAt: time,
  }) satisfies z.ZodType<AsJson<Member>>,
);

export const signInLink = component(
  'SignInLink',
  z.strictObject({ url: z.string().describe('Good once, for this workspace alone.'), expiresAt: time }),
);

export const signInWays = component('SignInWays', z.strictObject({ link: z.boolean(), oidc: z.boolean() }));

export const accessToken = component(
  'AccessToken',
  z.strictObject({
    accessToken: z.string(),
    tokenType: z.literal('Bearer'),
    expiresAt: time,
    refreshToken: z.string().optional().describe('Where it was asked for; else it is in a cookie.'),
  }),
);

export const me = component(
  'Me',
  z.strictObject({
    kind: z.enum(['person', 'api-key']),
    id: z.string(),
    email: z.string().optional(),
    operator: z.boolean().describe('Whether every workspace may be named.'),
    workspaces: z.array(
      z.strictObject({ id, name: z.string(), role: role.nullable(), scopes: z.array(z.enum([everything, ...scopeNames])) }),
    ),
  }),
);

export const workspaces = z.strictObject({
  data: z.array(z.strictObject({ id, name: z.string() })),
  hasMore: z.boolean().describe('There are more: search for them.'),
}) satisfies z.ZodType<WorkspacesView>;
