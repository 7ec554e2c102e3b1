import { type QueryDefinition, type Workflow, WorkflowNotFoundError } from '@temporalio/client';
import { Problem } from '../domain/errors.js';
import { isUuid, uuidFromBytes } from '../domain/ids.js';
import { traceQueryTimeoutMs } from '../domain/limits.js';
import { taskQueues } from '../domain/taskQueues.js';
import { startOnce, workspaceIdKey } from '../lives/startOnce.js';
import { hmac, sha256 } from '../platform/crypto.js';
import { uuidv7 } from '../platform/uuid.js';
import { type ByHand, noteAudit } from '../storage/audit.js';
import type { Services } from './services.js';
import { isRepeat } from './storedMessage.js';

/** A workflow that does something to many messages of a workspace, by a filter. */
export interface BulkKind {
  /** As people call it, and as the audit does. */
  name: 'redrive' | 'cancellation' | 'export';
  workflowType: string;
  workflowId(workspaceId: string, id: string): string;
}

export interface BulkStart {
  workspaceId: string;
  /** What a repeat must ask for as well. */
  request: Record<string, unknown>;
  /** How many that are, where it was counted. */
  matched?: number;
  summary: string;
}

/**
 * Starts such a workflow, noted in the audit before; the same request under the same idempotency key is answered with the first.
 * Throws Problem: `idempotency_key_reused`, or `unavailable` where Temporal does not answer.
 */
export async function startBulk<T extends Workflow>(
  services: Services,
  { name, workflowType, workflowId }: BulkKind,
  { workspaceId, request, matched, summary }: BulkStart,
  inputOf: (id: string) => Parameters<T>[0],
  byHand: ByHand,
): Promise<{ id: string; repeated: boolean }> {
  const { database, temporal, workspaces } = services;
  const { keys } = await workspaces.get(workspaceId);
  const action = `${name}.started`;
  await isRepeat(services, { workspaceId }, byHand, [action]);
  const key = byHand.idempotencyKey;
  const id = key === undefined ? uuidv7() : uuidFromBytes(hmac(keys.messageId, `${name}/${key}`));
  const payloadHash = sha256(JSON.stringify(request)).toString('hex');
  await noteAudit(database, { workspaceId }, action, byHand, { [`${name}Id`]: id, matched, ...request });
  const started = await startOnce(temporal, workflowType, {
    workflowId: workflowId(workspaceId, id),
    taskQueue: taskQueues.maintenance,
    args: [inputOf(id)],
    memo: { payloadHash },
    staticSummary: summary,
    typedSearchAttributes: [{ key: workspaceIdKey, value: workspaceId }],
  }).catch((error: unknown) => {
    throw away(services, name, error);
  });
  if (started) return { id, repeated: false };
  const { memo } = await temporal.workflow.getHandle(workflowId(workspaceId, id)).describe();
  if (memo?.payloadHash !== payloadHash)
    throw new Problem('idempotency_key_reused', `this Idempotency-Key belongs to a ${name} with another filter: use a new one`);
  return { id, repeated: true };
}

/** How far one of this workspace has come. Throws Problem: `not_found`, or `unavailable` where nobody can say. */
export function bulkProgress<R>(
  services: Services,
  kind: BulkKind,
  workspaceId: string,
  id: string,
  query: QueryDefinition<R>,
): Promise<R> {
  return askBulk(services, kind, id, () =>
    services.temporal.withDeadline(Date.now() + traceQueryTimeoutMs, () =>
      services.temporal.workflow.getHandle(kind.workflowId(workspaceId, id)).query(query),
    ),
  );
}

/** Asks such a workflow something. Throws Problem as `bulkProgress` does. */
export async function askBulk<T>(services: Services, { name }: BulkKind, id: string, ask: () => Promise<T>): Promise<T> {
  const notFound = new Problem('not_found', `this workspace has no ${name} with that id, or none that Temporal still remembers`);
  if (!isUuid(id)) throw notFound;
  try {
    return await ask();
  } catch (error) {
    throw error instanceof WorkflowNotFoundError ? notFound : away(services, name, error);
  }
}

function away({ logger }: Services, name: BulkKind['name'], error: unknown): Problem {
  logger.warn({ event: `${name}.not_reached`, error: String(error) });
  return new Problem('unavailable', 'Temporal does not answer: try again in a moment, under the same Idempotency-Key', {
    retryAfterSeconds: 2,
  });
}
