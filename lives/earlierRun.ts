import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { type MessageRef, messageWorkflowId } from '../domain/ids.js';
import { traceQueryTimeoutMs } from '../domain/limits.js';
import type { MessageOutcome, MessageState, OutboundMessage } from '../domain/message.js';
import type { Persisted } from '../domain/submission.js';
import { cancelRequestedSignal, getMessageStateQuery } from '../workflows/messages.js';

/** What the run of a message's workflow knows of it, whatever the database says. */
export interface EarlierRun {
  isRunning: boolean;
  /** What became of the message as far as the run has heard; undefined where it can't say. */
  seen: (MessageOutcome & { attempt?: number }) | undefined;
}

/** Asks the newest run of a message's workflow; undefined where Temporal knows none. */
export async function earlierRun(temporal: Client, ref: MessageRef): Promise<EarlierRun | undefined> {
  const run = temporal.workflow.getHandle(messageWorkflowId(ref));
  try {
    const { status } = await run.describe();
    if (status.name === 'COMPLETED') return { isRunning: false, seen: (await run.result()) as MessageOutcome };
    if (status.name !== 'RUNNING') return { isRunning: false, seen: undefined };
    const state = await temporal
      .withDeadline(Date.now() + traceQueryTimeoutMs, () => run.query<MessageState>(getMessageStateQuery.name))
      .catch(() => undefined);
    return { isRunning: true, seen: state };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Whether a message's run was told since a time that somebody has changed its row. Epoch milliseconds. */
export async function wasToldSince(temporal: Client, ref: MessageRef, sinceMs: number): Promise<boolean> {
  const { events } = await temporal.workflow.getHandle(messageWorkflowId(ref)).fetchHistory();
  return (events ?? []).some(
    ({ workflowExecutionSignaledEventAttributes: signal, eventTime }) =>
      signal?.signalName === cancelRequestedSignal.name && Number(eventTime?.seconds ?? 0) * 1_000 >= sinceMs - 1_000,
  );
}

/** A message as its workflow took it, with the time at which it was stored; undefined where it was not stored yet. */
export type FirstStored = OutboundMessage & { storedAtMs: number | undefined };

/** Reads from the history of a message's workflow what was accepted, and when its first step stored that. */
export async function storedBefore(temporal: Client, ref: MessageRef): Promise<FirstStored | undefined> {
  const { loadedDataConverter: converter } = temporal.options;
  const { events } = await temporal.workflow.getHandle(messageWorkflowId(ref)).fetchHistory();
  const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const [message] = (await decodeArrayFromPayloads(converter, input)) as [OutboundMessage | undefined];
  const marker = events?.find(({ markerRecordedEventAttributes: mark }) => mark?.details?.result)?.markerRecordedEventAttributes;
  const [persisted] = (await decodeArrayFromPayloads(converter, marker?.details?.result?.payloads)) as [Persisted | undefined];
  return message && { ...message, storedAtMs: persisted?.createdAtMs };
}
