import type { Client } from '@temporalio/client';
import type { MessageRef } from '../domain/ids.js';
import { relayClaimMs, relayClaimSafetyMs, relayEveryMs, relayStartsConcurrentMax } from '../domain/limits.js';
import type { Logger } from '../platform/logger.js';
import { Lookout } from '../platform/lookout.js';
import type { Telemetry } from '../platform/telemetry.js';
import type { Readable } from '../storage/contents.js';
import { readOutboundMessages } from '../storage/outboundMessages.js';
import { claimFromOutbox, outboxDepth, releaseToOutbox, removeFromOutbox } from '../storage/outbox.js';
import { severalAtOnce } from './severalAtOnce.js';
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
  const heldUntil = performance.now() + relayClaimMs - relayClaimSafetyMs;
  const claimed = await claimFromOutbox(database);
  if (claimed.length === 0) return 0;
  const messages = await readOutboundMessages(settings, claimed, receiptGraceMs);
  const done: MessageRef[] = [];
  let failed: unknown;
  const start = async (next: MessageRef): Promise<void> => {
    const message = messages.get(next.messageId);
    try {
      // Without a row the accept did not come to its end, and its client was told so.
      if (message) await startMessage(temporal, message);
      done.push(next);
    } catch (error) {
      failed = error;
    }
  };
  const mayGoOn = () => failed === undefined && !stopping.aborted && performance.now() < heldUntil;
  // One lane after the other: none is started before all that is more urgent has been.
  for (const lane of new Set(claimed.map((one) => one.lane))) {
    const ofLane = claimed.filter((one) => one.lane === lane);
    await severalAtOnce(ofLane, relayStartsConcurrentMax, start, mayGoOn);
  }
  const open = claimed.filter((one) => !done.includes(one));
  if (failed !== undefined) logger.warn({ event: 'outbox.start_failed', waiting: open.length, error: String(failed) });
  await removeFromOutbox(database, done);
  if (open.length > 0) await releaseToOutbox(database, open);
  telemetry.count('outbox_relayed_total', {}, done.length);
  if (done.length > 0) logger.info({ event: 'outbox.relayed', started: done.length });
  return done.length;
}
