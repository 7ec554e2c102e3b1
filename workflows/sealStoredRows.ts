import { continueAsNew, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/index.js';

// Idempotent: what is sealed is not found again.
const { sealBatch } = proxyActivities<Pick<MaintenanceActivities, 'sealBatch'>>({ startToCloseTimeout: '2 minutes' });

type Cursor = Parameters<typeof sealBatch>[0];
const start: Cursor = { table: 'contact', after: null };

/** After the update to a version that seals: seals what versions before it have stored readable. Answers how many rows that were. */
export async function sealStoredRows(from: Cursor = start, before = 0): Promise<{ rows: number }> {
  let [cursor, rows] = [from, before];
  while (cursor.table !== 'done') {
    const batch = await sealBatch(cursor);
    cursor = batch.cursor;
    rows += batch.sealed;
    setCurrentDetails(`${rows} rows are sealed; now in ${cursor.table}`);
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof sealStoredRows>(cursor, rows);
  }
  return { rows };
}
