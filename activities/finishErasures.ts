import { Context } from '@temporalio/activity';
import type { ErasuresResult } from '../domain/maintenance.js';
import { erasuresPerRunMax } from '../domain/privacyLimits.js';
import { finishErasure } from '../lives/eraseContact.js';
import { unfinishedErasures } from '../storage/erasures.js';
import type { MaintenanceDependencies } from './dependencies.js';

/** Goes on with the erasures of contacts of which something may be left. */
export function finishErasures(dependencies: MaintenanceDependencies) {
  return async (): Promise<ErasuresResult> => {
    const result: ErasuresResult = { finished: 0, left: 0 };
    for (const erasure of await unfinishedErasures(dependencies.database, erasuresPerRunMax)) {
      Context.current().heartbeat(result);
      const isFinished = await finishErasure(dependencies, erasure);
      result[isFinished ? 'finished' : 'left'] += 1;
    }
    return result;
  };
}
