import { expect, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import type { LoadWatch } from '../../lives/loadWatch.js';
import { webhookDispatch } from '../../lives/webhookDispatch.js';
import type { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { eventually } from '../support/eventually.js';

test('webhooks wait while the system is busy, and go on once it is not', async () => {
  let [level, looks, questions] = [4, 0, 0];
  const load = {
    get level() {
      looks += 1;
      return level;
    },
  } as LoadWatch;
  const database = {
    asMaintenance: async () => {
      questions += 1;
      return [];
    },
  } as unknown as Database;
  const dispatch = webhookDispatch({ database, temporal: {} as Client, logger: createLogger('silent'), load }).start();
  try {
    await eventually(() => looks >= 2, 5_000);
    expect(questions).toBe(0);
    level = 3;
    await eventually(() => questions > 0, 5_000);
  } finally {
    await dispatch.stop();
  }
});
