import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { schedules } from '../domain/schedules.js';
import { taskQueues } from '../domain/taskQueues.js';
import type * as scheduled from '../workflows/maintenance.js';

type Scheduled = Exclude<
  keyof typeof scheduled,
  | 'archiveWeek'
  | 'callWaiting'
  | 'exportMessages'
  | 'listArchive'
  | 'redriveMessages'
  | 'releaseWeek'
  | 'restoreWeek'
  | 'rewrapKeys'
  | 'sealStoredRows'
>;
const known = schedules satisfies readonly { workflowType: Scheduled }[];
const catchupWindow = '5 minutes';

/** Makes sure that the scheduled workflows are scheduled; those that are, are left as they are. The canary is there where it is wanted. */
export async function ensureSchedules(temporal: Client, wanted: { canary: boolean }): Promise<void> {
  for (const { id, workflowType, every } of known) {
    if (id === 'send-canary' && !wanted.canary) {
      await unschedule(temporal, id);
      continue;
    }
    try {
      await temporal.schedule.create({
        scheduleId: id,
        spec: { intervals: [{ every }] },
        action: { type: 'startWorkflow', workflowType, workflowId: id, taskQueue: taskQueues.maintenance, args: [] },
        policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow },
      });
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
  }
}

async function unschedule(temporal: Client, scheduleId: string): Promise<void> {
  await temporal.schedule
    .getHandle(scheduleId)
    .delete()
    .catch((error: unknown) => {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    });
}
