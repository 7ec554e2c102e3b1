import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { messageWorkflowId } from '../domain/ids.js';
import { maskNumber } from '../domain/maskNumber.js';
import type { OutboundMessage } from '../domain/message.js';
import { temporalPriorityKey } from '../domain/priority.js';
import { searchAttributeNames, taskQueues } from '../domain/taskQueues.js';
import type { sendMessage } from '../workflows/sendMessage.js';
import { startOnce, workspaceIdKey } from './startOnce.js';

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
export function startMessage(
  temporal: Client,
  message: OutboundMessage,
  { eager = false, anew = false }: StartOptions = {},
): Promise<boolean> {
  return startOnce<typeof sendMessage>(
    temporal,
    'sendMessage',
    {
      workflowId: messageWorkflowId(message),
      taskQueue: taskQueues.messages,
      args: [message],
      requestEagerStart: eager,
      memo: { payloadHash: message.payloadHash },
      staticSummary: `${message.priority} to ${maskNumber(message.to)}`,
      typedSearchAttributes: [
        { key: workspaceIdKey, value: message.workspaceId },
        { key: laneKey, value: message.priority },
      ],
      priority: { priorityKey: temporalPriorityKey[message.priority], fairnessKey: message.workspaceId },
    },
    { anew },
  );
}
