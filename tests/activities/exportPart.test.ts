import { expect, test } from '@jest/globals';
import type { MaintenanceDependencies } from '../../activities/dependencies.js';
import { exportPart } from '../../activities/exportPart.js';
import type { ExportInput } from '../../domain/exports.js';
import { exportPauseMs } from '../../domain/loadLimits.js';
import { Telemetry } from '../../platform/telemetry.js';

test('an export waits while the system is busy, and its workflow comes back by itself', async () => {
  const dependencies = { objects: {}, load: { level: 2 }, telemetry: new Telemetry('maintenance') } as unknown as MaintenanceDependencies;
  await expect(exportPart(dependencies)({} as ExportInput)).rejects.toMatchObject({
    type: 'Busy',
    nonRetryable: false,
    nextRetryDelay: exportPauseMs,
  });
});
