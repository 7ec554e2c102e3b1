import { WorkflowNotFoundError } from '@temporalio/client';
import type { RequestHandler } from 'express';
import { rateLimiterWorkflowId } from '../../domain/ids.js';
import { type LimiterGlance, limiterGlance } from '../../domain/limiterGlance.js';
import { traceQueryTimeoutMs } from '../../domain/limits.js';
import { getLimiterStateQuery } from '../../workflows/messages.js';
import { QueueReader } from '../queueReader.js';
import type { Services } from '../services.js';
import { workflowUrl } from '../workflowUrl.js';
import { workspaceIdOf } from './authenticate.js';

/** The limiter of a workspace, as the API shows it. */
export interface LimiterView {
  at: string;
  /** Messages of the queue `outbound` that wait for their turn, not for a time of their own. */
  waiting: number;
  state: {
    free: number;
    held: number;
    booked: number;
    bookedUntil: string | null;
    drainedAt: string | null;
    inWords: string;
  } | null;
  /** Why there is no state. */
  unavailable: string | null;
  workflow: { id: string; url: string | null };
}

/** What the limiter of a workspace knows at this moment: GET /v1/workspace/limiter. */
export function workspaceLimiter(services: Services): RequestHandler {
  const queues = new QueueReader(services.database);
  return async (_request, response) => {
    const workspaceId = workspaceIdOf(response);
    const { outbound } = (await queues.read(workspaceId)).queues;
    const waiting = outbound.states.filter(({ status }) => status === 'queued').reduce((sum, { count }) => sum + count, 0);
    const workflowId = rateLimiterWorkflowId(workspaceId);
    const view: LimiterView = {
      at: new Date().toISOString(),
      waiting,
      ...(await glanceOf(services, workflowId, waiting)),
      workflow: { id: workflowId, url: workflowUrl(services.config, workflowId) },
    };
    response.json(view);
  };
}

async function glanceOf(
  { temporal, logger }: Services,
  workflowId: string,
  waiting: number,
): Promise<Pick<LimiterView, 'state' | 'unavailable'>> {
  try {
    const handle = temporal.workflow.getHandle(workflowId);
    const state = await temporal.withDeadline(Date.now() + traceQueryTimeoutMs, () => handle.query(getLimiterStateQuery));
    return { state: stateOf(limiterGlance(state, Date.now(), waiting)), unavailable: null };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      return { state: null, unavailable: 'it has not been asked yet: it begins with the first message' };
    logger.warn({ event: 'trace.query_failed', workflowId, error: String(error) });
    return { state: null, unavailable: 'the limiter could not be asked within 2 s: see that a process with the role limiter runs' };
  }
}

function stateOf({ bookedUntilMs, drainedAtMs, ...rest }: LimiterGlance): NonNullable<LimiterView['state']> {
  const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return { ...rest, bookedUntil: time(bookedUntilMs), drainedAt: time(drainedAtMs) };
}
