import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { type MessageRef, messageOfWorkflowId } from '../domain/ids.js';
import { traceQueryTimeoutMs } from '../domain/limits.js';
import type { MessageOutcome, MessageState, OutboundMessage } from '../domain/message.js';
import type { Persisted } from '../domain/submission.js';
import { cancelRequestedSignal, getMessageStateQuery } from '../workflows/messages.js';

/** A run of a message's workflow. */
export interface RunRef extends MessageRef {
  workflowId: string;
  runId: string;
}

/**
 * Of every message the newest run that began before `beforeMs`, where one of its runs began, ended or was under way since
 * `sinceMs`. Epoch milliseconds.
 */
export async function runsBetween(temporal: Client, sinceMs: number, beforeMs: number): Promise<RunRef[]> {
  const since = new Date(sinceMs).toISOString();
  const query = `WorkflowType = 'sendMessage' AND (StartTime >= '${since}' OR CloseTime >= '${since}' OR ExecutionStatus = 'Running')`;
  const newest = new Map<string, { run: RunRef; startedAtMs: number }>();
  for await (const { workflowId, runId, startTime } of temporal.workflow.list({ query })) {
    const ref = messageOfWorkflowId(workflowId);
    const startedAtMs = startTime.getTime();
    if (!ref || startedAtMs >= beforeMs || (newest.get(workflowId)?.startedAtMs ?? 0) >= startedAtMs) continue;
    newest.set(workflowId, { run: { ...ref, workflowId, runId }, startedAtMs });
  }
  return [...newest.values()].map(({ run }) => run);
}

/** What a run knows of its message, whatever the database says. */
export interface EarlierRun {
  isRunning: boolean;
  /** What became of the message as far as the run has heard; undefined where it can't say. */
  seen: (MessageOutcome & { attempt?: number }) | undefined;
}

/** Asks a run; undefined where Temporal does not know it any more. */
export async function earlierRun(temporal: Client, { workflowId, runId }: RunRef): Promise<EarlierRun | undefined> {
  const run = temporal.workflow.getHandle(workflowId, runId);
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

/** Whether a run was told since a time that somebody has changed its row. Epoch milliseconds. */
export async function wasToldSince(temporal: Client, { workflowId, runId }: RunRef, sinceMs: number): Promise<boolean> {
  const { events } = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
  return (events ?? []).some(
    ({ workflowExecutionSignaledEventAttributes: signal, eventTime }) =>
      signal?.signalName === cancelRequestedSignal.name && Number(eventTime?.seconds ?? 0) * 1_000 >= sinceMs - 1_000,
  );
}

/** A message as its workflow took it, with the time at which it was stored; undefined where it was not stored yet. */
export type FirstStored = OutboundMessage & { storedAtMs: number | undefined };

/** Reads from a run's history what was accepted, and when its first step stored that. */
export async function storedBefore(temporal: Client, { workflowId, runId }: RunRef): Promise<FirstStored | undefined> {
  const { loadedDataConverter: converter } = temporal.options;
  const { events } = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
  const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const [message] = (await decodeArrayFromPayloads(converter, input)) as [OutboundMessage | undefined];
  const marker = events?.find(({ markerRecordedEventAttributes: mark }) => mark?.details?.result)?.markerRecordedEventAttributes;
  const [persisted] = (await decodeArrayFromPayloads(converter, marker?.details?.result?.payloads)) as [Persisted | undefined];
  return message && { ...message, storedAtMs: persisted?.createdAtMs };
}
