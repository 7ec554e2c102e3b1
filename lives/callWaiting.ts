import { callWaitingWorkflowId } from '../domain/ids.js';
import { tellTimeoutMs } from '../domain/limits.js';
import { type RaisedFor, raisedFor } from '../domain/raise.js';
import type { RateLimits } from '../domain/rateLimit.js';
import { taskQueues } from '../domain/taskQueues.js';
import type { callWaiting as workflow } from '../workflows/callWaiting.js';
import { limitsRaisedSignal } from '../workflows/messages.js';
import type { SignalServices } from './signalMessage.js';
import { workspaceIdKey } from './startOnce.js';

/**
 * Has the messages called that wait for turns of lower limits, where limits were raised; by a workflow, so that it goes on
 * whatever becomes of this process. Where the limits before are not known, all are called. Never rejects: who is not called
 * leaves at the time that it was told.
 */
export async function callWaiting(
  { temporal, logger }: SignalServices,
  workspaceId: string,
  before: RateLimits | undefined,
  after: RateLimits,
): Promise<void> {
  const raised = before ? raisedFor(before, after, Date.now()) : null;
  if (raised === undefined) return;
  try {
    await temporal.withDeadline(Date.now() + tellTimeoutMs, () =>
      temporal.workflow.signalWithStart<typeof workflow, [RaisedFor]>('callWaiting', {
        workflowId: callWaitingWorkflowId(workspaceId),
        taskQueue: taskQueues.maintenance,
        args: [{ workspaceId }],
        signal: limitsRaisedSignal,
        signalArgs: [raised],
        staticSummary: 'calls messages that waited under lower limits',
        typedSearchAttributes: [{ key: workspaceIdKey, value: workspaceId }],
      }),
    );
  } catch (error) {
    logger.warn({ event: 'limits.waiting_not_called', workspaceId, error: String(error) });
  }
}
