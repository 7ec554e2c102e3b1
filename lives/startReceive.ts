import type { Client } from '@temporalio/client';
import { inboundWorkflowId } from '../domain/ids.js';
import { maskNumber } from '../domain/maskNumber.js';
import type { InboundMessage } from '../domain/message.js';
import { temporalPriorityKey } from '../domain/priority.js';
import { taskQueues } from '../domain/taskQueues.js';
import type { receiveMessage } from '../workflows/receiveMessage.js';
import { startOnce, workspaceIdKey } from './startOnce.js';

/**
 * Starts the workflow of a message that came in. False where it has one; with `anew` one that has closed does not count.
 * Rejects as the client does where Temporal does not commit the start within `startTimeoutMs`.
 */
export function startReceive(temporal: Client, message: InboundMessage, { anew = false } = {}): Promise<boolean> {
  return startOnce<typeof receiveMessage>(
    temporal,
    'receiveMessage',
    {
      workflowId: inboundWorkflowId(message),
      taskQueue: taskQueues.messages,
      args: [message],
      staticSummary: `from ${maskNumber(message.from)}`,
      typedSearchAttributes: [{ key: workspaceIdKey, value: message.workspaceId }],
      // A person has written, and may have said stop.
      priority: { priorityKey: temporalPriorityKey.high, fairnessKey: message.workspaceId },
    },
    { anew },
  );
}
