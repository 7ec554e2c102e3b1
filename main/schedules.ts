import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import { archiveEveryMs } from '../domain/archiveLimits.js';
import { auditAnchorEveryMs } from '../domain/auditLimits.js';
import { partitionsEveryMs, statusPollEveryMs, sweepEveryMs } from '../domain/limits.js';
import { erasuresEveryMs } from '../domain/privacyLimits.js';
import { taskQueues } from '../domain/taskQueues.js';
import type * as scheduled from '../workflows/maintenance.js';

/** Schedules by id, as people see them in the Temporal Web UI. A run that is late is made up for, but once. */
const schedules = [
  { id: 'sweep-messages', workflowType: 'sweepMessages', every: sweepEveryMs },
  { id: 'poll-statuses', workflowType: 'pollStatuses', every: statusPollEveryMs },
  { id: 'archive-partitions', workflowType: 'archivePartitions', every: archiveEveryMs },
  { id: 'finish-erasures', workflowType: 'finishErasures', every: erasuresEveryMs },
  { id: 'make-partitions', workflowType: 'makePartitions', every: partitionsEveryMs },
  { id: 'anchor-audit', workflowType: 'anchorAudit', every: auditAnchorEveryMs },
] satisfies {
  id: string;
  workflowType: Exclude<
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
  every: number;
}[];
const catchupWindow = '5 minutes';

/** Makes sure that the scheduled workflows are scheduled; those that are, are left as they are. */
export async function ensureSchedules(temporal: Client): Promise<void> {
  for (const { id, workflowType, every } of schedules) {
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
