import type { CancellationInput, CancellationProgress } from '../domain/cancellation.js';
import { cancellationWorkflowId } from '../domain/ids.js';
import type { ByHand } from '../storage/audit.js';
import type { cancelMessages } from '../workflows/cancelMessages.js';
import { getCancellationProgressQuery } from '../workflows/messages.js';
import { type BulkKind, bulkProgress, startBulk } from './bulkWorkflows.js';
import type { Services } from './services.js';

const cancellation: BulkKind = { name: 'cancellation', workflowType: 'cancelMessages', workflowId: cancellationWorkflowId };

/** Starts taking back the messages that a filter matches; answers its id. Throws Problem as `startBulk` does. */
export function startCancellation(
  services: Services,
  wanted: Pick<CancellationInput, 'workspaceId' | 'filter' | 'matched' | 'acceptedBeforeMs'>,
  byHand: ByHand,
): Promise<{ id: string; repeated: boolean }> {
  const { workspaceId, matched, filter } = wanted;
  const start = { workspaceId, request: { filter }, matched, summary: `cancellation of ${matched} messages` };
  const inputOf = (cancellationId: string): CancellationInput => ({
    ...wanted,
    cancellationId,
    actor: byHand.actor,
    reason: byHand.reason ?? null,
  });
  return startBulk<typeof cancelMessages>(services, cancellation, start, inputOf, byHand);
}

/** How far it has come. Throws Problem as `bulkProgress` does. */
export function cancellationProgress(services: Services, workspaceId: string, id: string): Promise<CancellationProgress> {
  return bulkProgress(services, cancellation, workspaceId, id, getCancellationProgressQuery);
}
