import { setTimeout as delay } from 'node:timers/promises';
import {
  ApplicationFailure,
  type Client,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { rateLimiterWorkflowId } from '../domain/ids.js';
import { reserveGiveUpMs } from '../domain/limits.js';
import { noSlotInHorizon, type ReserveAnswer, type ReserveRequest } from '../domain/rateLimit.js';
import { taskQueues } from '../domain/taskQueues.js';
import { reserveUpdate } from '../workflows/messages.js';
import type { rateLimiter } from '../workflows/rateLimiter.js';
import type { AskLimiter } from './tokenBroker.js';

/** The limiter did not answer in time: wait outside the process and ask again. */
export class LimiterUnavailable extends Error {
  override name = 'LimiterUnavailable';
}

/**
 * Asks by one Update, started with the workflow where there is none. `client` must be on a connection without the
 * SDK's retries: while the limiter continues as new they would wait a second, ours wait milliseconds. A question that is
 * refused because nobody in it gets a turn is answered like any other. Rejects with LimiterUnavailable after
 * `reserveGiveUpMs`.
 */
export function askLimiterWorkflow(client: Client): AskLimiter {
  return async (workspaceId, request) => {
    const startedAt = performance.now();
    const workflowId = rateLimiterWorkflowId(workspaceId);
    for (let withStart = false; ; ) {
      const askedAt = performance.now();
      try {
        return {
          answer: await (withStart ? startAndUpdate(client, workflowId, request) : updateRunning(client, workflowId, request)),
          askedAt,
        };
      } catch (error) {
        const refusal = refusalIn(error);
        if (refusal) return { answer: refusal, askedAt };
        if (performance.now() - startedAt > reserveGiveUpMs)
          throw new LimiterUnavailable('the rate limiter does not answer', { cause: error });
        if (error instanceof WorkflowNotFoundError && !withStart) {
          withStart = true;
          continue;
        }
        withStart = false;
        await delay(20 + Math.random() * 30);
      }
    }
  };
}

function refusalIn(error: unknown): ReserveAnswer | undefined {
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) return undefined;
  return error.cause.type === noSlotInHorizon ? (error.cause.details?.[0] as ReserveAnswer) : undefined;
}

function updateRunning(client: Client, workflowId: string, request: ReserveRequest): Promise<ReserveAnswer> {
  const handle = client.workflow.getHandle(workflowId);
  return client.withDeadline(Date.now() + reserveGiveUpMs, () => handle.executeUpdate(reserveUpdate, { args: [request] }));
}

function startAndUpdate(client: Client, workflowId: string, request: ReserveRequest): Promise<ReserveAnswer> {
  const startWorkflowOperation = new WithStartWorkflowOperation<typeof rateLimiter>('rateLimiter', {
    workflowId,
    taskQueue: taskQueues.limiter,
    args: [{ limits: request.limits }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `send rate of workspace ${workflowId.split('/')[1]}`,
  });
  return client.withDeadline(Date.now() + reserveGiveUpMs, () =>
    client.workflow.executeUpdateWithStart(reserveUpdate, { args: [request], startWorkflowOperation }),
  );
}
