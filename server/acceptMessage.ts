import { Problem } from '../domain/errors.js';
import { isUuid, type MessageRef, messageWorkflowId, uuidFromBytes } from '../domain/ids.js';
import { stateQueryPatienceMs } from '../domain/limits.js';
import type { Category, MessageState, OutboundMessage, StatusCallback } from '../domain/message.js';
import { countSegments } from '../domain/segments.js';
import { acceptedMessage as readAccepted } from '../lives/acceptedMessage.js';
import { acceptClock } from '../platform/acceptClock.js';
import { wallClock } from '../platform/checkedClock.js';
import { equalBytes, hmac, sha256 } from '../platform/crypto.js';
import { inMessageTrace } from '../platform/tracing.js';
import { uuidv7 } from '../platform/uuid.js';
import { lookBeforeAccept } from '../storage/acceptLook.js';
import { readMessage, type StoredRef } from '../storage/messages.js';
import { contactIdOf, type Workspace } from '../storage/workspaces.js';
import { getMessageStateQuery } from '../workflows/messages.js';
import { reading } from './archiveProblems.js';
import { chooseSender, namedSender } from './chooseSender.js';
import { inGoodTime } from './inGoodTime.js';
import { makeDurable, notAccepted, ownKeyPrefix, refuseOtherPayload } from './makeDurable.js';
import type { MessageView } from './messageView.js';
import { viewOf, viewOfNew } from './messageView.js';
import type { MessageRequest } from './requestSchemas.js';
import { sendTimes } from './sendTimes.js';
import type { Services } from './services.js';
import { shedLoad } from './shedLoad.js';

const retryAfterSeconds = 2;

function messageIdOf(workspace: Workspace, idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return uuidv7();
  const own = idempotencyKey.startsWith(ownKeyPrefix) ? idempotencyKey.slice(ownKeyPrefix.length) : '';
  return isUuid(own) ? own : uuidFromBytes(hmac(workspace.keys.messageId, idempotencyKey));
}

/**
 * Accepts a message, whichever road it came: the one function behind POST /v1/messages and `message:outbound`. It
 * answers after the message is durable (makeDurable); a repeat under the same key answers the first message. `statusCallback` is
 * where the states of this one message are told.
 * Throws Problem: `overloaded` or `too_many_requests` for load, `invalid_request` for its times, `unknown_sender`, `opted_out`, `idempotency_key_reused`, or `unavailable` with the key to retry with.
 */
export async function acceptMessage(
  services: Services,
  workspaceId: string,
  request: MessageRequest,
  idempotencyKey: string | undefined,
  statusCallback?: StatusCallback,
): Promise<{ message: MessageView; repeated: boolean }> {
  shedLoad(services, workspaceId, request.priority);
  const workspace = await services.workspaces.get(workspaceId);
  const messageId = messageIdOf(workspace, idempotencyKey);
  return inMessageTrace(messageId, 'accept', { workspaceId }, () =>
    takeMessage(services, workspace, messageId, request, idempotencyKey, statusCallback),
  );
}

async function takeMessage(
  services: Services,
  workspace: Workspace,
  messageId: string,
  request: MessageRequest,
  idempotencyKey: string | undefined,
  statusCallback: StatusCallback | undefined,
): Promise<{ message: MessageView; repeated: boolean }> {
  const workspaceId = workspace.id;
  // Of what was asked for: by which number it leaves may be another the second time.
  const [payloadHash, plainHash] = payloadHashesOf(
    workspace,
    request,
    namedSender(workspace, request.from).phoneNumber,
    statusCallback?.url,
  );
  const { to, category } = request;
  const contactId = contactIdOf(workspace.keys.contactId, to);
  let optedOut = false;
  let known: StoredRef | undefined;
  const first = async (): Promise<{ message: MessageView; repeated: true } | undefined> => {
    const look = await lookBeforeAccept(services.database, { workspaceId, messageId, contactId, to, category });
    ({ optedOut } = look);
    if (!look.known) return undefined;
    const { payloadSha256 } = look.known;
    refuseOtherPayload(equalBytes(payloadSha256, payloadHash) || equalBytes(payloadSha256, plainHash));
    known = look.known;
    const stored = await readMessage(services, look.known);
    return stored && { message: viewOf(stored), repeated: true };
  };

  // Without an answer the message is taken all the same: Temporal refuses a second start for as long as it remembers the first,
  // and the row keeps a message from being sent twice.
  const repeat = await inGoodTime(services, 'key', first);
  if (repeat) return repeat;
  // A message of long ago lies where it takes longer to look: its key is still its own.
  const archived = known && (await reading(() => services.history.read(known as StoredRef)));
  if (archived) return { message: viewOf(archived), repeated: true };
  if (optedOut) throw recipientOptedOut(category);

  const { sender, routed } = await chooseSender(services, workspace, { from: request.from, to, messageId, contactId });
  const now = wallClock.now();
  const { encoding, segments } = countSegments(request.body);
  const times = sendTimes(request, now, services.config.MESSAGE_VALIDITY_S);
  const message: OutboundMessage = {
    workspaceId,
    messageId,
    generation: 1,
    payloadHash: payloadHash.toString('hex'),
    contactId,
    to,
    senderId: sender.id,
    from: sender.phoneNumber,
    ...(routed && { routed }),
    body: request.body,
    mediaUrls: request.mediaUrls,
    metadata: request.metadata,
    ...(statusCallback && { statusCallback }),
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
  const stored = await inGoodTime(services, 'key', first);
  if (stored) return stored;
  const memo = await memoOf(services, message, idempotencyKey);
  refuseOtherPayload([message.payloadHash, plainHash.toString('hex')].includes(String(memo?.payloadHash)));
  return { message: viewOfNew(message), repeated: true };
}

/** A courtesy, which spares the message a life without a chance: what counts is decided in the attempt's transaction. */
function recipientOptedOut(category: Category): Problem {
  const from = category === 'marketing' ? ' of marketing' : '';
  return new Problem('opted_out', `to: the recipient has opted out${from}; nothing is sent to this number until its owner opts in again`, {
    errors: [{ field: 'to', message: `has opted out${from}` }],
  });
}

/** What was noted with the first start: enough to tell another payload before the row is there. */
async function memoOf(services: Services, message: OutboundMessage, idempotencyKey: string | undefined) {
  try {
    return (await services.temporal.workflow.getHandle(messageWorkflowId(message)).describe()).memo;
  } catch (error) {
    throw notAccepted(services, message, idempotencyKey, error);
  }
}

/** What the workflow of a message remembers. */
export interface Accepted {
  view: MessageView;
  /** Has no row all the same where that was removed, because it is kept no longer: then this is nobody's to see. */
  wasStored: boolean;
}

/**
 * A message that is accepted and has no row yet, or got none; undefined where there is no workflow. Its state is asked of the
 * workflow, where a worker answers in good time. Throws Problem `unavailable` where Temporal does not answer.
 */
export async function acceptedMessage({ temporal, logger }: Services, ref: MessageRef): Promise<Accepted | undefined> {
  try {
    const message = await readAccepted(temporal, ref);
    if (!message) return undefined;
    const handle = temporal.workflow.getHandle(messageWorkflowId(ref));
    const asked = temporal.withDeadline(Date.now() + stateQueryPatienceMs, () => handle.query(getMessageStateQuery));
    const state = await asked.catch(() => undefined);
    const view = { ...viewOfNew(message), ...(state && { status: state.status, error: state.error }) };
    return { view, wasStored: state !== undefined && hadRow(state) };
  } catch (error) {
    logger.warn({ event: 'message.not_read', ...ref, error: String(error) });
    throw new Problem('unavailable', 'whether this message exists cannot be told right now: ask again in a moment', { retryAfterSeconds });
  }
}

/** Whether a message in this state has been stored. */
const hadRow = ({ status, error }: MessageState) =>
  status !== 'queued' && status !== 'scheduled' && !(status === 'failed' && error?.code === 'database_constraint');

/**
 * Of what the client asked for. The younger fields count where they are given, so that older requests keep their hash. Keyed, since
 * the hash outlives the text, and who guesses one could compare it; and unkeyed, as messages of before have it.
 */
function payloadHashesOf(
  { keys }: Workspace,
  request: MessageRequest,
  from: string,
  statusCallback: string | undefined,
): [keyed: Buffer, plain: Buffer] {
  const { to, body, priority, mediaUrls, metadata, category, sendAt, validitySeconds } = request;
  const when =
    category === 'marketing' || sendAt !== undefined || validitySeconds !== undefined ? [[category, sendAt, validitySeconds]] : [];
  const canonical = JSON.stringify([
    to,
    body,
    from,
    priority,
    mediaUrls,
    sorted(metadata),
    ...when,
    ...(statusCallback === undefined ? [] : [{ statusCallback }]),
  ]);
  return [hmac(keys.messageId, 'payload', canonical), sha256(canonical)];
}

const sorted = (record: Record<string, string>) => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
