import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { inboundWorkflowId } from '../domain/ids.js';
import { startTimeoutMs } from '../domain/limits.js';
import { maskNumber } from '../domain/maskNumber.js';
import type { InboundMessage } from '../domain/message.js';
import { temporalPriorityKey } from '../domain/priority.js';
import { searchAttributeNames, taskQueues } from '../domain/taskQueues.js';
import type { receiveMessage } from '../workflows/receiveMessage.js';

const workspaceIdKey = defineSearchAttributeKey(searchAttributeNames.workspaceId, SearchAttributeType.KEYWORD);

/**
 * Starts the workflow of a message that came in. False where it has one; with `anew` one that has closed does not count.
 * Rejects as the client does where Temporal does not commit the start within `startTimeoutMs`.
 */
export async function startReceive(temporal: Client, message: InboundMessage, { anew = false } = {}): Promise<boolean> {
  try {
    await temporal.withDeadline(Date.now() + startTimeoutMs, () =>
      temporal.workflow.start<typeof receiveMessage>('receiveMessage', {
        workflowId: inboundWorkflowId(message),
        taskQueue: taskQueues.messages,
        args: [message],
        workflowIdReusePolicy: anew ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: `from ${maskNumber(message.from)}`,
        typedSearchAttributes: [{ key: workspaceIdKey, value: message.workspaceId }],
        // A person has written, and may have said stop.
        priority: { priorityKey: temporalPriorityKey.high, fairnessKey: message.workspaceId },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
