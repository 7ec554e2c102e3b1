import { Problem } from '../domain/errors.js';
import { redriveWorkflowId } from '../domain/ids.js';
import type { RedriveInput, RedriveProgress } from '../domain/redrive.js';
import { type ByHand, noteAudit } from '../storage/audit.js';
import { cancelRedriveSignal, getRedriveProgressQuery } from '../workflows/messages.js';
import type { redriveMessages } from '../workflows/redriveMessages.js';
import { askBulk, type BulkKind, bulkProgress, startBulk } from './bulkWorkflows.js';
import type { Services } from './services.js';

const redrive: BulkKind = { name: 'redrive', workflowType: 'redriveMessages', workflowId: redriveWorkflowId };

/** Starts a redrive; answers its id. Throws Problem as `startBulk` does. */
export function startRedrive(
  services: Services,
  wanted: Omit<RedriveInput, 'redriveId' | 'actor' | 'reason' | 'failedBeforeMs'>,
  byHand: ByHand,
): Promise<{ id: string; repeated: boolean }> {
  const { workspaceId, matched, ...request } = wanted;
  const summary = `redrive of ${matched} messages at ${wanted.ratePerSecond}/s`;
  const inputOf = (redriveId: string): RedriveInput => ({
    ...wanted,
    redriveId,
    actor: byHand.actor,
    reason: byHand.reason ?? null,
    failedBeforeMs: Date.now(),
  });
  return startBulk<typeof redriveMessages>(services, redrive, { workspaceId, request, matched, summary }, inputOf, byHand);
}

/** How far a redrive of this workspace has come. Throws Problem as `bulkProgress` does. */
export function redriveProgress(services: Services, workspaceId: string, redriveId: string): Promise<RedriveProgress> {
  return bulkProgress(services, redrive, workspaceId, redriveId, getRedriveProgressQuery);
}

/** Ends a redrive after the messages that it is just looking at; one that has ended is answered as it is. Throws Problem as `redriveProgress` does. */
export async function cancelRedrive(services: Services, workspaceId: string, redriveId: string, byHand: ByHand): Promise<RedriveProgress> {
  const before = await redriveProgress(services, workspaceId, redriveId);
  if (before.state !== 'running') return before;
  await askBulk(services, redrive, redriveId, () =>
    services.temporal.workflow.getHandle(redriveWorkflowId(workspaceId, redriveId)).signal(cancelRedriveSignal),
  ).catch((error: unknown) => {
    // It has ended in this moment.
    if (!(error instanceof Problem && error.code === 'not_found')) throw error;
  });
  await noteAudit(services.database, { workspaceId }, 'redrive.canceled', { ...byHand, redriveId }, { before });
  return redriveProgress(services, workspaceId, redriveId);
}
