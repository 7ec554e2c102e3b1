import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeMachine } from '../../bench/machine.js';
import { measure, spread } from '../../bench/measure.js';
import { type RivalName, startRival } from '../../bench/rivals/rivalTarget.js';
import { hasRedis } from '../../local/redisServer.js';
import { sql, testDirectory } from '../support/database.js';
import { type System, startSystem } from '../support/system.js';

const messages = 30;

let system: System;
beforeAll(async () => {
  system = await startSystem();
}, 120_000);
afterAll(() => system.stop(), 60_000);

const rivals: RivalName[] = hasRedis ? ['semaphore', 'bullmq'] : ['semaphore'];

describe('a rival of the benchmark', () => {
  it.each(rivals)(
    'does the whole job, so that it is compared with something that works: %s',
    async (name) => {
      const { simulatorUrl, temporalAddress, temporalNamespace, workspace, servicePids } = system;
      const postgresUrl = process.env.TEST_POSTGRES_URL as string;
      const rival = await startRival(
        {
          postgresUrl,
          simulatorUrl: simulatorUrl as string,
          workspaces: [{ id: workspace.id, apiKey: workspace.apiKey }],
          machine: await describeMachine(system.databaseUrl),
          callbacksEach: 2,
          startSockets: () => Promise.reject(new Error('none are needed')),
          metered: { postgresPid: undefined },
          namespace: temporalNamespace,
          log: (one) => path.join(testDirectory(), `${one}.log`),
          cluster: { address: temporalAddress, databases: { history: '', visibility: '' }, pid: 0 },
          stack: { servicePids },
        },
        name,
      );
      try {
        const { tally, faults } = await measure(rival, { messages: spread(rival.workspaces, messages), inFlight: 10 });
        expect(faults).toEqual([]);
        expect(tally).toMatchObject({ accepted: messages, delivered: messages, lost: 0, doubled: 0 });
      } finally {
        await rival.stop();
        await sql(postgresUrl, `drop database ${name} with (force)`);
      }
    },
    120_000,
  );
});
