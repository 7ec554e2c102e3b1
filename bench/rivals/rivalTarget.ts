import path from 'node:path';
import { type SupervisedChild, startChild } from '../../local/childProcess.js';
import { ensureDatabase } from '../../local/embeddedPostgres.js';
import { freePort } from '../../local/ports.js';
import { startRedis } from '../../local/redisServer.js';
import type { Stack } from '../../local/stack.js';
import type { TemporalCluster } from '../../local/temporalCluster.js';
import type { LoadResult, LoadRun } from '../loadGenerator.js';
import { startHelper } from '../processMessages.js';
import { backendsOfLoad, compiled, type Site } from '../site.js';
import type { Target } from '../target.js';
import { createRivalTables } from './rivalStore.js';
import type { RivalSettings } from './settings.js';

export type RivalName = 'semaphore' | 'bullmq';

/** A rival that runs: the load generator and the measure take it for the product. */
export interface Rival extends Target {
  /** The process that sends; it is started again when it dies. */
  sender(): number | undefined;
  stop(): Promise<void>;
}

/** What a rival shares with the product. */
export type RivalGround = Pick<Site, 'simulatorUrl' | 'workspaces' | 'machine' | 'callbacksEach' | 'startSockets'> &
  Pick<Site, 'postgresUrl' | 'namespace' | 'log'> & {
    metered: Pick<Site['metered'], 'postgresPid'>;
    cluster: Pick<TemporalCluster, 'address' | 'databases' | 'pid'>;
    stack: Pick<Stack, 'servicePids'>;
  };

/** Starts a rival beside the product, on the same Postgres, Temporal server and simulator, with a database of its own. */
export async function startRival(ground: RivalGround, name: RivalName): Promise<Rival> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (let next = stops.pop(); next; next = stops.pop()) await next();
  };
  try {
    const databaseUrl = await ensureDatabase(ground.postgresUrl, name);
    await createRivalTables(databaseUrl);
    const redis = name === 'bullmq' ? await startRedis() : undefined;
    if (redis) stops.push(redis.kill);
    const port = await freePort();
    const start = async (role: RivalSettings['role']): Promise<SupervisedChild<object>> => {
      const settings: RivalSettings = {
        role,
        port,
        databaseUrl,
        simulatorUrl: ground.simulatorUrl,
        redisUrl: redis?.url ?? '',
        temporalAddress: ground.cluster.address,
        temporalNamespace: ground.namespace,
      };
      const child = await startChild({
        name: `${name} ${role}`,
        file: compiled(path.join('rivals', `${name}.js`)),
        args: [JSON.stringify(settings)],
        logFile: ground.log(`${name}-${role}`),
      });
      stops.push(child.stop);
      return child;
    };
    const worker = await start('worker');
    const front = await start('front');
    const url = `http://127.0.0.1:${port}`;
    const load = await startHelper<LoadRun, LoadResult>(compiled('loadGenerator.js'), [url, databaseUrl], ground.log(`${name}-load`));
    stops.push(load.stop);
    const { history, visibility } = ground.cluster.databases;
    const { simulatorUrl, workspaces, machine, callbacksEach, startSockets } = ground;
    return {
      simulatorUrl,
      workspaces,
      machine,
      ...(callbacksEach !== undefined && { callbacksEach }),
      startSockets,
      url,
      databaseUrl,
      load,
      metered: {
        pids: {
          front: front.pid,
          worker: worker.pid,
          ...(redis ? { redis: () => redis.pid } : { temporal: () => ground.cluster.pid }),
          simulator: () => ground.stack.servicePids.simulator,
          load: () => load.pid,
        },
        postgresPid: ground.metered.postgresPid,
        databaseNames: {
          [name]: 'postgres application',
          ...(!redis && { [history]: 'postgres temporal', [visibility]: 'postgres visibility' }),
        },
        backendNames: await backendsOfLoad(databaseUrl),
        onlyNamed: true,
      },
      sender: worker.pid,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
