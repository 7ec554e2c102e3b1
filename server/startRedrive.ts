import { WorkflowNotFoundError } from '@temporalio/client';
import { Problem } from '../domain/errors.js';
import { isUuid, redriveWorkflowId, uuidFromBytes } from '../domain/ids.js';
import { traceQueryTimeoutMs } from '../domain/limits.js';
import type { RedriveInput, RedriveProgress } from '../domain/redrive.js';
import { taskQueues } from '../domain/taskQueues.js';
import { startOnce, workspaceIdKey } from '../lives/startOnce.js';
import { hmac, sha256 } from '../platform/crypto.js';
import { uuidv7 } from '../platform/uuid.js';
import { type ByHand, noteAudit } from '../storage/audit.js';
import { cancelRedriveSignal, getRedriveProgressQuery } from '../workflows/messages.js';
import type { redriveMessages } from '../workflows/redriveMessages.js';
import type { Services } from './services.js';
import { isRepeat } from './storedMessage.js';

/**
 * Starts a redrive, noted in the audit before; the same request under the same idempotency key is answered with the first.
 * Throws Problem: `idempotency_key_reused`, or `unavailable` where Temporal does not answer.
 *
 * @returns its id
 */
export async function startRedrive(
  services: Services,
  wanted: Omit<RedriveInput, 'redriveId' | 'actor' | 'reason' | 'failedBeforeMs'>,
  byHand: ByHand,
): Promise<{ id: string; repeated: boolean }> {
  const { workspaceId, matched: _now, ...request } = wanted;
  const { keys } = await services.workspaces.get(workspaceId);
  await isRepeat(services, { workspaceId }, byHand, ['redrive.started']);
  const key = byHand.idempotencyKey;
  const redriveId = key === undefined ? uuidv7() : uuidFromBytes(hmac(keys.messageId, `redrive/${key}`));
  const payloadHash = sha256(JSON.stringify(request)).toString('hex');
  await noteAudit(services.database, { workspaceId }, 'redrive.started', byHand, { redriveId, matched: wanted.matched, ...request });
  const input: RedriveInput = {
    ...wanted,
    redriveId,
    actor: byHand.actor,
    reason: byHand.reason ?? null,
    failedBeforeMs: Date.now(),
  };
  const { temporal } = services;
  const workflowId = redriveWorkflowId(workspaceId, redriveId);
  const started = await startOnce<typeof redriveMessages>(temporal, 'redriveMessages', {
    workflowId,
    taskQueue: taskQueues.maintenance,
    args: [input],
    memo: { payloadHash },
    staticSummary: `redrive of ${wanted.matched} messages at ${wanted.ratePerSecond}/s`,
    typedSearchAttributes: [{ key: workspaceIdKey, value: workspaceId }],
  }).catch((error: unknown) => {
    throw away(services, error);
  });
  if (started) return { id: redriveId, repeated: false };
  const { memo } = await temporal.workflow.getHandle(workflowId).describe();
  if (memo?.payloadHash !== payloadHash)
    throw new Problem('idempotency_key_reused', 'this Idempotency-Key belongs to a redrive with another filter: use a new one');
  return { id: redriveId, repeated: true };
}

/** How far a redrive of this workspace has come. Throws Problem: `not_found`, or `unavailable` where nobody can say. */
export async function redriveProgress(services: Services, workspaceId: string, redriveId: string): Promise<RedriveProgress> {
  return asking(services, redriveId, () => {
    const handle = services.temporal.workflow.getHandle<typeof redriveMessages>(redriveWorkflowId(workspaceId, redriveId));
    return services.temporal.withDeadline(Date.now() + traceQueryTimeoutMs, () => handle.query(getRedriveProgressQuery));
  });
}

/** Ends a redrive after the messages that it is just looking at; one that has ended is answered as it is. Throws Problem as `redriveProgress` does. */
export async function cancelRedrive(services: Services, workspaceId: string, redriveId: string, byHand: ByHand): Promise<RedriveProgress> {
  const before = await redriveProgress(services, workspaceId, redriveId);
  if (before.state !== 'running') return before;
  await asking(services, redriveId, () =>
    services.temporal.workflow.getHandle(redriveWorkflowId(workspaceId, redriveId)).signal(cancelRedriveSignal),
  ).catch((error: unknown) => {
    // It has ended in this moment.
    if (!(error instanceof Problem && error.code === 'not_found')) throw error;
  });
  await noteAudit(services.database, { workspaceId }, 'redrive.canceled', { ...byHand, redriveId }, { before });
  return redriveProgress(services, workspaceId, redriveId);
}

async function asking<T>(services: Services, redriveId: string, ask: () => Promise<T>): Promise<T> {
  const notFound = new Problem('not_found', 'this workspace has no redrive with that id, or none that Temporal still remembers');
  if (!isUuid(redriveId)) throw notFound;
  try {
    return await ask();
  } catch (error) {
    throw error instanceof WorkflowNotFoundError ? notFound : away(services, error);
  }
}

function away({ logger }: Services, error: unknown): Problem {
  logger.warn({ event: 'redrive.not_reached', error: String(error) });
  return new Problem('unavailable', 'Temporal does not answer: try again in a moment, under the same Idempotency-Key', {
    retryAfterSeconds: 2,
  });
}
