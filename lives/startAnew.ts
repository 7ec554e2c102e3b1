import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { oldRunCloseMs, oldRunLookEveryMs } from '../domain/limits.js';
import type { Logger } from '../platform/logger.js';
import type { Readable } from '../storage/contents.js';
import type { StoredRef } from '../storage/messages.js';
import { readOutboundMessages } from '../storage/outboundMessages.js';
import { startMessage } from './startMessage.js';
import { tellToReadRow } from './tellToReadRow.js';

export interface StartServices extends Readable {
  temporal: Client;
  logger: Logger;
  /** How long after its validity a message waits for a receipt, milliseconds. */
  receiptGraceMs: number;
}

/**
 * Starts a new run for a message that has had one. An old run that is still there is told to read its row and closes.
 * Never fails: what can't be started now the sweep finds, open and without a run.
 */
export async function startAnew(services: StartServices, ref: StoredRef): Promise<void> {
  const { temporal, logger, receiptGraceMs } = services;
  const { workspaceId, messageId } = ref;
  try {
    const message = (await readOutboundMessages(services, [ref], receiptGraceMs)).get(messageId);
    if (!message || (await startMessage(temporal, message, { anew: true }))) return;
    await tellToReadRow({ temporal, logger }, ref);
    for (const untilMs = Date.now() + oldRunCloseMs; Date.now() < untilMs; ) {
      await delay(oldRunLookEveryMs);
      if (await startMessage(temporal, message, { anew: true })) return;
    }
    logger.warn({ event: 'message.old_run_goes_on', workspaceId, messageId });
  } catch (error) {
    logger.warn({ event: 'message.not_started_anew', workspaceId, messageId, error: String(error) });
  }
}
