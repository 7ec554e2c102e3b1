import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import type { History } from './history.js';
import type { Site } from './site.js';

/** So many ids of messages are looked for as well: Temporal has them, so that a search that can't find anything is noticed. */
const idsLookedFor = 50;
/** Longer than anything that is looked for: what lies on the seam of two pieces is found all the same. */
const overlap = 64;

/** Logs, Temporal's files and Redis, looked through for texts of the run and for numbers of its recipients. The simulator's own files are no part of the product. */
export async function leaksOf(site: Site, run: string, ids: readonly string[]): Promise<Pick<History, 'leaks' | 'searchedBytes'>> {
  // The texts, and the numbers of load/recipients.ts that the workload writes to.
  const words = new RegExp(`#${run}-|(?<!\\d)141520\\d{5}(?!\\d)`);
  const logs = path.join(site.directory, 'data/logs');
  const temporal = ['', '-wal'].map((suffix) => path.join(site.directory, `temporal/temporal.db${suffix}`));
  const files = [...readdirSync(logs).map((name) => path.join(logs, name)), path.join(site.directory, 'temporal.log'), ...temporal];
  const there = files.filter((file) => existsSync(file) && statSync(file).isFile());
  const leaks: string[] = [];
  for (const file of there) if (await contains(file, words)) leaks.push(path.relative(site.directory, file));
  const redis = site.redis ? await redisContains(site.redis.url, words) : { found: false, bytes: 0 };
  if (redis.found) leaks.push('Redis');
  const known = new RegExp(ids.slice(-idsLookedFor).join('|'));
  const seen = await Promise.all(temporal.filter((file) => there.includes(file)).map((file) => contains(file, known)));
  if (ids.length > 0 && !seen.includes(true))
    throw new Error('no id of a message was found in Temporal’s files: the search for leaks finds nothing');
  return { leaks, searchedBytes: there.reduce((sum, file) => sum + statSync(file).size, redis.bytes) };
}

async function contains(file: string, words: RegExp): Promise<boolean> {
  let before = '';
  for await (const chunk of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
    const text = before + String(chunk);
    if (words.test(text)) return true;
    before = text.slice(-overlap);
  }
  return false;
}

async function redisContains(url: string, words: RegExp): Promise<{ found: boolean; bytes: number }> {
  const redis = new Redis(url, { maxRetriesPerRequest: 2 });
  redis.on('error', () => undefined);
  try {
    const answer = { found: false, bytes: 0 };
    for (const key of await redis.keys('*')) {
      const value = await redis.dumpBuffer(key);
      const text = key + (value?.toString('latin1') ?? '');
      answer.bytes += text.length;
      answer.found ||= words.test(text);
    }
    return answer;
  } finally {
    redis.disconnect();
  }
}
