import type { Client } from '@temporalio/client';
import { inboundWorkflowId, type MessageRef, messageWorkflowId } from '../domain/ids.js';
import { historiesKeptMaxMs, historiesListedLateMs, idsPerQueryMax } from '../domain/privacyLimits.js';
import type { Database } from '../platform/database.js';
import type { Logger } from '../platform/logger.js';
import type { ContactRef } from '../storage/contactKeys.js';
import { numberOfContact } from '../storage/contacts.js';
import type { Readable } from '../storage/contents.js';
import {
  beginErasure,
  destroyContactKey,
  isKnownAgain,
  messagesErased,
  removeContents,
  removeIdentity,
  storeFinished,
} from '../storage/erasures.js';
import { endExports } from './endExports.js';
import { tellToReadRow } from './tellToReadRow.js';

export interface EraseServices extends Readable {
  /** The database of contacts' keys. */
  keys: Database;
  temporal: Client;
  logger: Logger;
}

/**
 * Makes everything of a contact unreadable, at once and for good: what waits for it is canceled, its key is destroyed, and what
 * rows still have is removed. Only its id stays, so that an opt-out goes on holding. What is with a provider already ends as it
 * ends; histories of workflows are removed by `finishErasure`. Answers how many messages were canceled.
 */
export async function eraseContact(services: EraseServices, contact: ContactRef, by: { actor: string; erasedAt: Date }): Promise<number> {
  const { database, keys } = services;
  const number = await numberOfContact(services, contact.workspaceId, contact.contactId);
  // Noted first: what this process does not come to, the next run of finishErasures does.
  const canceled = await beginErasure(database, contact, by);
  await destroyContactKey(keys, contact, by.erasedAt);
  await removeContents(database, contact, by.erasedAt);
  await removeIdentity(database, contact, by.erasedAt, number);
  for (const { messageId } of canceled) await tellToReadRow(services, { workspaceId: contact.workspaceId, messageId });
  return canceled.length;
}

/**
 * Does again what an erasure may have left, where a message was on its way into the database at that time, or the process
 * died; removes the histories of the contact's workflows, and exports in which it may be. Answers whether nothing is left. What is still followed, because a
 * provider has it, is left until that has ended.
 */
export async function finishErasure(services: EraseServices, { erasedAt, ...contact }: ContactRef & { erasedAt: Date }): Promise<boolean> {
  const { database, keys, temporal } = services;
  const { workspaceId } = contact;
  if (!(await isKnownAgain(database, contact, erasedAt))) {
    const late = await beginErasure(database, contact, undefined);
    for (const { messageId } of late) await tellToReadRow(services, { workspaceId, messageId });
    const number = await numberOfContact(services, workspaceId, contact.contactId);
    await destroyContactKey(keys, contact, erasedAt);
    await removeIdentity(database, contact, erasedAt, number);
  }
  await removeContents(database, contact, erasedAt);

  const messages = await messagesErased(database, contact, erasedAt, new Date(Date.now() - historiesKeptMaxMs));
  const ids = messages
    .filter(({ isOpen }) => !isOpen)
    .map(({ messageId, direction }) => workflowIdOf({ workspaceId, messageId }, direction));
  const removed = await removeHistories(temporal, ids);
  const ending = await endExports(temporal, workspaceId, { contactId: contact.contactId, erasedAtMs: erasedAt.getTime() });
  // What has just closed is listed a moment later.
  const isSure = Date.now() - erasedAt.getTime() > historiesListedLateMs;
  if (removed > 0 || ending > 0 || ids.length < messages.length || !isSure) return false;
  await storeFinished(database, contact, erasedAt);
  return true;
}

const workflowIdOf = (message: MessageRef, direction: 'outbound' | 'inbound') =>
  direction === 'outbound' ? messageWorkflowId(message) : inboundWorkflowId(message);

/** Removes every run of these workflows; one that runs ends with it. Answers how many there were. */
async function removeHistories(temporal: Client, workflowIds: string[]): Promise<number> {
  const { namespace } = temporal.options;
  let removed = 0;
  for (let from = 0; from < workflowIds.length; from += idsPerQueryMax) {
    const list = workflowIds.slice(from, from + idsPerQueryMax).map((id) => `'${id}'`);
    for await (const { workflowId, runId } of temporal.workflow.list({ query: `WorkflowId IN (${list.join(',')})` })) {
      await temporal.workflowService
        .deleteWorkflowExecution({ namespace, workflowExecution: { workflowId, runId } })
        .catch((error: { code?: number }) => {
          if (error.code !== grpcNotFound) throw error;
        });
      removed += 1;
    }
  }
  return removed;
}

const grpcNotFound = 5;
