import type { Client } from '@temporalio/client';
import type { MessageRef } from '../domain/ids.js';
import { relayEveryMs } from '../domain/limits.js';
import type { Logger } from '../platform/logger.js';
import { Lookout } from '../platform/lookout.js';
import type { Telemetry } from '../platform/telemetry.js';
import type { Readable } from '../storage/contents.js';
import { readOutboundMessages } from '../storage/outboundMessages.js';
import { claimFromOutbox, outboxDepth, releaseToOutbox, removeFromOutbox } from '../storage/outbox.js';
import { startMessage } from './startMessage.js';

export interface RelaySettings extends Readable {
  temporal: Client;
  /** Resolves where Temporal answers; must settle by itself. */
  askTemporal: () => Promise<unknown>;
  telemetry: Telemetry;
  logger: Logger;
  receiptGraceMs: number;
}

/**
 * Starts the workflows of messages that were accepted while Temporal was away, in order by lane. Several may run: each takes
 * messages of its own, and a start that was made before is refused by its workflow id.
 */
export function outboxRelay(settings: RelaySettings): Lookout {
  return new Lookout({
    look: async (signal) => (await relay(settings, signal)) > 0,
    everyMs: relayEveryMs,
    failed: (error) => settings.logger.warn({ event: 'outbox.relay_failed', error: String(error) }),
  });
}

/** Starts what is next; answers how many it could start. */
async function relay(settings: RelaySettings, stopping: AbortSignal): Promise<number> {
  const { database, temporal, askTemporal, telemetry, logger, receiptGraceMs } = settings;
  const { count, oldestAt } = await outboxDepth(database);
  telemetry.set('outbox_messages', {}, count);
  telemetry.set('outbox_oldest_seconds', {}, oldestAt ? (Date.now() - oldestAt.getTime()) / 1_000 : 0);
  if (count === 0) return 0;
  // Before the claim: what is claimed while nobody answers would go before a more urgent message that comes meanwhile.
  await askTemporal();
  const claimed = await claimFromOutbox(database);
  if (claimed.length === 0) return 0;
  const messages = await readOutboundMessages(settings, claimed, receiptGraceMs);
  const done: MessageRef[] = [];
  try {
    // One after the other: their order is the order in which Temporal gets them.
    for (const { workspaceId, messageId } of claimed) {
      if (stopping.aborted) break;
      const message = messages.get(messageId);
      // Without a row the accept did not come to its end, and its client was told so.
      if (message) await startMessage(temporal, message);
      done.push({ workspaceId, messageId });
    }
  } catch (error) {
    logger.warn({ event: 'outbox.start_failed', waiting: claimed.length - done.length, error: String(error) });
  }
  await removeFromOutbox(database, done);
  if (done.length < claimed.length) await releaseToOutbox(database, claimed.slice(done.length));
  telemetry.count('outbox_relayed_total', {}, done.length);
  if (done.length > 0) logger.info({ event: 'outbox.relayed', started: done.length });
  return done.length;
}
