import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { redriveBatchMs } from '../domain/limits.js';
import { nothingDone, type RedriveBatchResult, type RedriveCounts, type RedriveInput, type RedrivePlace } from '../domain/redrive.js';
import { type Retried, retryMessage } from '../lives/retryMessage.js';
import { ProviderUnavailable } from '../providers/provider.js';
import { type FailedRef, failedPage } from '../storage/failedMessages.js';
import type { MaintenanceDependencies } from './dependencies.js';

const countedAs: Record<Retried['kind'], keyof RedriveCounts> = {
  queued: 'retried',
  adopted: 'adopted',
  unconfirmed: 'unconfirmed',
  tooEarly: 'left',
  textGone: 'left',
  refused: 'left',
};

/**
 * Sends the next failed messages once more, one after the other and no faster than the redrive's rate, for about
 * `redriveBatchMs`. A run that dies is gone on with where its last heartbeat was; a message that it had queued already is not
 * in the failed queue any more.
 */
export function redriveBatch(dependencies: MaintenanceDependencies) {
  const { database, store, logger } = dependencies;
  return async (input: RedriveInput): Promise<RedriveBatchResult> => {
    const { workspaceId, redriveId, filter, ratePerSecond, failedBeforeMs } = input;
    const { heartbeatDetails } = Context.current().info;
    const place: RedrivePlace = (heartbeatDetails as RedrivePlace | undefined) ?? input.after ?? { counts: nothingDone, cursor: null };
    const everyMs = 1_000 / ratePerSecond;
    const limit = Math.max(1, Math.round(redriveBatchMs / everyMs));
    const page = await failedPage(database, workspaceId, filter, { beforeMs: failedBeforeMs, after: place.cursor, limit });
    const counts = { ...place.counts };
    let { cursor } = place;
    for (const message of page) {
      const next = delay(everyMs);
      counts.looked += 1;
      counts[await retry(message)] += 1;
      cursor = message.cursor;
      Context.current().heartbeat({ counts: { ...counts }, cursor } satisfies RedrivePlace);
      await next;
    }
    logger.info({ event: 'redrive.batch', workspaceId, redriveId, ...counts });
    const isLast = page.length < limit;
    const left = counts.left + counts.unconfirmed;
    if (isLast && left > 0) {
      const summary = `A redrive has ended and left ${left} of ${counts.looked} messages: they may have been sent, or could not be sent again.`;
      await store.notify({ workspaceId, kind: 'redrive.incomplete', subject: redriveId, summary, details: { redriveId, ...counts } });
    }
    return { counts, cursor, isLast };

    async function retry(message: FailedRef): Promise<keyof RedriveCounts> {
      const { actor, reason, mayHaveBeenSent } = input;
      const byHand = { actor, redriveId, mayHaveBeenSent, ...(reason !== null && { reason }) };
      try {
        const retried = await retryMessage(dependencies, message, byHand);
        return retried ? countedAs[retried.kind] : 'left';
      } catch (error) {
        // One that its provider can't be asked about stays where it is, and does not keep the others waiting.
        if (!(error instanceof ProviderUnavailable)) throw error;
        logger.warn({ event: 'redrive.provider_unavailable', workspaceId, redriveId, messageId: message.messageId, error: error.message });
        return 'left';
      }
    }
  };
}
