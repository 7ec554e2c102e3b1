import type { Client } from '@temporalio/client';
import { queueAgeTimeoutMs } from '../domain/loadLimits.js';

/** Types of task queues, as Temporal numbers them. */
const taskKinds = { workflow: 1, activity: 2 } as const;
export type TaskKind = keyof typeof taskKinds;

/** How long the oldest task of a queue has waited for a worker, milliseconds; 0 where none waits. Those of sticky queues are not seen. */
export async function taskQueueAge(temporal: Client, queue: string, kind: TaskKind): Promise<number> {
  const { stats } = await temporal.withDeadline(Date.now() + queueAgeTimeoutMs, () =>
    temporal.workflowService.describeTaskQueue({
      namespace: temporal.options.namespace,
      taskQueue: { name: queue },
      taskQueueType: taskKinds[kind],
      reportStats: true,
    }),
  );
  const { seconds, nanos } = stats?.approximateBacklogAge ?? {};
  return Number(seconds ?? 0) * 1_000 + (nanos ?? 0) / 1e6;
}
