import { sealBatchMs } from '../domain/privacyLimits.js';
import { type SealCursor, sealRows } from '../storage/sealRows.js';
import { contactIdOf } from '../storage/workspaces.js';
import type { MaintenanceDependencies } from './dependencies.js';

/** Seals rows that were stored readable, for about `sealBatchMs`; answers where to go on, and how many those were. */
export function sealBatch(dependencies: MaintenanceDependencies) {
  const nameOf = async (workspaceId: string, phoneNumber: string) =>
    contactIdOf((await dependencies.workspaces.get(workspaceId)).keys.contactId, phoneNumber);
  return async (from: SealCursor): Promise<{ cursor: SealCursor; sealed: number }> => {
    const untilMs = Date.now() + sealBatchMs;
    let [cursor, sealed] = [from, 0];
    while (cursor.table !== 'done' && Date.now() < untilMs) {
      const page = await sealRows(dependencies, cursor, nameOf);
      cursor = page.cursor;
      sealed += page.sealed;
    }
    return { cursor, sealed };
  };
}
