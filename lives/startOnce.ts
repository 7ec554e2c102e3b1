import { type Client, type Workflow, WorkflowExecutionAlreadyStartedError, type WorkflowStartOptions } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { startTimeoutMs } from '../domain/limits.js';
import { searchAttributeNames } from '../domain/taskQueues.js';

/** Set at the start of every workflow of a workspace: by it support finds them. */
export const workspaceIdKey = defineSearchAttributeKey(searchAttributeNames.workspaceId, SearchAttributeType.KEYWORD);

/**
 * Starts a workflow under its own id. False where there is one: a running one, or without `anew` any that Temporal remembers.
 * Rejects as the client does where Temporal does not commit the start within `startTimeoutMs`.
 */
export async function startOnce<T extends Workflow>(
  temporal: Client,
  workflowType: string,
  options: WorkflowStartOptions<T>,
  { anew = false } = {},
): Promise<boolean> {
  try {
    await temporal.withDeadline(Date.now() + startTimeoutMs, () =>
      temporal.workflow.start<T>(workflowType, {
        ...options,
        // "Use existing" would not tell a repeat from a first start.
        workflowIdReusePolicy: anew ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
