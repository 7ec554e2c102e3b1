import { executeChild, log, ParentClosePolicy, setCurrentDetails, WorkflowIdReusePolicy } from '@temporalio/workflow';
import { archiveWorkflowId, type WeekResult } from '../domain/archive.js';
import { steps } from './archiveActivities.js';
import { archiveWeek } from './archiveWeek.js';

export interface ArchiveResult {
  weeks: WeekResult[];
  /** Weeks whose run failed, with the reason: they are tried again by the next one. */
  failed: Record<string, string>;
  /** Messages that were removed from the hot tables because their workspace keeps them no longer. */
  removed: number;
}

/** Scheduled: archives the weeks that are due, one after the other, and removes what is kept no longer. */
export async function archivePartitions(): Promise<ArchiveResult> {
  const result: ArchiveResult = { weeks: [], failed: {}, removed: 0 };
  for (const plan of await steps.planArchive()) {
    setCurrentDetails(`at ${plan.week}; ${result.weeks.length} weeks done, ${Object.keys(result.failed).length} failed`);
    try {
      const week = await executeChild(archiveWeek, {
        workflowId: archiveWorkflowId(plan.week),
        args: [plan],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      });
      result.weeks.push(week);
    } catch (error) {
      // One week must not hold up the others.
      const reason = causeOf(error);
      result.failed[plan.week] = reason;
      log.warn('a week could not be archived', { week: plan.week, reason });
    }
  }
  result.removed = await steps.removeExpired();
  setCurrentDetails(
    `${result.weeks.length} weeks looked after, ${Object.keys(result.failed).length} failed, ${result.removed} messages removed`,
  );
  return result;
}

function causeOf(error: unknown): string {
  let innermost = error as { message?: string; cause?: unknown };
  while (innermost.cause) innermost = innermost.cause as typeof innermost;
  return innermost.message ?? String(error);
}
