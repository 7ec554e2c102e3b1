import type { Operation, Operations } from './operation.js';
import { apiKeys } from './operations/apiKeys.js';
import { auth } from './operations/auth.js';
import { consent } from './operations/consent.js';
import { contacts } from './operations/contacts.js';
import { conversations } from './operations/conversations.js';
import { messageExports } from './operations/exports.js';
import { maintenance } from './operations/maintenance.js';
import { messages } from './operations/messages.js';
import { metrics } from './operations/metrics.js';
import { notifications } from './operations/notifications.js';
import { people } from './operations/people.js';
import { queues } from './operations/queues.js';
import { webhooks } from './operations/webhooks.js';
import { workspace } from './operations/workspace.js';

/** A chapter of the reference. */
export interface Chapter {
  name: string;
  description: string;
  operations: Operations;
}

/** Everything that the API does under /v1. A route that is not here does not answer, so none can be forgotten. */
export const catalogue: readonly Chapter[] = [
  { name: 'Messages', description: 'Send a message, follow it, and do by hand what it needs.', operations: messages },
  { name: 'Conversations', description: 'What was written with one contact.', operations: conversations },
  { name: 'Contacts', description: 'Who was written with; and how somebody is forgotten.', operations: contacts },
  { name: 'Exports', description: 'Messages as files.', operations: messageExports },
  { name: 'Queues', description: 'Messages by what they wait for, and what is done to many of them.', operations: queues },
  { name: 'Metrics', description: 'How much is sent, how much arrives, and how quickly.', operations: metrics },
  { name: 'Consent', description: 'Who may not be written to.', operations: consent },
  { name: 'Webhooks', description: 'Hear of what happens at a URL of your own.', operations: webhooks },
  { name: 'Notifications', description: 'What somebody should look at.', operations: notifications },
  { name: 'Workspace', description: 'Settings: senders, accounts, limits, routes, and the way back.', operations: workspace },
  { name: 'Maintenance', description: 'What the installation does by itself.', operations: maintenance },
  { name: 'API keys', description: 'Keys for programs, with scopes.', operations: apiKeys },
  { name: 'People', description: 'Who belongs to the workspace, and as what.', operations: people },
  { name: 'Signing in', description: 'How people sign in, stay signed in and sign out.', operations: auth },
];

/** Every path of the catalogue with its operations, in the order in which they count. */
export const operationsByPath: readonly (readonly [path: string, Operations[string]])[] = catalogue.flatMap(({ operations }) =>
  Object.entries(operations),
);

/** Every operation. */
export const operations: readonly Operation[] = operationsByPath.flatMap(([, byMethod]) => Object.values(byMethod));
