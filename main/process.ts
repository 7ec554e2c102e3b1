import type { Connection } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import type { Dependencies } from '../activities/dependencies.js';
import {
  createArchiveActivities,
  createLimiterActivities,
  createLocalActivities,
  createMaintenanceActivities,
  createSendActivities,
  createWebhookActivities,
} from '../activities/index.js';
import { PauseLine } from '../activities/pauseLine.js';
import { ProviderBreakers } from '../activities/providerBreakers.js';
import { AcceptShares } from '../domain/acceptShares.js';
import { acceptsConcurrentMax, acceptsOfLaneMax, partitionWeeksAhead, temporalProbeTimeoutMs } from '../domain/limits.js';
import { taskQueues } from '../domain/taskQueues.js';
import { askLimiterWorkflow } from '../limiter/askLimiterWorkflow.js';
import { SendGate } from '../limiter/sendGate.js';
import { TokenBroker } from '../limiter/tokenBroker.js';
import { clockWatch } from '../lives/clockWatch.js';
import { contactFollower } from '../lives/contactFollower.js';
import { LoadWatch } from '../lives/loadWatch.js';
import { metricFollower } from '../lives/metricFollower.js';
import { outboxRelay } from '../lives/outboxRelay.js';
import { restorationReconciler } from '../lives/reconcileRestoration.js';
import { systemWatch } from '../lives/systemWatch.js';
import { taskQueueAge } from '../lives/taskQueueAge.js';
import { webhookDispatch } from '../lives/webhookDispatch.js';
import { wordFollower } from '../lives/wordFollower.js';
import { wallClock } from '../platform/checkedClock.js';
import type { Config, Role } from '../platform/config.js';
import { Database } from '../platform/database.js';
import { EventBus } from '../platform/eventBus.js';
import { createLogger, type Logger } from '../platform/logger.js';
import type { Lookout } from '../platform/lookout.js';
import { masterKeysOf } from '../platform/masterKeys.js';
import { startMetricsServer } from '../platform/metricsServer.js';
import { openObjectStore } from '../platform/objectStore/openObjectStore.js';
import { dataConverterOf, SealingCodec } from '../platform/payloadCodec.js';
import { SettingsStore } from '../platform/prisma.js';
import { PublicHttp } from '../platform/publicHttp.js';
import { RedisLink } from '../platform/redisLink.js';
import { SettingsWatch } from '../platform/settingsWatch.js';
import { Telemetry } from '../platform/telemetry.js';
import { connectImpatient, connectWorkers, createClient } from '../platform/temporalClient.js';
import { TemporalHealth } from '../platform/temporalHealth.js';
import { startTracing } from '../platform/tracing.js';
import { Turns } from '../platform/turns.js';
import { isLocked } from '../platform/whileLocked.js';
import { createProviders, type ProviderRegistry } from '../providers/registry.js';
import { AccessTokens } from '../server/accessTokens.js';
import { Callers } from '../server/callers.js';
import { RequestLimits } from '../server/requestLimits.js';
import { startServer } from '../server/server.js';
import { ApiKeyRegister } from '../storage/apiKeys.js';
import { ApiKeyUses } from '../storage/apiKeyUses.js';
import { Archive } from '../storage/archive/archive.js';
import { ContactKeys } from '../storage/contactKeys.js';
import { Contents } from '../storage/contents.js';
import { MessageHistory } from '../storage/messageHistory.js';
import { MessageStore } from '../storage/messageStore.js';
import { ProviderHealth } from '../storage/providerHealth.js';
import { replayErasures } from '../storage/replayErasures.js';
import { beginStatement, nobodysAttempt } from '../storage/sendAttempts.js';
import { SessionRegister } from '../storage/sessionRegister.js';
import { WorkspaceDirectory } from '../storage/workspaceDirectory.js';
import {
  createLimiterWorker,
  createMaintenanceWorker,
  createMessagesWorker,
  createSendsWorker,
  createWebhooksWorker,
  hasEagerRoom,
  type WorkerSettings,
} from '../workers/createWorker.js';
import { checkKeysAtStart } from './checkKeysAtStart.js';
import { logScope } from './logScope.js';
import { oidcSignIn } from './oidcSignIn.js';
import { providerOptions } from './providerOptions.js';
import { ensureSchedules } from './schedules.js';
import { installTemporalRuntime } from './temporalRuntime.js';
import { tracedClients, tracedWorkers } from './tracedWorkers.js';
import { warnOfFaultyPostgres } from './warnOfFaultyPostgres.js';

export interface RunningProcess {
  /** Port of the HTTP server, where this process has that role. */
  port: number | undefined;
  /** Settles when a worker ends by itself; rejects where it failed. */
  ended: Promise<void>;
  /** Ends in order: no new work, what runs drains, connections close. */
  stop(): Promise<void>;
}

/** To the database of contacts' keys: batches ask it one after the other, and most keys are remembered. */
const keysConnectionsMax = 4;

/**
 * Composes the roles of one process. `providers` can be given by a caller that wraps them; by default they are made
 * from the configuration.
 */
export async function startProcess(config: Config, givenProviders?: ProviderRegistry): Promise<RunningProcess> {
  const has = (role: Role) => config.ROLES.includes(role);
  const roles = config.ROLES.join('+');
  // Nothing is dropped before it: so many lines are kept.
  const dropped = { count: (): void => undefined };
  const logger = createLogger(config.LOG_LEVEL, { roles }, logScope, { onDropped: () => dropped.count() });
  const sdkMetrics = await installTemporalRuntime(logger, roles);
  const tracing = config.OTEL_EXPORTER_OTLP_ENDPOINT ? await startTracing(config.OTEL_EXPORTER_OTLP_ENDPOINT, roles) : undefined;
  const masterKeys = masterKeysOf(config);
  const codec = new SealingCodec(masterKeys);
  const dataConverter = dataConverterOf(masterKeys, codec);
  const temporal = { address: config.TEMPORAL_ADDRESS, namespace: config.TEMPORAL_NAMESPACE, dataConverter };
  const database = new Database(config.DATABASE_URL, config.DATABASE_CONNECTIONS_MAX, logger);
  const settings = new SettingsStore(database);
  const changes = new SettingsWatch(config.DATABASE_URL, logger);
  const workspaces = new WorkspaceDirectory(database, masterKeys, changes);
  const objects = openObjectStore(config);
  const keysDatabase = new Database(config.KEYS_DATABASE_URL, keysConnectionsMax, logger);
  const keysCheck = await checkKeysAtStart({ database, keys: keysDatabase, masterKeys }, logger);
  const erasures = new SettingsWatch(config.KEYS_DATABASE_URL, logger, 'contact_erased');
  const contactKeys = new ContactKeys(keysDatabase, async (workspaceId) => (await workspaces.get(workspaceId)).keys.contactKeys);
  erasures.onChange((contact) => contactKeys.forget(contact));
  const contents = new Contents(contactKeys);
  const redis = new RedisLink(config.REDIS_URL, logger);
  const bus = new EventBus(redis);
  const telemetry = new Telemetry(roles, sdkMetrics);
  dropped.count = () => telemetry.count('log_lines_dropped_total', {});
  const metrics = config.METRICS_PORT === undefined ? undefined : await startMetricsServer(telemetry, config.HOST, config.METRICS_PORT);
  const clock = await clockWatch(database, telemetry);
  const health = new ProviderHealth(database, logger);
  const store = new MessageStore(database, bus, telemetry, health, contents);
  const providers = givenProviders ?? createProviders(providerOptions(config));
  void warnOfFaultyPostgres(database, logger);
  const http = new PublicHttp(config.WEBHOOK_TARGETS);
  const publicBaseUrl = (config.PUBLIC_BASE_URL ?? `http://127.0.0.1:${config.PORT}`).replace(/\/+$/, '');

  const connection: NativeConnection = await connectWorkers(temporal);
  const client = createClient(connection, temporal, tracing && tracedClients());
  const load = new LoadWatch({
    queueAgeMs: async () => {
      const ages = [taskQueueAge(client, taskQueues.messages, 'workflow'), taskQueueAge(client, taskQueues.messages, 'activity')];
      return Math.max(...(await Promise.all(ages)));
    },
    first: { queueAgeMs: config.LOAD_QUEUE_AGE_S * 1_000, lagMs: config.LOAD_LAG_MS },
    levelMin: config.LOAD_LEVEL_MIN,
    telemetry,
    logger,
  });
  const workers: Worker[] = [];
  const sends = new Turns(config.SENDS_CONCURRENT_MAX);
  let impatient: Connection | undefined;
  let roomForStarts = () => false;
  const forWorkers: WorkerSettings = {
    connection,
    namespace: temporal.namespace,
    dataConverter,
    sendsConcurrentMax: config.SENDS_CONCURRENT_MAX,
    workflowTasksConcurrentMax: config.WORKFLOW_TASKS_CONCURRENT_MAX,
    workflowsCachedMax: config.WORKFLOWS_CACHED_MAX,
    ...(config.WORKER_BUILD_ID && { build: { deploymentName: config.WORKER_DEPLOYMENT_NAME, buildId: config.WORKER_BUILD_ID } }),
    traced: tracing && tracedWorkers(tracing),
  };
  if (has('messages') || has('sends')) {
    impatient = await connectImpatient(temporal);
    const impatientClient = createClient(impatient, temporal);
    const dependencies: Dependencies = {
      database,
      contents,
      store,
      workspaces,
      providers,
      breakers: new ProviderBreakers(
        { database, store, workspaces, telemetry, logger },
        { failuresMax: config.BREAKER_FAILURES, openMs: config.BREAKER_OPEN_S * 1_000 },
      ),
      health,
      broker: new TokenBroker(
        askLimiterWorkflow(impatientClient),
        Math.random,
        (what) =>
          what === 'question' ? telemetry.count('limiter_questions_total', {}) : telemetry.count('limiter_grants_total', { from: what }),
        () => wallClock.now(),
      ),
      temporal: impatientClient,
      telemetry,
      load,
      paused: new PauseLine(),
      gate: new SendGate(),
      sends,
      logger,
      publicBaseUrl,
      reconcileDelaysMs: config.RECONCILE_DELAYS_S,
      providerHoldMs: config.PROVIDER_HOLD_S * 1_000,
      firstSendIsLocal: config.FIRST_SEND === 'local',
    };
    const activities = createSendActivities(dependencies);
    await database.warm(beginStatement, nobodysAttempt);
    if (has('messages')) {
      const worker = await createMessagesWorker(forWorkers, createLocalActivities(dependencies), has('sends') ? activities : undefined);
      // An eager start would bring the message to this process whichever build is current.
      if (!forWorkers.build) roomForStarts = () => hasEagerRoom(worker, forWorkers.workflowTasksConcurrentMax);
      workers.push(worker);
    } else workers.push(await createSendsWorker(forWorkers, activities));
  }
  if (has('limiter')) workers.push(await createLimiterWorker(forWorkers, createLimiterActivities({ database, temporal: client, logger })));
  const askTemporal = () =>
    client.withDeadline(Date.now() + temporalProbeTimeoutMs, () => client.connection.workflowService.getSystemInfo({}));
  const times = {
    receiptGraceMs: config.RECEIPT_GRACE_S * 1_000,
    validityMs: config.MESSAGE_VALIDITY_S * 1_000,
    providerHoldMs: config.PROVIDER_HOLD_S * 1_000,
  };
  const lookouts: Lookout[] = [clock];
  if (has('maintenance')) {
    await makeFirstPartitions(database, logger);
    const canary = config.CANARY_API_KEY && config.CANARY_TO ? { apiKey: config.CANARY_API_KEY, to: config.CANARY_TO } : undefined;
    await ensureSchedules(client, { canary: canary !== undefined });
    const replayed = await replayErasures(database, keysDatabase);
    if (replayed.destroyed + replayed.noted > 0) logger.warn({ event: 'erasures.replayed', ...replayed });
    const maintenance = {
      load,
      canary,
      publicBaseUrl,
      database,
      contents,
      keys: keysDatabase,
      masterKeys,
      store,
      workspaces,
      providers,
      temporal: client,
      objects,
      telemetry,
      logger,
      ...times,
    };
    const archiveAfterMs = config.ARCHIVE_AFTER_DAYS * 24 * 60 * 60_000;
    const archiving = { database, objects, store, telemetry, logger, archiveAfterMs };
    const activities = { ...createMaintenanceActivities(maintenance), ...createArchiveActivities(archiving) };
    workers.push(await createMaintenanceWorker(forWorkers, activities));
    const { receiptGraceMs } = times;
    lookouts.push(outboxRelay({ database, contents, temporal: client, askTemporal, telemetry, logger, receiptGraceMs }).start());
    lookouts.push(restorationReconciler({ ...maintenance, providerHoldMs: times.providerHoldMs }).start());
    lookouts.push(wordFollower({ database, contents, workspaces, logger }).start());
    lookouts.push(contactFollower({ database, contents, workspaces, logger }).start());
    lookouts.push(metricFollower({ database, logger }).start());
    const archiveDirectory = config.S3_BUCKET ? undefined : config.ARCHIVE_DIRECTORY;
    lookouts.push(systemWatch({ database, temporal: client, telemetry, logger, archiveDirectory, archiveAfterMs }).start());
  }
  if (has('webhooks')) {
    const delays = { retryDelaysMs: config.WEBHOOK_RETRY_DELAYS_S, disableAfterMs: config.WEBHOOK_DISABLE_AFTER_S * 1_000 };
    const webhooks = { database, contents, store, workspaces, http, telemetry, logger, ...delays };
    workers.push(await createWebhooksWorker(forWorkers, createWebhookActivities(webhooks)));
    lookouts.push(webhookDispatch({ database, temporal: client, logger, load }).start());
  }
  const temporalHealth = new TemporalHealth(askTemporal, telemetry, logger);

  const uses = new ApiKeyUses(database, logger);
  const keys = new ApiKeyRegister(database, changes, (key) => uses.note(key));
  const accessTokens = new AccessTokens(masterKeys.current);
  const requestLimits = new RequestLimits({
    redis,
    perKey: config.REQUESTS_PER_KEY_PER_MINUTE,
    perAddress: config.REQUESTS_PER_ADDRESS_PER_MINUTE,
    failuresPerAddress: config.REFUSED_TOKENS_PER_ADDRESS,
  });
  const running = workers.map((worker) => worker.run());
  const server = has('server')
    ? await startServer({
        config,
        database,
        contents,
        keys: keysDatabase,
        codec,
        store,
        history: new MessageHistory(
          { database, contents },
          new Archive(objects, (bytes) => telemetry.count('archive_read_bytes_total', {}, bytes)),
        ),
        workspaces,
        settings,
        callers: new Callers(keys, accessTokens, new SessionRegister(database, changes), workspaces),
        accessTokens,
        requestLimits,
        oidc: oidcSignIn(config, publicBaseUrl),
        providers,
        health,
        hasEagerRoom: roomForStarts,
        telemetry,
        temporalHealth,
        load,
        acceptShares: new AcceptShares(),
        starts: new Turns(acceptsConcurrentMax, acceptsOfLaneMax),
        temporal: client,
        bus,
        redis,
        http,
        objects,
        masterKeys,
        logger,
        publicBaseUrl,
        ...times,
      })
    : undefined;
  logger.info({ event: 'process.ready', port: server?.port });

  return {
    port: server?.port,
    ended: Promise.race([Promise.all(running).then(() => undefined), keysCheck.failed]),
    stop: async () => {
      await server?.close();
      await uses.close();
      requestLimits.close();
      metrics?.close();
      temporalHealth.close();
      await load.close();
      await Promise.all(lookouts.map((lookout) => lookout.stop()));
      sends.close();
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.allSettled(running);
      for (const provider of providers.values()) provider.close();
      http.close();
      await impatient?.close();
      await connection.close();
      bus.close();
      redis.close();
      keysCheck.close();
      await changes.close();
      await erasures.close();
      await settings.close();
      await health.close();
      await database.close();
      await keysDatabase.close();
      await tracing?.close();
      logger.info({ event: 'process.stopped' });
    },
  };
}

/** Before the first schedule: after weeks of downtime the partitions of today may be missing. One that is locked is made by the schedule. */
async function makeFirstPartitions(database: Database, logger: Logger): Promise<void> {
  try {
    const made = await database.makePartitions(partitionWeeksAhead);
    if (made > 0) logger.info({ event: 'partitions.made', weeks: made });
  } catch (error) {
    if (!isLocked(error)) throw error;
  }
}
