import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { Problem } from '../domain/errors.js';
import { isUuid, type MessageRef, messageWorkflowId, uuidFromBytes } from '../domain/ids.js';
import { acceptDeadlineMs, traceQueryTimeoutMs } from '../domain/limits.js';
import { maskNumber } from '../domain/maskNumber.js';
import type { OutboundMessage } from '../domain/message.js';
import { temporalPriorityKey } from '../domain/priority.js';
import { countSegments } from '../domain/segments.js';
import { searchAttributeNames, taskQueues } from '../domain/taskQueues.js';
import { acceptClock } from '../platform/acceptClock.js';
import { equalBytes, hmac, sha256 } from '../platform/crypto.js';
import type { Logger } from '../platform/logger.js';
import { uuidv7 } from '../platform/uuid.js';
import { findKey } from '../storage/messageKeys.js';
import { readMessage } from '../storage/messages.js';
import { contactIdOf, type Workspace } from '../storage/workspaces.js';
import { getMessageQuery, getMessageStateQuery } from '../workflows/messages.js';
import type { sendMessage } from '../workflows/sendMessage.js';
import type { MessageView } from './messageView.js';
import { viewOf, viewOfNew } from './messageView.js';
import type { MessageRequest } from './requestSchemas.js';
import { sendTimes } from './sendTimes.js';
import type { Services } from './services.js';

const workspaceIdKey = defineSearchAttributeKey(searchAttributeNames.workspaceId, SearchAttributeType.KEYWORD);
const laneKey = defineSearchAttributeKey(searchAttributeNames.lane, SearchAttributeType.KEYWORD);

/** A message's own id serves as its idempotency key, in this form: what a 503 hands back to a request without one. */
const ownKey = (messageId: string) => `message:${messageId}`;
const retryAfterSeconds = 2;

function messageIdOf(workspace: Workspace, idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return uuidv7();
  const own = idempotencyKey.startsWith('message:') ? idempotencyKey.slice('message:'.length) : '';
  return isUuid(own) ? own : uuidFromBytes(hmac(workspace.keys.messageId, idempotencyKey));
}

/** The sender asked for, or the workspace's first. */
function senderOf(workspace: Workspace, from: string | undefined): { id: string; phoneNumber: string } {
  const sender = from === undefined ? workspace.senders[0] : workspace.senders.find(({ phoneNumber }) => phoneNumber === from);
  if (sender) return sender;
  const detail =
    from === undefined
      ? 'the workspace has no sender yet'
      : `from: ${from} is not a sender of this workspace; leave it out or use one of its senders`;
  throw new Problem('unknown_sender', detail, { errors: [{ field: 'from', message: 'is not a sender of this workspace' }] });
}

/**
 * Accepts a message, whichever road it came: the one function behind POST /v1/messages and `message:outbound`. It
 * answers after Temporal has committed the workflow's start; a repeat under the same key answers the first message.
 * Throws Problem: `invalid_request` for its times, `unknown_sender`, `idempotency_key_reused`, or `unavailable` with the key to retry with.
 */
export async function acceptMessage(
  services: Services,
  workspaceId: string,
  request: MessageRequest,
  idempotencyKey: string | undefined,
): Promise<{ message: MessageView; repeated: boolean }> {
  const workspace = await services.workspaces.get(workspaceId);
  const sender = senderOf(workspace, request.from);
  const messageId = messageIdOf(workspace, idempotencyKey);
  const payloadHash = payloadHashOf(request, sender.phoneNumber);
  const first = async (): Promise<{ message: MessageView; repeated: true } | undefined> => {
    const key = await findKey(services.database, workspaceId, messageId);
    if (!key) return undefined;
    refuseOtherPayload(equalBytes(key.payloadSha256, payloadHash));
    const stored = await readMessage(services.database, key);
    return stored && { message: viewOf(stored), repeated: true };
  };

  const known = idempotencyKey === undefined ? undefined : await first();
  if (known) return known;

  const now = Date.now();
  const { encoding, segments } = countSegments(request.body);
  const times = sendTimes(request, now, services.config.MESSAGE_VALIDITY_S);
  const message: OutboundMessage = {
    workspaceId,
    messageId,
    generation: 1,
    payloadHash: payloadHash.toString('hex'),
    contactId: contactIdOf(workspace.keys.contactId, request.to),
    to: request.to,
    senderId: sender.id,
    from: sender.phoneNumber,
    body: request.body,
    mediaUrls: request.mediaUrls,
    metadata: request.metadata,
    priority: request.priority,
    encoding,
    segments,
    acceptedAtMs: now,
    acceptedAtUs: acceptClock(now),
    category: request.category,
    ...times,
    closesAtMs: times.validUntilMs + services.config.RECEIPT_GRACE_S * 1_000,
  };
  const started = await services.starts.run(() => start(services, message, idempotencyKey));
  if (started) return { message: viewOfNew(message), repeated: false };

  // The same key at the same time, by another road: the first one's workflow has it, stored or about to be.
  const stored = await first();
  if (stored) return stored;
  const memo = await memoOf(services, message, idempotencyKey);
  refuseOtherPayload(memo?.payloadHash === message.payloadHash);
  return { message: viewOfNew(message), repeated: true };
}

function refuseOtherPayload(same: boolean): void {
  if (same) return;
  throw new Problem(
    'idempotency_key_reused',
    'a message with other content was accepted under this idempotency key: repeat the same request, or use a new key',
  );
}

/** What was noted with the first start: enough to tell another payload before the row is there. */
async function memoOf({ temporal, logger }: Services, message: OutboundMessage, idempotencyKey: string | undefined) {
  try {
    return (await temporal.workflow.getHandle(messageWorkflowId(message)).describe()).memo;
  } catch (error) {
    throw notAccepted(logger, message, idempotencyKey, error);
  }
}

/**
 * A message whose start Temporal has committed, asked of its workflow, as long as it has no row, or where it got none;
 * undefined where there is no workflow. Throws Problem `unavailable` where no worker answers.
 */
export async function acceptedMessage({ temporal }: Services, ref: MessageRef): Promise<MessageView | undefined> {
  const handle = temporal.workflow.getHandle(messageWorkflowId(ref));
  try {
    const [message, { status, error }] = await temporal.withDeadline(Date.now() + traceQueryTimeoutMs, () =>
      Promise.all([handle.query(getMessageQuery), handle.query(getMessageStateQuery)]),
    );
    return { ...viewOfNew(message), status, error };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw new Problem('unavailable', 'the message is accepted and not stored yet: ask again in a moment', { retryAfterSeconds });
  }
}

/** Of what the client asked for. The younger fields count where they are given, so that older requests keep their hash. */
function payloadHashOf(request: MessageRequest, from: string): Buffer {
  const { to, body, priority, mediaUrls, metadata, category, sendAt, validitySeconds } = request;
  const when =
    category === 'marketing' || sendAt !== undefined || validitySeconds !== undefined ? [[category, sendAt, validitySeconds]] : [];
  return sha256(JSON.stringify([to, body, from, priority, mediaUrls, sorted(metadata), ...when]));
}

const sorted = (record: Record<string, string>) => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

/** Starts the message's workflow; false where it was started before. */
async function start(
  { temporal, hasEagerRoom, logger }: Services,
  message: OutboundMessage,
  idempotencyKey: string | undefined,
): Promise<boolean> {
  try {
    await temporal.withDeadline(Date.now() + acceptDeadlineMs, () =>
      temporal.workflow.start<typeof sendMessage>('sendMessage', {
        workflowId: messageWorkflowId(message),
        taskQueue: taskQueues.messages,
        args: [message],
        // Told apart from a first start below, which "use existing" would not allow.
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        requestEagerStart: hasEagerRoom(),
        memo: { payloadHash: message.payloadHash },
        staticSummary: `${message.priority} to ${maskNumber(message.to)}`,
        typedSearchAttributes: [
          { key: workspaceIdKey, value: message.workspaceId },
          { key: laneKey, value: message.priority },
        ],
        priority: { priorityKey: temporalPriorityKey[message.priority], fairnessKey: message.workspaceId },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw notAccepted(logger, message, idempotencyKey, error);
  }
}

function notAccepted(
  logger: Logger,
  { workspaceId, messageId }: OutboundMessage,
  idempotencyKey: string | undefined,
  error: unknown,
): Problem {
  logger.error({ event: 'message.accept_failed', workspaceId, messageId, error: String(error) });
  return new Problem(
    'unavailable',
    'the message could not be stored in time, and whether it was accepted is not known: send the same request again with this Idempotency-Key',
    { retryAfterSeconds, idempotencyKey: idempotencyKey ?? ownKey(messageId) },
  );
}
