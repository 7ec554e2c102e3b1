import type { Advance } from '../../../domain/advance.js';
import type { OutboundMessage } from '../../../domain/message.js';
import type { MessageStatus } from '../../../domain/messageStatus.js';
import { createLogger } from '../../../platform/logger.js';
import { lookBeforeAccept } from '../../../storage/acceptLook.js';
import { advanceMessages } from '../../../storage/advance.js';
import { advanceAfterError } from '../../../storage/advanceAfterError.js';
import { cancelMatching, countCancelable } from '../../../storage/cancelMatching.js';
import { conversationSequence, findConversation, lastSenderOf, listConversations } from '../../../storage/conversations.js';
import { changeConversation, listAssignees, markRead, markUnread } from '../../../storage/conversationWork.js';
import { deferMessage } from '../../../storage/deferMessage.js';
import { doubtsAround } from '../../../storage/doubts.js';
import { countFailed, failedPage } from '../../../storage/failedMessages.js';
import { type HistoryQuery, hotHistory } from '../../../storage/history.js';
import { receiveMessage, stoppedMessages, takeUpMessage } from '../../../storage/inboundMessages.js';
import { conversationEventsAfter, eventsAfter, eventsOfMessage, lastSequences } from '../../../storage/messageEvents.js';
import { findKey } from '../../../storage/messageKeys.js';
import { findMessage, readMessage } from '../../../storage/messages.js';
import { cancelByHand, dismissByHand, parkByHand, retryByHand } from '../../../storage/moveByHand.js';
import { putIntoOutbox } from '../../../storage/outbox.js';
import { persistMessages } from '../../../storage/persistMessages.js';
import { ownerOfReference } from '../../../storage/providerReferences.js';
import { messagesOfQueue, queueShares, throughput } from '../../../storage/queues.js';
import { receiptsOfMessage } from '../../../storage/receipts.js';
import { recordOutcomes, reopenMessage } from '../../../storage/recordOutcomes.js';
import { refusedRecipient } from '../../../storage/refusedRecipient.js';
import { knownReferences, rememberAttempt } from '../../../storage/restoredMessages.js';
import {
  ambiguousPolicy,
  asleepAfter,
  attemptsOfMessage,
  beginAttempt,
  isValidityOver,
  messagesAhead,
} from '../../../storage/sendAttempts.js';
import { findStatusCallback, storeStatusCallbacks } from '../../../storage/statusCallbacks.js';
import { waitingMessages, waitingTokens } from '../../../storage/waitingMessages.js';
import type { Case } from './cases.js';
import type { Stage } from './stage.js';

const nil = '00000000-0000-0000-0000-000000000000';
const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const epoch = { at: new Date(0), id: nil };
const now = () => ({ at: new Date(Date.now() + 60_000), id: last });
const byHand = { actor: 'operator', reason: 'to see how', idempotencyKey: 'a key of its own' };
const weekMs = 7 * 24 * 60 * 60 * 1_000;

function news(stage: Stage, status: MessageStatus, to: MessageStatus): Advance {
  return {
    ...stage.take(status),
    attempt: 1,
    provider: 'twilio',
    attemptStatus: to as 'delivered',
    messageStatus: to,
    providerMessageId: 'SMcatalogue',
    error: to === 'failed' ? { code: '30003', message: 'unreachable' } : null,
    receipt: { MessageStatus: to },
  };
}

function outbound(stage: Stage, messageId = stage.newId()): OutboundMessage {
  const { workspaceId, owner } = stage;
  const nowMs = Date.now();
  return {
    workspaceId,
    messageId,
    generation: 1,
    payloadHash: 'ab'.repeat(32),
    contactId: owner.contactId,
    to: owner.contactNumber,
    senderId: owner.senderId,
    from: owner.senderNumber,
    body: 'from the catalogue',
    mediaUrls: [],
    metadata: {},
    priority: 'normal',
    encoding: 'GSM-7',
    segments: 1,
    acceptedAtMs: nowMs,
    acceptedAtUs: nowMs * 1_000,
    validUntilMs: nowMs + 60_000,
    closesAtMs: nowMs + 60_000,
  };
}

const attempt = (stage: Stage) => ({
  ...stage.take('queued'),
  generation: 1,
  to: stage.owner.contactNumber,
  token: stage.newId(),
  limitsEpoch: 1,
  provider: 'twilio',
  senderId: stage.owner.senderId,
  attempt: 1,
  writeWindowMs: 500,
});

/** What is stored and read of messages. */
export const messageCases: Record<string, Case> = {
  'acceptLook.lookBeforeAccept': ({ database, workspaceId, take, owner }) =>
    lookBeforeAccept(database, {
      workspaceId,
      messageId: take('delivered').messageId,
      contactId: owner.contactId,
      to: owner.contactNumber,
      category: 'marketing',
    }),
  'advance.advanceMessages': (stage) =>
    advanceMessages(stage, [news(stage, 'sent', 'delivered'), news(stage, 'accepted', 'sent'), news(stage, 'uncertain', 'accepted')]),
  'advanceAfterError.advanceAfterError': (stage) =>
    advanceAfterError({ ...stage, logger: createLogger('silent') }, news(stage, 'accepted', 'failed'), {}),
  'cancelMatching.countCancelable': ({ database, workspaceId }) => countCancelable(database, workspaceId, { lane: ['bulk'] }, Date.now()),
  'cancelMatching.cancelMatching': ({ database, workspaceId }) =>
    cancelMatching(
      database,
      workspaceId,
      { lane: ['high'], category: 'marketing' },
      { acceptedBeforeMs: Date.now(), limit: 20 },
      { ...byHand, cancellationId: 'of the catalogue' },
    ),
  'conversations.listConversations': ({ database, contents, workspaceId, idOf }) =>
    Promise.all(
      [
        {},
        { status: 'open' as const },
        { status: 'closed' as const },
        { status: 'open' as const, assigneeId: null },
        { assigneeId: idOf('person', 0, 1) },
        { status: 'open' as const, unread: true },
        { terms: ['42'] },
        { status: 'open' as const, terms: ['42', '7'] },
      ].map((filter) => listConversations({ database, contents }, workspaceId, filter, now(), 50)),
    ),
  'conversations.findConversation': ({ database, contents, workspaceId, owner }) =>
    findConversation({ database, contents }, workspaceId, owner.contactId),
  'conversationWork.listAssignees': ({ database, workspaceId }) => listAssignees(database, workspaceId),
  'conversationWork.changeConversation': ({ database, workspaceId, owner, idOf }) =>
    changeConversation(
      database,
      workspaceId,
      owner.contactId,
      { status: 'closed', assigneeId: idOf('person', 0, 1), ifAssigneeId: null },
      byHand,
    ),
  'conversationWork.markRead': ({ database, workspaceId, owner }) => markRead(database, workspaceId, owner.contactId, 1_000_000),
  'conversationWork.markUnread': ({ database, workspaceId, owner }) => markUnread(database, workspaceId, owner.contactId),
  'conversations.conversationSequence': ({ database, workspaceId, owner }) => conversationSequence(database, workspaceId, owner.contactId),
  'conversations.lastSenderOf': ({ database, workspaceId, owner }) => lastSenderOf(database, workspaceId, owner.contactId),
  'deferMessage.deferMessage': ({ database, take }) => deferMessage(database, take('queued'), Date.now() + 60_000),
  'doubts.doubtsAround': ({ database, contents, take }) =>
    doubtsAround({ database, contents }, take('uncertain'), { provider: 'twilio', ids: ['SM1', 'SM2'] }),
  'failedMessages.countFailed': ({ database, workspaceId }) =>
    countFailed(database, workspaceId, { status: ['parked'], acceptedAfter: new Date(Date.now() - weekMs).toISOString() }),
  'failedMessages.failedPage': async ({ database, workspaceId }) => {
    const first = await failedPage(database, workspaceId, {}, { beforeMs: Date.now(), after: null, limit: 50 });
    return [
      ...first,
      ...(await failedPage(database, workspaceId, {}, { beforeMs: Date.now(), after: first.at(-1)?.cursor ?? null, limit: 50 })),
    ];
  },
  'inboundMessages.receiveMessage': ({ database, contents, workspaceId, owner, newId }) =>
    receiveMessage(
      { database, contents },
      {
        workspaceId,
        messageId: newId(),
        contactId: owner.contactId,
        from: owner.contactNumber,
        to: owner.senderNumber,
        senderId: owner.senderId,
        provider: 'twilio',
        providerMessageId: 'SMinbound',
        body: 'STOP',
        mediaUrls: [],
        receipt: {},
        reading: { meaning: 'stop', words: 'STOP' },
      },
    ),
  'inboundMessages.takeUpMessage': ({ database, contents, take, owner }) =>
    takeUpMessage(
      { database, contents },
      {
        ...take('received'),
        contactId: owner.contactId,
        from: owner.contactNumber,
        to: owner.senderNumber,
        providerMessageId: 'SM',
        consent: null,
      },
    ),
  'inboundMessages.stoppedMessages': ({ database, workspaceId, owner }) =>
    stoppedMessages(database, {
      workspaceId,
      contactId: owner.contactId,
      storedSinceMs: Date.now() - weekMs,
      stoppedAtMs: Date.now() - 60_000,
    }),
  'messageEvents.lastSequences': ({ database, workspaceId }) => lastSequences(database, [workspaceId]),
  'messageEvents.eventsAfter': async ({ database, workspaceId }) => {
    const newest = (await lastSequences(database, [workspaceId])).get(workspaceId) ?? 0;
    return [...(await eventsAfter(database, workspaceId, 0, 500)), ...(await eventsAfter(database, workspaceId, newest - 10, 500))];
  },
  'messageEvents.conversationEventsAfter': ({ database, workspaceId, owner, idOf }) =>
    Promise.all([
      conversationEventsAfter(database, workspaceId, owner.contactId, 0, 100),
      // A contact with few messages: whoever reads all events of the workspace to find them shows it here.
      conversationEventsAfter(database, workspaceId, idOf('contact', 0, 499), 0, 100),
    ]),
  'messageEvents.eventsOfMessage': ({ database, workspaceId, take }) => eventsOfMessage(database, workspaceId, take('delivered').messageId),
  'messageKeys.findKey': ({ database, workspaceId, take }) => findKey(database, workspaceId, take('delivered').messageId),
  'messages.readMessage': ({ database, contents, take }) => readMessage({ database, contents }, take('delivered')),
  'messages.findMessage': ({ database, contents, workspaceId, take }) =>
    findMessage({ database, contents }, workspaceId, take('delivered').messageId),
  'history.hotHistory': async ({ database, contents, workspaceId, owner, idOf }) => {
    const read = hotHistory({ database, contents });
    const deep = { at: new Date(Date.now() - 9 * weekMs), id: last };
    const page = async (query: Omit<HistoryQuery, 'workspaceId'>, before = now()) =>
      (await read({ workspaceId, ...query }, before, 50)).messages;
    return [
      ...(await page({ conversationId: owner.contactId })),
      ...(await page({ conversationId: owner.contactId }, deep)),
      ...(await page({ conversationId: owner.contactId, statuses: ['failed'] })),
      ...(await page({ conversationId: idOf('contact', 0, 499) })),
      ...(await page({})),
      ...(await page({}, deep)),
      ...(await page({ statuses: ['failed'], direction: 'outbound' })),
      ...(await page({ direction: 'inbound' })),
      ...(await page({ direction: 'outbound', sender: { id: owner.senderId, address: owner.senderNumber } })),
      ...(await page({ campaign: 'spring' })),
      ...(await page({ words: ['1', '2'], statuses: ['delivered'] })),
    ];
  },
  'moveByHand.cancelByHand': ({ database, take, newId }) => cancelByHand(database, take('queued'), { ...byHand, idempotencyKey: newId() }),
  'moveByHand.parkByHand': ({ database, take, newId }) => parkByHand(database, take('uncertain'), { ...byHand, idempotencyKey: newId() }),
  'moveByHand.retryByHand': ({ database, take, newId }) =>
    retryByHand(
      database,
      take('parked'),
      { from: 'parked', needsNewRun: true, validityMs: 60_000 },
      { ...byHand, idempotencyKey: newId() },
    ),
  'moveByHand.dismissByHand': ({ database, take, newId }) =>
    dismissByHand(database, take('failed'), { ...byHand, idempotencyKey: newId() }),
  'outbox.putIntoOutbox': (stage) => putIntoOutbox(stage.database, outbound(stage, stage.take('queued').messageId)),
  'statusCallbacks.storeStatusCallbacks': (stage) =>
    storeStatusCallbacks(stage, [
      { ...outbound(stage), statusCallback: { endpointId: stage.idOf('endpoint', 4), url: 'https://example.com/s', accountSid: 'AC' } },
    ]),
  'statusCallbacks.findStatusCallback': (stage) => findStatusCallback(stage, stage.workspaceId, stage.take('delivered').messageId),
  'persistMessages.persistMessages': async (stage) => {
    const fresh = [outbound(stage), outbound(stage)];
    await persistMessages(stage, fresh);
    // Once more: known, and read as they stand; and one that belongs to the owner.
    return persistMessages(stage, [...fresh, outbound(stage, stage.take('delivered').messageId)]);
  },
  'providerReferences.ownerOfReference': ({ database, workspaceId }) => ownerOfReference(database, workspaceId, 'twilio', 'SMnone'),
  'queues.queueShares': ({ database, workspaceId }) => queueShares(database, workspaceId),
  'queues.throughput': ({ database, workspaceId }) => throughput(database, workspaceId),
  'queues.messagesOfQueue': ({ database, contents, workspaceId }) =>
    Promise.all(
      (['outbound', 'processing', 'inbound', 'failed'] as const).map((queue) =>
        messagesOfQueue({ database, contents }, workspaceId, queue, epoch, 50),
      ),
    ),
  'recordOutcomes.recordOutcomes': ({ database, take }) => recordOutcomes(database, [take('delivered'), take('failed')]),
  'recordOutcomes.reopenMessage': ({ database, take }) => reopenMessage(database, take('sent')),
  'refusedRecipient.refusedRecipient': (stage) => refusedRecipient(stage, news(stage, 'accepted', 'failed')),
  'restoredMessages.rememberAttempt': ({ database, take }) =>
    rememberAttempt(database, { ...take('queued'), provider: 'twilio', attempt: undefined }),
  'restoredMessages.knownReferences': ({ database, workspaceId }) => knownReferences(database, workspaceId, 'twilio', ['SM1', 'SM2']),
  'sendAttempts.beginAttempt': (stage) => beginAttempt(stage.database, attempt(stage)),
  'sendAttempts.messagesAhead': ({ database, take }) => messagesAhead(database, take('queued')),
  'sendAttempts.isValidityOver': ({ database, take }) => isValidityOver(database, take('queued')),
  'sendAttempts.asleepAfter': ({ database, take }) => asleepAfter(database, take('queued')),
  'sendAttempts.attemptsOfMessage': ({ database, workspaceId, take }) =>
    attemptsOfMessage(database, workspaceId, take('delivered').messageId),
  'receipts.receiptsOfMessage': ({ database, workspaceId, take }) => receiptsOfMessage(database, workspaceId, take('delivered').messageId),
  'sendAttempts.ambiguousPolicy': ({ database, workspaceId }) => ambiguousPolicy(database, workspaceId),
  'waitingMessages.waitingMessages': ({ database, workspaceId }) =>
    waitingMessages(database, workspaceId, { raised: null, after: { lane: 'normal', createdAtMs: 0, messageId: nil }, limit: 50 }),
  'waitingMessages.waitingTokens': ({ database, workspaceId }) =>
    waitingTokens(database, workspaceId, {
      raised: null,
      upTo: { lane: 'normal', createdAtMs: Date.now(), messageId: last },
      countBy: 'segment',
    }),
};
