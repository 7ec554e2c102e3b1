import { everything, type Grant, scopeNames } from './scopes.js';

/** What a person is in a workspace. Each role stands for scopes; the first may most. */
export const scopesOfRole = {
  // The only ones who make other owners, and keys that may do everything.
  owner: [everything],
  admin: scopeNames,
  agent: ['messages:read', 'messages:send', 'consent:read', 'consent:manage', 'workspace:read'],
  viewer: ['messages:read', 'consent:read', 'workspace:read'],
  // Sees who may do what, and what was done; no messages.
  auditor: ['workspace:read', 'keys:read', 'people:read', 'audit:read'],
} as const satisfies Record<string, readonly Grant[]>;
export type Role = keyof typeof scopesOfRole;
export const roleNames = Object.keys(scopesOfRole) as Role[];
