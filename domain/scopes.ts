/**
 * What may be done, by name. A key has some of them, a person's role in a workspace stands for some (domain/roles.ts); each
 * route and each event of a socket needs one (server/openapi/, server/authorize.ts).
 */
export const scopes = {
  'messages:read': 'conversations, messages with their texts, and the queues',
  'messages:send': 'send messages, and take back those that have not left',
  'queues:manage': 'retry, redrive, park, resolve and dismiss messages, and take many back',
  'contacts:erase': 'erase a contact for good',
  'consent:read': 'the list of those who may not be written to',
  'consent:manage': 'add to that list, and take from it',
  'workspace:read': 'settings, limits, accounts without their secrets, webhook endpoints, notifications',
  'workspace:manage': 'change all of these',
  'keys:read': 'the API keys, without their secrets',
  'keys:manage': 'make, rotate and revoke API keys',
  'people:read': 'who belongs to the workspace, and as what',
  'people:manage': 'invite people, change their roles, remove them',
  'audit:read': 'what people and keys did',
} as const satisfies Record<string, string>;
export type Scope = keyof typeof scopes;
export const scopeNames = Object.keys(scopes) as Scope[];

/** Everything, also what is added to the list later. */
export const everything = '*';
export type Grant = Scope | typeof everything;

/** Whether somebody who has these grants may do this. */
export function allows(grants: readonly Grant[], scope: Scope): boolean {
  return grants.includes(everything) || grants.includes(scope);
}

/** Whether somebody who has these grants may hand out those: nobody gives more than he has. */
export function covers(grants: readonly Grant[], wanted: readonly Grant[]): boolean {
  return wanted.every((one) => grants.includes(everything) || (one !== everything && grants.includes(one)));
}
