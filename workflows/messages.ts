/** What can be said to a running workflow and asked of it. Names are part of the product: people type them in the Web UI. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CancellationProgress } from '../domain/cancellation.js';
import type { ErasedContact, ExportProgress } from '../domain/exports.js';
import type { LimitsChange } from '../domain/limitsChange.js';
import type { MessageOutcome, MessageState } from '../domain/message.js';
import type { OlderRequest } from '../domain/olderLimiter.js';
import type { RaisedFor } from '../domain/raise.js';
import type { RateLimits, ReserveAnswer, ReserveRequest } from '../domain/rateLimit.js';
import type { RateLimiterState } from '../domain/rateLimiterState.js';
import type { RedriveProgress } from '../domain/redrive.js';
import type { Again } from '../domain/submission.js';

/**
 * To sendMessage: a status callback brought this state of the newest attempt. Stored before it is signalled; who signals
 * a terminal state also records the message as finished, once the signal is durable. With `again` the attempt failed and
 * the message is queued once more.
 */
export type StatusChange = MessageOutcome & { again?: Again };
export const statusChangedSignal = defineSignal<[StatusChange]>('statusChanged');
/**
 * To sendMessage: the message was canceled in the database. The run stops waiting and reads its row, which decides; a
 * signal that is lost only delays the close.
 */
export const cancelRequestedSignal = defineSignal('cancelRequested');
/** To sendMessage: the message before it in the order of its conversation has left. A run that sleeps for that looks at once. */
export const calledSignal = defineSignal('called');
/**
 * To sendMessage: the limits under which it was told its turn have been raised. A run that waits for a slot, booked or
 * estimated, gives it up and asks for another.
 */
export const askAgainSignal = defineSignal('askAgain');
/** To sendMessage: where this run stands. */
export const getMessageStateQuery = defineQuery<MessageState>('getMessageState');

/**
 * To rateLimiter: turns for a batch of messages, and a lease. Synchronous: one workflow task. Where nobody in the batch
 * gets a turn it is refused with the type NoSlotInHorizon, which costs no history; its details are the answer.
 */
export const reserveUpdate = defineUpdate<ReserveAnswer, [ReserveRequest | OlderRequest]>('reserve');
/**
 * To rateLimiter, by operators: changes the workspace's limits in the database and here. `actor` and `reason` go into the
 * audit. Refused with the type InvalidLimits where a value is out of range.
 */
export const setLimitsUpdate = defineUpdate<RateLimits, [LimitsChange & { actor?: string; reason?: string }]>('setLimits');
/** To rateLimiter: its limits, calendar, lines of senders, and what processes hold. */
export const getLimiterStateQuery = defineQuery<RateLimiterState>('getLimiterState');

/** To callWaiting: limits were raised, for all of the workspace or for some of its senders. It begins again with the first who waits. */
export const limitsRaisedSignal = defineSignal<[RaisedFor]>('limitsRaised');

/** To redriveMessages: how far it has come. */
export const getRedriveProgressQuery = defineQuery<RedriveProgress>('getRedriveProgress');
/** To redriveMessages: it ends after the messages that are just being looked at. */
export const cancelRedriveSignal = defineSignal('cancelRedrive');

/** To exportMessages: how far it has come. */
export const getExportProgressQuery = defineQuery<ExportProgress>('getExportProgress');
/** To exportMessages: it ends after the part that is just being written, and leaves nothing. */
export const cancelExportSignal = defineSignal('cancelExport');
/** To exportMessages: whether it may hold something of a contact that was erased. */
export const mayHoldContactQuery = defineQuery<boolean, [ErasedContact]>('mayHoldContact');
/** To exportMessages: a contact was erased. Where it may hold something of that, it ends as if its time were over, and leaves nothing. */
export const contactErasedSignal = defineSignal<[ErasedContact]>('contactErased');

/** How far a cancellation by filter has come. */
export const getCancellationProgressQuery = defineQuery<CancellationProgress>('getCancellationProgress');
