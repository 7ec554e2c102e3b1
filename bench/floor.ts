/**
 * The floor, a process of its own: bare workflows, started eagerly by a client on the worker's own connection, with the
 * product's worker settings. A life counts when its activity has run: to wait for the close would cost a call more.
 */
import { randomUUID } from 'node:crypto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { connectWorkers, createClient } from '../platform/temporalClient.js';
import { bundle } from '../workers/bundleWorkflows.js';
import { workflowTasks } from '../workers/createWorker.js';
import { answerRequests } from './processMessages.js';

export interface FloorRun {
  lives: number;
  inFlight: number;
}

const shutdownGraceTime = 1_000;

async function main(): Promise<void> {
  const [address = '', namespace = '', taskQueue = 'floor'] = process.argv.slice(2);
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
  const connection = await connectWorkers({ address, namespace });
  const done = new Map<string, () => void>();
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: { code: await bundle('../bench/floorWorkflow') },
    activities: { nothing: async (id: string) => done.get(id)?.() },
    ...workflowTasks(100),
    maxCachedWorkflows: 2_000,
    maxConcurrentActivityTaskExecutions: 400,
    reuseV8Context: true,
    workflowThreadPoolSize: 1,
    shutdownGraceTime,
  });
  const running = worker.run();
  const client = createClient(connection, { address, namespace });

  const live = async (): Promise<void> => {
    const id = `floor/${randomUUID()}`;
    const ran = new Promise<void>((resolve) => done.set(id, resolve));
    await client.workflow.start('bare', { workflowId: id, taskQueue, args: [id], requestEagerStart: true });
    await ran;
    done.delete(id);
  };
  answerRequests<FloorRun, { seconds: number }>(
    async ({ lives, inFlight }) => {
      let left = lives;
      const startedAt = performance.now();
      await Promise.all(
        Array.from({ length: inFlight }, async () => {
          while (left-- > 0) await live();
        }),
      );
      return { seconds: (performance.now() - startedAt) / 1_000 };
    },
    async () => {
      worker.shutdown();
      await running;
      await connection.close();
    },
  );
}

void main();
