/**
 * The same job on Temporal with a semaphore of signals for a limiter: a message asks by signal, waits for the signal that gives it
 * a permit, and gives it back by a third. It bounds how many are under way, not how many leave a second. A process of its own for
 * each role.
 */
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { bundle } from '../../workers/bundleWorkflows.js';
import { workflowTasks } from '../../workers/createWorker.js';
import { post } from './post.js';
import { startRivalFront } from './rivalFront.js';
import { RivalStore } from './rivalStore.js';
import { runRole } from './runRole.js';
import { acquire, ended, type limitedMessage, type semaphore } from './semaphoreWorkflows.js';
import { burst, type RivalMessage, type RivalSettings, sendsConcurrentMax } from './settings.js';

const taskQueue = 'semaphore-messages';
const workflowTasksConcurrentMax = 100;
const workflowsCachedMax = 2_000;
const messageIdOf = (workspaceId: string, id: string) => `semaphore-msg/${workspaceId}/${id}`;
/** States that a message does not leave. */
const finalStatuses = ['delivered', 'undelivered', 'failed'];

export interface SemaphoreActivities {
  store(message: RivalMessage): Promise<void>;
  askForPermit(semaphoreId: string, workflowId: string): Promise<void>;
  send(message: RivalMessage): Promise<void>;
  record(message: RivalMessage, status: string): Promise<void>;
}

async function startFront({ port, temporalAddress, temporalNamespace }: RivalSettings): Promise<() => Promise<void>> {
  const connection = await Connection.connect({ address: temporalAddress });
  const { workflow } = new Client({ connection, namespace: temporalNamespace });
  const server = await startRivalFront(port, {
    accept: async (message) => {
      await workflow.start<typeof limitedMessage>('limitedMessage', {
        workflowId: messageIdOf(message.workspaceId, message.id),
        taskQueue,
        args: [message, `semaphore/${message.workspaceId}`],
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
    },
    report: async (workspaceId, id, status) => {
      if (finalStatuses.includes(status)) await workflow.getHandle(messageIdOf(workspaceId, id)).signal(ended, status);
    },
  });
  return async () => {
    server.closeAllConnections();
    server.close();
    await connection.close();
  };
}

async function startWorker({ temporalAddress, temporalNamespace, ...settings }: RivalSettings): Promise<() => Promise<void>> {
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
  const connection = await NativeConnection.connect({ address: temporalAddress });
  const { workflow } = new Client({ connection, namespace: temporalNamespace });
  const rows = new RivalStore(settings.databaseUrl);
  const activities: SemaphoreActivities = {
    store: (message) => rows.insert(message),
    askForPermit: async (semaphoreId, workflowId) => {
      await workflow.signalWithStart<typeof semaphore, [string]>('semaphore', {
        workflowId: semaphoreId,
        taskQueue,
        args: [burst],
        signal: acquire,
        signalArgs: [workflowId],
      });
    },
    send: async (message) => rows.sent(message, await post(settings.simulatorUrl, message)),
    record: ({ workspaceId, id }, status) => rows.reported(workspaceId, id, status),
  };
  const worker = await Worker.create({
    connection,
    namespace: temporalNamespace,
    taskQueue,
    workflowBundle: { code: await bundle('../bench/rivals/semaphoreWorkflows') },
    activities,
    ...workflowTasks(workflowTasksConcurrentMax),
    maxCachedWorkflows: workflowsCachedMax,
    maxConcurrentActivityTaskExecutions: sendsConcurrentMax,
    reuseV8Context: true,
    workflowThreadPoolSize: 1,
  });
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
    await rows.close();
    await connection.close();
  };
}

runRole({ front: startFront, worker: startWorker });
