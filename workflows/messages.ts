/** What can be said to a running workflow and asked of it. Names are part of the product: people type them in the Web UI. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { MessageOutcome, MessageState, OutboundMessage } from '../domain/message.js';
import type { RateLimiterState, ReserveAnswer, ReserveRequest } from '../domain/rateLimit.js';
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
/** To sendMessage: where this run stands. */
export const getMessageStateQuery = defineQuery<MessageState>('getMessageState');

/** To sendMessage: the message as it was accepted. */
export const getMessageQuery = defineQuery<OutboundMessage>('getMessage');

/** To rateLimiter: slots for a batch of messages, and a lease. Synchronous: one workflow task. */
export const reserveUpdate = defineUpdate<ReserveAnswer, [ReserveRequest]>('reserve');
/** To rateLimiter: its calendar, leases and limits. */
export const getLimiterStateQuery = defineQuery<RateLimiterState>('getLimiterState');
