import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { type MessageRef, messageWorkflowId } from '../domain/ids.js';
import { traceQueryTimeoutMs } from '../domain/limits.js';
import type { OutboundMessage } from '../domain/message.js';

const grpcNotFound = 5;

/**
 * A message as it was accepted, from the first event of its workflow's history: it is there from the moment of acceptance,
 * and reading it needs no worker. Undefined where Temporal knows no such workflow; rejects where it does not answer.
 */
export async function acceptedMessage(temporal: Client, ref: MessageRef): Promise<OutboundMessage | undefined> {
  try {
    const { history } = await temporal.withDeadline(Date.now() + traceQueryTimeoutMs, () =>
      temporal.workflowService.getWorkflowExecutionHistory({
        namespace: temporal.options.namespace,
        execution: { workflowId: messageWorkflowId(ref) },
        maximumPageSize: 1,
      }),
    );
    const sealed = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
    if (!sealed) return undefined;
    // The service answers what is stored: its reader opens it.
    let input: Payload | undefined = sealed;
    for (const codec of temporal.options.loadedDataConverter.payloadCodecs) [input] = await codec.decode([input as Payload]);
    return defaultPayloadConverter.fromPayload<OutboundMessage>(input as Payload);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || (error as { code?: number }).code === grpcNotFound) return undefined;
    throw error;
  }
}
