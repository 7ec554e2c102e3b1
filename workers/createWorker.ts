import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type {
  ArchiveActivities,
  LimiterActivities,
  LocalActivities,
  MaintenanceActivities,
  SendActivities,
  WebhookActivities,
} from '../activities/index.js';
import { drainTimeoutMs, webhookEndpointsConcurrentMax } from '../domain/limits.js';
import { taskQueues } from '../domain/taskQueues.js';
import { bundlePaths } from './bundleWorkflows.js';
import { versioned, type WorkerBuild } from './versioned.js';

/** A worker's shutdown: no new work at once, what runs may end within this time. */
const shutdownGraceTime = drainTimeoutMs;
const localActivitiesConcurrentMax = 400;
const limiterTasksConcurrentMax = 40;
/**
 * Questions for workflow tasks under way at once. Each brings one task and takes as long as the server is slow, so few of them hold
 * up tasks that there is room for: with the SDK's 10, tasks of a busy queue waited over their 10 s (docs/adr/0001).
 */
const workflowTaskPollsMax = 200;
/** The share of them that asks the common queue, where the tasks of new workflows are, and those that a worker did not take. */
const commonQueuePollsShare = 0.4;
const limitersCachedMax = 5_000;
const maintenanceTasksConcurrentMax = 10;

export interface WorkerSettings {
  connection: NativeConnection;
  namespace: string;
  /** How what lies in histories is read and written. */
  dataConverter: NonNullable<WorkerOptions['dataConverter']>;
  sendsConcurrentMax: number;
  workflowTasksConcurrentMax: number;
  workflowsCachedMax: number;
  /** The build of this process, where releases are versioned. */
  build?: WorkerBuild;
  /** Where traces are on. */
  traced: Pick<WorkerOptions, 'interceptors' | 'sinks'> | undefined;
}

const common = { shutdownGraceTime, reuseV8Context: true, workflowThreadPoolSize: 1 } satisfies Partial<WorkerOptions>;

/** The options of a Worker that runs so many workflow tasks at once; the benchmark's floor has the same. */
export const workflowTasks = (concurrentMax: number) => ({
  maxConcurrentWorkflowTaskExecutions: concurrentMax,
  maxConcurrentWorkflowTaskPolls: Math.min(workflowTaskPollsMax, concurrentMax),
  nonStickyToStickyPollRatio: commonQueuePollsShare,
});

/**
 * Runs the workflows of messages with their local activities. With `sends` it also runs send activities, which the
 * server then hands over together with the workflow task (eager dispatch).
 */
export function createMessagesWorker(settings: WorkerSettings, local: LocalActivities, sends?: SendActivities): Promise<Worker> {
  return Worker.create({
    ...common,
    connection: settings.connection,
    namespace: settings.namespace,
    dataConverter: settings.dataConverter,
    taskQueue: taskQueues.messages,
    ...versioned(settings.build, 'PINNED'),
    workflowBundle: { codePath: settings.traced ? bundlePaths.tracedMessages : bundlePaths.messages },
    ...settings.traced,
    activities: { ...local, ...sends },
    // Without sends of its own it must leave those in the queue to others.
    enableNonLocalActivities: sends !== undefined,
    ...workflowTasks(settings.workflowTasksConcurrentMax),
    maxCachedWorkflows: settings.workflowsCachedMax,
    maxConcurrentLocalActivityExecutions: localActivitiesConcurrentMax,
    maxConcurrentActivityTaskExecutions: settings.sendsConcurrentMax,
  });
}

/**
 * Whether a worker has room for a start's first task at once. Eager starts take free slots before anything that waits at the
 * server, so in a burst they would starve it: half of the slots are left to what waits.
 */
export function hasEagerRoom(worker: Worker, workflowTasksConcurrentMax: number): boolean {
  const { numInFlightLocalActivities, numInFlightWorkflowActivations } = worker.getStatus();
  return numInFlightLocalActivities + numInFlightWorkflowActivations < workflowTasksConcurrentMax / 2;
}

/** Runs send activities only: retries, and what the messages workers have no room for. */
export function createSendsWorker(settings: WorkerSettings, sends: SendActivities): Promise<Worker> {
  return Worker.create({
    ...common,
    connection: settings.connection,
    namespace: settings.namespace,
    dataConverter: settings.dataConverter,
    taskQueue: taskQueues.messages,
    ...versioned(settings.build, 'PINNED'),
    ...(settings.traced?.interceptors && { interceptors: settings.traced.interceptors }),
    activities: sends,
    maxConcurrentActivityTaskExecutions: settings.sendsConcurrentMax,
  });
}

/**
 * Runs the rateLimiter workflows, on a queue and Worker of their own: message workflows that wait for a slot hold task
 * slots, and a limiter that needed one of those could never answer them.
 */
export function createLimiterWorker(settings: WorkerSettings, activities: LimiterActivities): Promise<Worker> {
  return Worker.create({
    ...common,
    connection: settings.connection,
    namespace: settings.namespace,
    dataConverter: settings.dataConverter,
    taskQueue: taskQueues.limiter,
    ...versioned(settings.build, 'AUTO_UPGRADE'),
    workflowBundle: { codePath: bundlePaths.limiter },
    activities,
    ...workflowTasks(limiterTasksConcurrentMax),
    maxCachedWorkflows: limitersCachedMax,
  });
}

/** Runs the scheduled workflows with their activities. */
export function createMaintenanceWorker(settings: WorkerSettings, activities: MaintenanceActivities & ArchiveActivities): Promise<Worker> {
  return Worker.create({
    ...common,
    connection: settings.connection,
    namespace: settings.namespace,
    dataConverter: settings.dataConverter,
    taskQueue: taskQueues.maintenance,
    ...versioned(settings.build, 'AUTO_UPGRADE'),
    workflowBundle: { codePath: bundlePaths.maintenance },
    activities,
    maxConcurrentWorkflowTaskExecutions: maintenanceTasksConcurrentMax,
    maxCachedWorkflows: maintenanceTasksConcurrentMax,
    maxConcurrentActivityTaskExecutions: maintenanceTasksConcurrentMax,
  });
}

/** Runs the deliveries to customers, whose answers may take their time, on a queue and Worker of their own. */
export function createWebhooksWorker(settings: WorkerSettings, activities: WebhookActivities): Promise<Worker> {
  return Worker.create({
    ...common,
    connection: settings.connection,
    namespace: settings.namespace,
    dataConverter: settings.dataConverter,
    taskQueue: taskQueues.webhooks,
    ...versioned(settings.build, 'AUTO_UPGRADE'),
    workflowBundle: { codePath: bundlePaths.webhooks },
    activities,
    maxConcurrentWorkflowTaskExecutions: webhookEndpointsConcurrentMax,
    maxCachedWorkflows: webhookEndpointsConcurrentMax,
    maxConcurrentActivityTaskExecutions: webhookEndpointsConcurrentMax,
  });
}
