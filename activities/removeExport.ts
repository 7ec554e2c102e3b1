import { type ExportInput, exportFolder } from '../domain/exports.js';
import type { MaintenanceDependencies } from './dependencies.js';

/** Removes the parts of an export that nobody may fetch any more. */
export function removeExport({ objects, logger }: MaintenanceDependencies) {
  return async (input: Pick<ExportInput, 'workspaceId' | 'exportId'>): Promise<void> => {
    if (!objects) return;
    for await (const { key } of objects.list(exportFolder(input))) await objects.delete(key);
    logger.info({ event: 'export.removed', workspaceId: input.workspaceId, exportId: input.exportId });
  };
}
