import { condition, continueAsNew, proxyActivities, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/index.js';
import { type ExportInput, type ExportProgress, mayHoldContact, nothingExported, shareOf } from '../domain/exports.js';
import { exportHeartbeatMs, exportPartTimeoutMs } from '../domain/historyLimits.js';
import { cancelExportSignal, contactErasedSignal, getExportProgressQuery, mayHoldContactQuery } from './messages.js';

const { exportPart, removeExport } = proxyActivities<Pick<MaintenanceActivities, 'exportPart' | 'removeExport'>>({
  startToCloseTimeout: exportPartTimeoutMs,
  heartbeatTimeout: exportHeartbeatMs,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/**
 * Writes the messages that a filter matches into files, a part at a time, so that it outlives any process; keeps them for a
 * while, and removes them. What is canceled, or holds a contact that was erased, ends after the part that is just being written.
 */
export async function exportMessages(input: ExportInput): Promise<ExportProgress> {
  const { format, keptMs } = input;
  let place = input.after ?? nothingExported;
  let state: ExportProgress['state'] = 'running';
  let expiresAtMs: number | null = null;
  let canceled = false;
  let erased = false;
  const progress = (): ExportProgress => {
    const { rows, bytes, parts } = place;
    const share = state === 'running' ? shareOf(input, place) : 1;
    return { state, format, rows, bytes, parts, share, expiresAtMs, endedBecause: erased ? 'contactErased' : null };
  };
  setHandler(getExportProgressQuery, progress);
  setHandler(cancelExportSignal, () => {
    canceled = true;
  });
  setHandler(mayHoldContactQuery, (contact) => mayHoldContact(input, contact));
  setHandler(contactErasedSignal, (contact) => {
    erased ||= mayHoldContact(input, contact);
  });

  for (let isLast = false; !isLast && !canceled && !erased; ) {
    show(progress());
    ({ isLast, ...place } = await exportPart({ ...input, after: place }));
    if (!isLast && !erased && workflowInfo().continueAsNewSuggested) await continueAsNew<typeof exportMessages>({ ...input, after: place });
  }
  if (!canceled && !erased) {
    state = 'done';
    expiresAtMs = Date.now() + keptMs;
    show(progress());
    await condition(() => canceled || erased, keptMs);
  }
  await removeExport({ workspaceId: input.workspaceId, exportId: input.exportId });
  state = canceled ? 'canceled' : 'expired';
  show(progress());
  return progress();
}

function show({ state, rows, bytes, parts, share }: ExportProgress): void {
  setCurrentDetails(`${state}: ${rows} messages in ${parts} parts, ${bytes} bytes; ${Math.round(share * 100)} % of the time gone over`);
}
