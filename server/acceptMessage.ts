import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../domain/errors.js';
import { isUuid, type MessageRef, messageWorkflowId, uuidFromBytes } from '../domain/ids.js';
import { keyReadPatienceMs, stateQueryPatienceMs } from '../domain/limits.js';
import type { Category, OutboundMessage } from '../domain/message.js';
import { countSegments } from '../domain/segments.js';
import { acceptedMessage as readAccepted } from '../lives/acceptedMessage.js';
import { acceptClock } from '../platform/acceptClock.js';
import { equalBytes, hmac, sha256 } from '../platform/crypto.js';
import { uuidv7 } from '../platform/uuid.js';
import { lookBeforeAccept } from '../storage/acceptLook.js';
import { readMessage } from '../storage/messages.js';
import { contactIdOf, type Workspace } from '../storage/workspaces.js';
import { getMessageStateQuery } from '../workflows/messages.js';
import { makeDurable, notAccepted, ownKeyPrefix, refuseOtherPayload } from './makeDurable.js';
import type { MessageView } from './messageView.js';
import { viewOf, viewOfNew } from './messageView.js';
import type { MessageRequest } from './requestSchemas.js';
import { sendTimes } from './sendTimes.js';
import type { Services } from './services.js';

const retryAfterSeconds = 2;

function messageIdOf(workspace: Workspace, idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return uuidv7();
  const own = idempotencyKey.startsWith(ownKeyPrefix) ? idempotencyKey.slice(ownKeyPrefix.length) : '';
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
 * answers after the message is durable (makeDurable); a repeat under the same key answers the first message.
 * Throws Problem: `invalid_request` for its times, `unknown_sender`, `opted_out`, `idempotency_key_reused`, or `unavailable` with the key to retry with.
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
  const { to, category } = request;
  let optedOut = false;
  const first = async (): Promise<{ message: MessageView; repeated: true } | undefined> => {
    const look = await lookBeforeAccept(services.database, { workspaceId, messageId, to, category });
    ({ optedOut } = look);
    if (!look.known) return undefined;
    refuseOtherPayload(equalBytes(look.known.payloadSha256, payloadHash));
    const stored = await readMessage(services.database, look.known);
    return stored && { message: viewOf(stored), repeated: true };
  };

  const known = await inGoodTime(services, first);
  if (known) return known;
  if (optedOut) throw recipientOptedOut(category);

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
  if ((await makeDurable(services, message, idempotencyKey)) !== 'known') return { message: viewOfNew(message), repeated: false };

  // The same key at the same time, by another road: the first one's workflow has it, stored or about to be.
  const stored = await inGoodTime(services, first);
  if (stored) return stored;
  const memo = await memoOf(services, message, idempotencyKey);
  refuseOtherPayload(memo?.payloadHash === message.payloadHash);
  return { message: viewOfNew(message), repeated: true };
}

/** A courtesy, which spares the message a life without a chance: what counts is decided in the attempt's transaction. */
function recipientOptedOut(category: Category): Problem {
  const from = category === 'marketing' ? ' of marketing' : '';
  return new Problem('opted_out', `to: the recipient has opted out${from}; nothing is sent to this number until its owner opts in again`, {
    errors: [{ field: 'to', message: `has opted out${from}` }],
  });
}

/**
 * What the database knows of the key and the recipient, if it says so in good time. If not, the message is taken all the same: Temporal
 * refuses a second start for as long as it remembers the first, and the row keeps a message from being sent twice.
 */
async function inGoodTime<T>({ logger }: Services, read: () => Promise<T | undefined>): Promise<T | undefined> {
  const late = delay(keyReadPatienceMs, undefined, { ref: false });
  try {
    return await Promise.race([read(), late]);
  } catch (error) {
    if (error instanceof Problem) throw error;
    logger.warn({ event: 'message.key_not_read', error: String(error) });
    return undefined;
  }
}

/** What was noted with the first start: enough to tell another payload before the row is there. */
async function memoOf(services: Services, message: OutboundMessage, idempotencyKey: string | undefined) {
  try {
    return (await services.temporal.workflow.getHandle(messageWorkflowId(message)).describe()).memo;
  } catch (error) {
    throw notAccepted(services, message, idempotencyKey, error);
  }
}

/**
 * A message that is accepted and has no row yet, or got none; undefined where there is no workflow. Its state is asked of the
 * workflow, where a worker answers in good time. Throws Problem `unavailable` where Temporal does not answer.
 */
export async function acceptedMessage({ temporal, logger }: Services, ref: MessageRef): Promise<MessageView | undefined> {
  try {
    const message = await readAccepted(temporal, ref);
    if (!message) return undefined;
    const handle = temporal.workflow.getHandle(messageWorkflowId(ref));
    const asked = temporal.withDeadline(Date.now() + stateQueryPatienceMs, () => handle.query(getMessageStateQuery));
    const state = await asked.catch(() => undefined);
    return { ...viewOfNew(message), ...(state && { status: state.status, error: state.error }) };
  } catch (error) {
    logger.warn({ event: 'message.not_read', ...ref, error: String(error) });
    throw new Problem('unavailable', 'whether this message exists cannot be told right now: ask again in a moment', { retryAfterSeconds });
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
