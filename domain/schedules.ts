import { archiveEveryMs, contentRemovalEveryMs } from './archiveLimits.js';
import { auditAnchorEveryMs } from './auditLimits.js';
import { partitionsEveryMs, statusPollEveryMs, sweepEveryMs } from './limits.js';
import { canaryEveryMs } from './loadLimits.js';
import { errorRateLookEveryMs } from './metricLimits.js';
import { erasuresEveryMs } from './privacyLimits.js';

/** Schedules by id, as people see them in the Temporal Web UI, and what each is for. A run that is late is made up for, but once. */
export const schedules = [
  { id: 'sweep-messages', workflowType: 'sweepMessages', every: sweepEveryMs, about: 'finds messages that nobody takes care of' },
  { id: 'poll-statuses', workflowType: 'pollStatuses', every: statusPollEveryMs, about: 'asks providers for receipts that never came' },
  { id: 'archive-partitions', workflowType: 'archivePartitions', every: archiveEveryMs, about: 'moves old weeks into the archive' },
  { id: 'finish-erasures', workflowType: 'finishErasures', every: erasuresEveryMs, about: 'removes what erased contacts have left' },
  {
    id: 'remove-contents',
    workflowType: 'removeContents',
    every: contentRemovalEveryMs,
    about: 'removes texts that a workspace keeps no longer',
  },
  { id: 'make-partitions', workflowType: 'makePartitions', every: partitionsEveryMs, about: 'makes room for the weeks to come' },
  { id: 'send-canary', workflowType: 'sendCanary', every: canaryEveryMs, about: 'sends one message through everything, as a test' },
  { id: 'watch-error-rates', workflowType: 'watchErrorRates', every: errorRateLookEveryMs, about: 'tells people where too much fails' },
  { id: 'anchor-audit', workflowType: 'anchorAudit', every: auditAnchorEveryMs, about: 'keeps the ends of audits outside the database' },
] as const;
export type ScheduleId = (typeof schedules)[number]['id'];
