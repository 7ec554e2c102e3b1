import { type Client, QueryNotRegisteredError, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import type { ErasedContact } from '../domain/exports.js';
import { traceQueryTimeoutMs } from '../domain/limits.js';
import { searchAttributeNames } from '../domain/taskQueues.js';
import { contactErasedSignal, mayHoldContactQuery } from '../workflows/messages.js';

/**
 * Ends the exports of a workspace that may hold something of a contact that was erased: their files are removed. Answers how
 * many those were; none where all have ended. Rejects where Temporal does not answer.
 */
export async function endExports(temporal: Client, workspaceId: string, erased: ErasedContact): Promise<number> {
  const query = `WorkflowType = 'exportMessages' AND ExecutionStatus = 'Running' AND ${searchAttributeNames.workspaceId} = '${workspaceId}'`;
  let ending = 0;
  let answered = true;
  for await (const { workflowId } of temporal.workflow.list({ query })) {
    const running = temporal.workflow.getHandle(workflowId);
    // Where one can't say, the others are not asked either, but told: they decide themselves.
    const holds: boolean | undefined = answered ? await mayHold(temporal, running, erased) : undefined;
    answered &&= holds !== undefined;
    if (holds === false) continue;
    try {
      await running.signal(contactErasedSignal, erased);
      ending += 1;
    } catch (error) {
      // It has ended meanwhile.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
  return ending;
}

/** Whether an export may hold the contact; undefined where no worker says so in good time. */
async function mayHold(temporal: Client, running: WorkflowHandle, erased: ErasedContact): Promise<boolean | undefined> {
  try {
    return await temporal.withDeadline(Date.now() + traceQueryTimeoutMs, () => running.query(mayHoldContactQuery, erased));
  } catch (error) {
    // It has ended meanwhile; or runs on a build of before, and goes when its time is over.
    return error instanceof WorkflowNotFoundError || error instanceof QueryNotRegisteredError ? false : undefined;
  }
}
