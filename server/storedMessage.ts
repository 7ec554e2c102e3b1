import { archiveAfterMinDays } from '../domain/archiveLimits.js';
import { Problem } from '../domain/errors.js';
import { isUuid } from '../domain/ids.js';
import { coldWeeks } from '../storage/archive/archiveWeeks.js';
import type { ByHand } from '../storage/audit.js';
import { doneUnderKey } from '../storage/audit.js';
import { findKey } from '../storage/messageKeys.js';
import type { StoredRef } from '../storage/messages.js';
import { readMessage } from '../storage/messages.js';
import { acceptedMessage } from './acceptMessage.js';
import { type MessageView, viewOf } from './messageView.js';
import type { Services } from './services.js';

const notFound = () => new Problem('not_found', 'this workspace has no message with that id');

/**
 * Where a message of this workspace is stored, of which something is to be changed. Throws Problem: `not_found`,
 * `message_archived`, or `unavailable` for one that was accepted a moment ago.
 */
export async function storedRef(services: Services, workspaceId: string, messageId: string): Promise<StoredRef> {
  if (!isUuid(messageId)) throw notFound();
  const key = await findKey(services.database, workspaceId, messageId);
  if (key) {
    const at = new Date(key.createdAtMs);
    // Nothing younger than this can have left the hot tables.
    if (
      key.createdAtMs < Date.now() - archiveAfterMinDays * 24 * 60 * 60_000 &&
      (await coldWeeks(services.database, workspaceId, { from: at, to: at })).length > 0
    )
      throw new Problem('message_archived', 'the message is archived: it can be read, and nothing about it can be changed');
    return { workspaceId, messageId, createdAtMs: key.createdAtMs };
  }
  const accepted = await acceptedMessage(services, { workspaceId, messageId });
  if (!accepted) throw notFound();
  if (!accepted.wasStored)
    throw new Problem('unavailable', 'the message is accepted and not stored yet: ask again in a moment', { retryAfterSeconds: 1 });
  // Stored between our look and its workflow's answer, or removed since.
  if (await findKey(services.database, workspaceId, messageId)) return storedRef(services, workspaceId, messageId);
  throw notFound();
}

/** A stored message as people see it. */
export async function viewOfStored(services: Services, ref: StoredRef): Promise<MessageView> {
  const message = await readMessage(services, ref);
  if (!message) throw notFound();
  return viewOf(message);
}

/**
 * Whether one of these actions was done under its idempotency key before, to this message or, without one, to none. Throws
 * Problem `idempotency_key_reused` where that was something else.
 */
export async function isRepeat(
  { database }: Services,
  { workspaceId, messageId }: { workspaceId: string; messageId?: string },
  { idempotencyKey }: ByHand,
  actions: string[],
): Promise<boolean> {
  const done = idempotencyKey === undefined ? undefined : await doneUnderKey(database, workspaceId, idempotencyKey);
  if (!done) return false;
  if (done.messageId === (messageId ?? null) && actions.includes(done.action)) return true;
  throw new Problem(
    'idempotency_key_reused',
    'this Idempotency-Key was used for something else (see the audit): use a new one for each thing you do',
  );
}
