import type { CancellationBatch, CancellationInput } from '../domain/cancellation.js';
import { cancelBatchMax, tellCanceledConcurrentMax } from '../domain/limits.js';
import { tellToReadRow } from '../lives/tellToReadRow.js';
import { cancelMatching } from '../storage/cancelMatching.js';
import type { MaintenanceDependencies } from './dependencies.js';

/**
 * Cancels the next messages that match, in one transaction, and tells their workflows, so that they ask for no slot. One that is
 * not told, because this run dies, finds its row canceled when its time comes. Whoever waits behind one of them in order finds
 * its turn by itself.
 */
export function cancelBatch(dependencies: MaintenanceDependencies) {
  const { database, logger } = dependencies;
  return async ({
    workspaceId,
    cancellationId,
    filter,
    actor,
    reason,
    acceptedBeforeMs,
  }: CancellationInput): Promise<CancellationBatch> => {
    const byHand = { actor, ...(reason !== null && { reason }), cancellationId };
    const { canceled, isLast } = await cancelMatching(database, workspaceId, filter, { acceptedBeforeMs, limit: cancelBatchMax }, byHand);
    for (let from = 0; from < canceled.length; from += tellCanceledConcurrentMax) {
      await Promise.all(canceled.slice(from, from + tellCanceledConcurrentMax).map((message) => tellToReadRow(dependencies, message)));
    }
    logger.info({ event: 'cancellation.batch', workspaceId, cancellationId, canceled: canceled.length });
    return { canceled: canceled.length, isLast };
  };
}
