import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { handOverAtOnceMax, handOverLookEveryMs, handOverLooks } from '../domain/limits.js';
import type { WorkerDeployment } from '../platform/workerDeployment.js';

const grpcNotFound = 5;
const grpcFailedPrecondition = 9;
const pinned = 1;

interface Run {
  workflowId: string;
  runId: string;
}

/**
 * Gives the open lives of one build to another: each begins anew there from what was accepted, and goes on from its row. So nothing
 * of what the withdrawn build has done is replayed, nothing that was accepted is lost, and what has begun to leave is found by its
 * attempt. Answers how many there were.
 */
export async function handOverLives(
  temporal: Client,
  deployment: WorkerDeployment,
  from: string,
  to: string,
  reason: string,
): Promise<number> {
  const given = new Set<string>();
  // Temporal's lists lag behind: a life that has just begun comes into them a moment later.
  for (let emptyLooks = 0; emptyLooks < handOverLooks; ) {
    const runs = (await openLives(temporal, deployment.openLivesOf(from))).filter(({ runId }) => !given.has(runId));
    for (let next = 0; next < runs.length; next += handOverAtOnceMax) {
      const some = runs.slice(next, next + handOverAtOnceMax);
      await Promise.all(some.map((run) => handOver(temporal, run, { deploymentName: deployment.name, buildId: to }, reason)));
      for (const { runId } of some) given.add(runId);
    }
    emptyLooks = runs.length === 0 ? emptyLooks + 1 : 0;
    await delay(handOverLookEveryMs);
  }
  return given.size;
}

/** By the service itself: a client would open what they remember, for which an operator needs no key. */
async function openLives(temporal: Client, query: string): Promise<Run[]> {
  const { namespace } = temporal.options;
  const runs: Run[] = [];
  for (let nextPageToken: Uint8Array | undefined; ; ) {
    const page = await temporal.workflowService.listWorkflowExecutions({ namespace, query, ...(nextPageToken && { nextPageToken }) });
    for (const { execution } of page.executions) runs.push({ workflowId: execution?.workflowId ?? '', runId: execution?.runId ?? '' });
    if (!page.nextPageToken?.length) return runs;
    nextPageToken = page.nextPageToken;
  }
}

async function handOver(
  temporal: Client,
  { workflowId, runId }: Run,
  version: { deploymentName: string; buildId: string },
  reason: string,
): Promise<void> {
  const run = { namespace: temporal.options.namespace, workflowExecution: { workflowId, runId } };
  try {
    await temporal.workflowService.updateWorkflowExecutionOptions({
      ...run,
      workflowExecutionOptions: { versioningOverride: { pinned: { behavior: pinned, version } } },
      updateMask: { paths: ['versioning_override'] },
    });
    await temporal.workflowService.resetWorkflowExecution({
      ...run,
      reason,
      requestId: randomUUID(),
      workflowTaskFinishEventId: await endOfFirstTask(temporal, { workflowId, runId }),
    });
  } catch (error) {
    // It has ended meanwhile.
    const { code } = error as { code?: number };
    if (code !== grpcNotFound && code !== grpcFailedPrecondition) throw error;
  }
}

/** The event after which its history is written anew: nothing but what it was started with lies before it. */
async function endOfFirstTask(temporal: Client, execution: Run) {
  const { history } = await temporal.workflowService.getWorkflowExecutionHistory({
    namespace: temporal.options.namespace,
    execution,
    maximumPageSize: 50,
  });
  const ends = [
    'workflowTaskCompletedEventAttributes',
    'workflowTaskFailedEventAttributes',
    'workflowTaskTimedOutEventAttributes',
  ] as const;
  const end = history?.events?.find((event) => ends.some((name) => event[name]));
  if (!end?.eventId) throw new Error(`${execution.workflowId} has not had a task yet`);
  return end.eventId;
}
