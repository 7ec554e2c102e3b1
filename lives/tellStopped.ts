import type { Client } from '@temporalio/client';
import { scheduleAheadMaxMs, tellStoppedConcurrentMax, validitySecondsMax } from '../domain/limits.js';
import type { Database } from '../platform/database.js';
import type { Logger } from '../platform/logger.js';
import { stoppedMessages } from '../storage/inboundMessages.js';
import { callAfter } from './callMessages.js';
import { tellToReadRow } from './tellToReadRow.js';

/** A message waits no longer than this to be sent. */
const waitMaxMs = scheduleAheadMaxMs + 2 * validitySecondsMax * 1_000;

export interface TellStoppedServices {
  database: Database;
  temporal: Client;
  logger: Logger;
}

/**
 * Tells the workflows of the messages that a contact's opt-out took out of the queue, so that they close and ask for no
 * slot; and whoever waited for them in order. Answers how many there were. Telling again does no harm.
 *
 * @param stoppedAtMs when they were stopped, or a moment before; epoch milliseconds
 */
export async function tellStopped(
  services: TellStoppedServices,
  { workspaceId, contactId, stoppedAtMs }: { workspaceId: string; contactId: string; stoppedAtMs: number },
): Promise<number> {
  const storedSinceMs = stoppedAtMs - waitMaxMs;
  const messages = await stoppedMessages(services.database, { workspaceId, contactId, storedSinceMs, stoppedAtMs });
  for (let from = 0; from < messages.length; from += tellStoppedConcurrentMax) {
    await Promise.all(messages.slice(from, from + tellStoppedConcurrentMax).map((message) => tellToReadRow(services, message)));
  }
  const [first] = messages;
  if (first) await callAfter(services, first);
  return messages.length;
}
