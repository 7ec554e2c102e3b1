import type { z } from 'zod';
import { Problem } from '../domain/errors.js';
import type { ExportInput, ExportProgress } from '../domain/exports.js';
import { exportKeptMs, exportSpanMaxMs } from '../domain/historyLimits.js';
import { exportWorkflowId } from '../domain/ids.js';
import { type ByHand, noteAudit } from '../storage/audit.js';
import type { exportMessages } from '../workflows/exportMessages.js';
import { cancelExportSignal, getExportProgressQuery } from '../workflows/messages.js';
import { askBulk, type BulkKind, bulkProgress, startBulk } from './bulkWorkflows.js';
import type { exportRequest } from './requestSchemas.js';
import type { Services } from './services.js';
import { wordHashesOf } from './wordHashesOf.js';

const kind: BulkKind = { name: 'export', workflowType: 'exportMessages', workflowId: exportWorkflowId };

/**
 * Starts an export; answers its id. Throws Problem: `export_too_long`, `invalid_request`, `exports_not_available`,
 * `word_search_off`, and as `startBulk` does.
 */
export async function startExport(
  services: Services,
  workspaceId: string,
  request: Omit<z.output<typeof exportRequest>, 'reason'>,
  byHand: ByHand,
): Promise<{ id: string; repeated: boolean }> {
  if (!services.objects) throw new Problem('exports_not_available', 'set S3_BUCKET or ARCHIVE_DIRECTORY, for every process');
  const { format, since, until, status: statuses, words, ...filter } = request;
  const nowMs = Date.now();
  const untilMs = Math.min(until?.getTime() ?? nowMs, nowMs);
  const sinceMs = since.getTime();
  if (sinceMs >= untilMs) throw invalid('since', 'must be earlier than until, and than now');
  if (untilMs - sinceMs > exportSpanMaxMs) {
    const days = exportSpanMaxMs / (24 * 60 * 60_000);
    throw new Problem('export_too_long', `from since to until are more than ${days} days: make several exports`, {
      errors: [{ field: 'since', message: `must be within ${days} days before until` }],
    });
  }
  const hashed = words && (await wordHashesOf(services, workspaceId, words));
  const asked = { format, since, until, ...filter, statuses, words: hashed };
  const inputOf = (exportId: string): ExportInput => ({
    workspaceId,
    exportId,
    format,
    filter: { ...filter, statuses, words: hashed },
    sinceMs,
    untilMs,
    keptMs: exportKeptMs,
    askedAtMs: nowMs,
  });
  const start = { workspaceId, request: asked, summary: `export of messages as ${format}` };
  return startBulk<typeof exportMessages>(services, kind, start, inputOf, byHand);
}

function invalid(field: string, message: string): Problem {
  return new Problem('invalid_request', `${field} ${message}`, { errors: [{ field, message }] });
}

/** How far an export of this workspace has come. Throws Problem as `bulkProgress` does. */
export function exportProgress(services: Services, workspaceId: string, exportId: string): Promise<ExportProgress> {
  return bulkProgress(services, kind, workspaceId, exportId, getExportProgressQuery);
}

/** Ends an export, and removes what it has written; one that has ended is answered as it is. Throws Problem as `exportProgress` does. */
export async function cancelExport(services: Services, workspaceId: string, exportId: string, byHand: ByHand): Promise<ExportProgress> {
  const before = await exportProgress(services, workspaceId, exportId);
  if (before.state === 'canceled' || before.state === 'expired') return before;
  await askBulk(services, kind, exportId, () =>
    services.temporal.workflow.getHandle(exportWorkflowId(workspaceId, exportId)).signal(cancelExportSignal),
  );
  await noteAudit(services.database, { workspaceId }, 'export.canceled', byHand, { exportId, rows: before.rows });
  return exportProgress(services, workspaceId, exportId);
}
