/**
 * The same job on BullMQ, Redis and Postgres, as many would build it: the row, then the queue; a token bucket in Redis, and a job
 * that finds none comes back later; a retry on any error. A process of its own for each role.
 */
import type { Server } from 'node:http';
import { DelayedError, type Job, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { post } from './post.js';
import { startRivalFront } from './rivalFront.js';
import { RivalStore } from './rivalStore.js';
import { runRole } from './runRole.js';
import { burst, type RivalMessage, type RivalSettings, ratePerSecond, sendsConcurrentMax } from './settings.js';

const queueName = 'sends';
const attempts = 5;
const backoffMs = 1_000;
/** Its keys end by themselves. */
const bucketLifeMs = 60_000;

/** Answers 0 where a token was taken, else how many milliseconds until there is one. By Redis' clock. */
const takeToken = `
  local time = redis.call('time')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local spacing = 1000 / tonumber(ARGV[1])
  local due = math.max(tonumber(redis.call('get', KEYS[1]) or '0'), now)
  local ahead = due - now - (tonumber(ARGV[2]) - 1) * spacing
  if ahead > 0 then return math.ceil(ahead) end
  redis.call('set', KEYS[1], due + spacing, 'PX', ARGV[3])
  return 0`;

function connectionTo(redisUrl: string): { host: string; port: number } {
  const { hostname, port } = new URL(redisUrl);
  return { host: hostname, port: Number(port) };
}

async function startFront({ port, redisUrl, databaseUrl }: RivalSettings): Promise<() => Promise<void>> {
  const store = new RivalStore(databaseUrl);
  const queue = new Queue<RivalMessage>(queueName, {
    connection: connectionTo(redisUrl),
    defaultJobOptions: { attempts, backoff: { type: 'exponential', delay: backoffMs }, removeOnComplete: true },
  });
  const server: Server = await startRivalFront(port, {
    accept: async (message) => {
      await store.insert(message);
      await queue.add('send', message, { jobId: message.id });
    },
    report: (workspaceId, id, status) => store.reported(workspaceId, id, status),
  });
  return async () => {
    server.closeAllConnections();
    server.close();
    await queue.close();
    await store.close();
  };
}

async function startWorker({ redisUrl, databaseUrl, simulatorUrl }: RivalSettings): Promise<() => Promise<void>> {
  const store = new RivalStore(databaseUrl);
  const redis = new Redis(redisUrl);
  const send = async (job: Job<RivalMessage>, token?: string): Promise<void> => {
    const waitMs = Number(await redis.eval(takeToken, 1, `rate:${job.data.workspaceId}`, ratePerSecond, burst, bucketLifeMs));
    if (waitMs > 0) {
      await job.moveToDelayed(Date.now() + waitMs, token);
      throw new DelayedError();
    }
    await store.sent(job.data, await post(simulatorUrl, job.data));
  };
  const worker = new Worker<RivalMessage>(queueName, send, { connection: connectionTo(redisUrl), concurrency: sendsConcurrentMax });
  await worker.waitUntilReady();
  return async () => {
    await worker.close();
    redis.disconnect();
    await store.close();
  };
}

runRole({ front: startFront, worker: startWorker });
