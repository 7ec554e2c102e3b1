import { Context } from '@temporalio/activity';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { messageWorkflowId } from '../domain/ids.js';
import { sweepFreshMs, sweepPageSize, sweepQuietMs, sweepShares } from '../domain/limits.js';
import type { SweepResult } from '../domain/maintenance.js';
import { isClosed } from '../domain/messageStatus.js';
import { endErased } from '../lives/endErased.js';
import { startMessage } from '../lives/startMessage.js';
import { startReceive } from '../lives/startReceive.js';
import { tellAgain } from '../lives/tellAgain.js';
import { tellOutcome } from '../lives/tellOutcome.js';
import { untakenMessages } from '../storage/inboundMessages.js';
import { openMessagesStart, type QuietMessage, quietOpenMessages } from '../storage/openMessages.js';
import { readOutboundMessages } from '../storage/outboundMessages.js';
import type { MaintenanceDependencies } from './dependencies.js';

/** Workflow ids in one visibility query. */
const idsPerQuery = 50;

/**
 * Walks over open messages that nothing has changed for a minute. One that has ended is told to its workflow and recorded:
 * whoever stored its end died before saying so. One that has not ended must have a running workflow, and gets one; so must one that came
 * in and that no workflow has taken up.
 */
export function sweepOpenMessages(dependencies: MaintenanceDependencies) {
  const { database, temporal, telemetry, logger, receiptGraceMs } = dependencies;
  return async (minute: number): Promise<SweepResult> => {
    const result: SweepResult = { looked: 0, told: 0, started: 0, overdue: 0 };
    const share = minute % sweepShares;
    for (let cursor = openMessagesStart; ; ) {
      const page = await quietOpenMessages(database, cursor, {
        quietMs: sweepQuietMs,
        freshMs: sweepFreshMs,
        shares: sweepShares,
        share,
        limit: sweepPageSize,
      });
      Context.current().heartbeat(result);
      result.looked += page.length;
      const ended = page.filter(({ status }) => isClosed(status));
      for (const message of ended) if ((await tellEnd(message)) !== 'not reached') result.told += 1;
      const open = page.filter(({ status }) => !isClosed(status));
      for (const message of open) if (await toldAgain(message)) result.told += 1;
      const alone = await withoutWorkflow(temporal, open);
      const messages = await readOutboundMessages(dependencies, alone, receiptGraceMs);
      for (const { messageId, workspaceId, createdAtMs } of alone) {
        const message = messages.get(messageId);
        if (!message) {
          if (await endErased(dependencies, { workspaceId, messageId, createdAtMs })) result.told += 1;
          continue;
        }
        if (!(await startMessage(temporal, message, { anew: true }))) continue;
        result.started += 1;
        logger.error({ event: 'sweep.started_anew', workspaceId, messageId });
      }
      const overdue = open.filter(({ validUntilMs }) => validUntilMs + receiptGraceMs + sweepQuietMs < Date.now());
      result.overdue += overdue.length;
      for (const { workspaceId, messageId, status } of overdue) logger.error({ event: 'sweep.overdue', workspaceId, messageId, status });
      const last = page.at(-1);
      if (!last || page.length < sweepPageSize) break;
      cursor = last;
    }
    await startUntaken(result);
    telemetry.count('sweep_put_right_total', { how: 'told' }, result.told);
    telemetry.count('sweep_put_right_total', { how: 'started' }, result.started);
    telemetry.set('messages_overdue', {}, result.overdue);
    return result;
  };

  /** Messages that came in and whose workflow could not be started, or has ended before its time. */
  async function startUntaken(result: SweepResult): Promise<void> {
    const untaken = await untakenMessages(dependencies, sweepQuietMs, sweepPageSize);
    result.looked += untaken.length;
    for (const message of untaken) {
      if (!(await startReceive(temporal, message, { anew: true }))) continue;
      result.started += 1;
      logger.warn({ event: 'sweep.started_anew', workspaceId: message.workspaceId, messageId: message.messageId });
    }
  }

  /** One that failed after it was taken goes back to the queue or is put off; if the signal of that was lost, its run waits in vain. */
  async function toldAgain({ status, error, ...message }: QuietMessage): Promise<boolean> {
    if ((status !== 'queued' && status !== 'scheduled') || !error) return false;
    return tellAgain(dependencies, message, error);
  }

  async function tellEnd({ status, providerMessageId, error, ...message }: QuietMessage) {
    const answer = await tellOutcome(dependencies, message, { status, providerMessageId, error });
    // Parked and unknown end a run by themselves: only the mark is missing.
    if (answer === 'closed') await dependencies.store.record(message);
    return answer;
  }
}

/** Those for which no workflow runs. The list of running ones lags behind; what it lacks is asked for one by one. */
async function withoutWorkflow(temporal: Client, messages: QuietMessage[]): Promise<QuietMessage[]> {
  const alone: QuietMessage[] = [];
  for (let from = 0; from < messages.length; from += idsPerQuery) {
    const some = messages.slice(from, from + idsPerQuery);
    const ids = some.map((message) => `'${messageWorkflowId(message)}'`).join(',');
    const running = new Set<string>();
    for await (const { workflowId } of temporal.workflow.list({ query: `WorkflowId IN (${ids}) AND ExecutionStatus = 'Running'` }))
      running.add(workflowId);
    for (const message of some) {
      const id = messageWorkflowId(message);
      if (!running.has(id) && !(await isRunning(temporal, id))) alone.push(message);
    }
  }
  return alone;
}

async function isRunning(temporal: Client, workflowId: string): Promise<boolean> {
  try {
    return (await temporal.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
