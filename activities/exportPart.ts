import { ApplicationFailure, Context } from '@temporalio/activity';
import { type ExportRow, exportHead, exportLine } from '../domain/exportFile.js';
import { type ExportInput, type ExportPart, exportPartKey, nothingExported } from '../domain/exports.js';
import { exportPageSize, exportPartBytesMax, exportPartMs } from '../domain/historyLimits.js';
import { nilUuid } from '../domain/ids.js';
import { shedFrom } from '../domain/loadLevel.js';
import { exportPauseMs } from '../domain/loadLimits.js';
import { seal } from '../platform/crypto.js';
import { hotHistory } from '../storage/history.js';
import type { StoredMessage } from '../storage/messages.js';
import type { MaintenanceDependencies } from './dependencies.js';

/**
 * Writes the next part of an export: messages from where the part before has ended, until it is large enough or has taken its
 * time. A run that dies leaves nothing, or a part that the next writes anew, whole.
 */
export function exportPart({ database, contents, workspaces, objects, load, telemetry, logger }: MaintenanceDependencies) {
  const read = hotHistory({ database, contents });
  return async (input: ExportInput): Promise<ExportPart> => {
    if (!objects) throw ApplicationFailure.nonRetryable('neither S3_BUCKET nor ARCHIVE_DIRECTORY is set', 'NoObjectStore');
    if (load.level >= shedFrom.exports) {
      telemetry.count('shed_total', { what: 'export' });
      const message = 'the system is busy: an export goes on once it is not';
      throw ApplicationFailure.create({ type: 'Busy', message, nextRetryDelay: exportPauseMs });
    }
    const { workspaceId, exportId, format, filter, sinceMs, untilMs, after = nothingExported } = input;
    const beganAtMs = Date.now();
    const lines: Buffer[] = [];
    let bytes = 0;
    let rows = 0;
    // Nothing is of the very moment at which it ends: the id is before all others.
    let place = after.before ? { at: new Date(after.before.atMs), id: after.before.id } : { at: new Date(untilMs), id: nilUuid };
    const add = (text: string) => {
      const line = Buffer.from(text);
      lines.push(line);
      bytes += line.length;
    };
    if (after.parts === 0) add(exportHead(format));
    for (;;) {
      const { messages, next } = await read({ workspaceId, ...filter, since: new Date(sinceMs) }, place, exportPageSize);
      for (const message of messages) add(exportLine(format, rowOf(message)));
      rows += messages.length;
      Context.current().heartbeat({ rows: after.rows + rows });
      const isFull = bytes >= exportPartBytesMax || Date.now() - beganAtMs >= exportPartMs;
      if (next) place = next;
      if (next && !isFull) continue;
      const { keys } = await workspaces.get(workspaceId);
      const key = exportPartKey(input, after.parts);
      // Texts lie readable in no store.
      await objects.put(key, Buffer.from(seal(keys.export, key, Buffer.concat(lines))));
      logger.info({ event: 'export.part', workspaceId, exportId, part: after.parts, rows, bytes });
      return {
        parts: after.parts + 1,
        rows: after.rows + rows,
        bytes: after.bytes + bytes,
        before: { atMs: place.at.getTime(), id: place.id },
        isLast: next === null,
      };
    }
  };
}

function rowOf({ id, conversationId, createdAt, updatedAt, error, ...message }: StoredMessage): ExportRow {
  return {
    ...message,
    id,
    conversationId,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    errorCode: error?.code ?? null,
    errorMessage: error?.message ?? null,
  };
}
