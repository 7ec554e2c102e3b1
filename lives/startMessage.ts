import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { messageWorkflowId } from '../domain/ids.js';
import { startTimeoutMs } from '../domain/limits.js';
import { maskNumber } from '../domain/maskNumber.js';
import type { OutboundMessage } from '../domain/message.js';
import { temporalPriorityKey } from '../domain/priority.js';
import { searchAttributeNames, taskQueues } from '../domain/taskQueues.js';
import type { sendMessage } from '../workflows/sendMessage.js';

const workspaceIdKey = defineSearchAttributeKey(searchAttributeNames.workspaceId, SearchAttributeType.KEYWORD);
const laneKey = defineSearchAttributeKey(searchAttributeNames.lane, SearchAttributeType.KEYWORD);

export interface StartOptions {
  /** Ask for the first task with the answer; only where a worker of this process has room. */
  eager?: boolean;
  /** The message has had a workflow before, which has closed: a new run goes on from its row. */
  anew?: boolean;
}

/**
 * Starts the workflow of a message. False where it has one: a running one, or without `anew` any that Temporal remembers.
 * Rejects as the client does where Temporal does not commit the start within `startTimeoutMs`.
 */
export async function startMessage(
  temporal: Client,
  message: OutboundMessage,
  { eager = false, anew = false }: StartOptions = {},
): Promise<boolean> {
  try {
    await temporal.withDeadline(Date.now() + startTimeoutMs, () =>
      temporal.workflow.start<typeof sendMessage>('sendMessage', {
        workflowId: messageWorkflowId(message),
        taskQueue: taskQueues.messages,
        args: [message],
        // "Use existing" would not tell a repeat from a first start.
        workflowIdReusePolicy: anew ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        requestEagerStart: eager,
        memo: { payloadHash: message.payloadHash },
        staticSummary: `${message.priority} to ${maskNumber(message.to)}`,
        typedSearchAttributes: [
          { key: workspaceIdKey, value: message.workspaceId },
          { key: laneKey, value: message.priority },
        ],
        priority: { priorityKey: temporalPriorityKey[message.priority], fairnessKey: message.workspaceId },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
