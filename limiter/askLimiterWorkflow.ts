import { setTimeout as delay } from 'node:timers/promises';
import {
  ApplicationFailure,
  type Client,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { rateLimiterWorkflowId } from '../domain/ids.js';
import { limiterAnswersLatelyMs, reserveGiveUpMs, reserveSlowGiveUpMs } from '../domain/limits.js';
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
 * `reserveGiveUpMs`, and where any limiter has answered lately after `reserveSlowGiveUpMs`.
 */
export function askLimiterWorkflow(client: Client): AskLimiter {
  let answeredAt = Number.NEGATIVE_INFINITY;
  return async (workspaceId, request) => {
    const startedAt = performance.now();
    const giveUpMs = startedAt - answeredAt < limiterAnswersLatelyMs ? reserveSlowGiveUpMs : reserveGiveUpMs;
    const workflowId = rateLimiterWorkflowId(workspaceId);
    for (let withStart = false; ; ) {
      const askedAt = performance.now();
      try {
        const asked = client.withDeadline(Date.now() + giveUpMs, () =>
          (withStart ? startAndUpdate : updateRunning)(client, workflowId, request),
        );
        const answer = await asked.catch(refusalIn);
        answeredAt = performance.now();
        return { answer, askedAt };
      } catch (error) {
        if (performance.now() - startedAt > giveUpMs) throw new LimiterUnavailable('the rate limiter does not answer', { cause: error });
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

/** A refusal as the answer that it is; rejects with every other error. */
function refusalIn(error: unknown): ReserveAnswer {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (cause instanceof ApplicationFailure && cause.type === noSlotInHorizon && cause.details?.[0]) return cause.details[0] as ReserveAnswer;
  throw error;
}

function updateRunning(client: Client, workflowId: string, request: ReserveRequest): Promise<ReserveAnswer> {
  return client.workflow.getHandle(workflowId).executeUpdate(reserveUpdate, { args: [request] });
}

function startAndUpdate(client: Client, workflowId: string, request: ReserveRequest): Promise<ReserveAnswer> {
  const startWorkflowOperation = new WithStartWorkflowOperation<typeof rateLimiter>('rateLimiter', {
    workflowId,
    taskQueue: taskQueues.limiter,
    args: [{ limits: request.limits }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `send rate of workspace ${workflowId.split('/')[1]}`,
  });
  return client.workflow.executeUpdateWithStart(reserveUpdate, { args: [request], startWorkflowOperation });
}
