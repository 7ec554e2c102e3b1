import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { buildWithGo, cacheDirectory, firstOnPath, once, type Say } from './cachedPrograms.js';
import { freePort } from './ports.js';
import { type RunningService, startService } from './service.js';

const version = '1.8.0';
const readyWithinMs = 15_000;
const stopWithinMs = 5_000;

/** Where an S3 is, as the environment of the product names it. */
export interface ObjectServer extends RunningService {
  env: Record<'S3_ENDPOINT' | 'S3_BUCKET' | 'S3_ACCESS_KEY_ID' | 'S3_SECRET_ACCESS_KEY', string>;
  /** The folder in which the bucket's objects lie as files. */
  bucketDirectory: string;
}

/** Why this machine can have no S3 server of its own; undefined where it can. */
export function objectServerMissing(): string | undefined {
  return existsSync(builtProgram) || firstOnPath('go') ? undefined : 'versitygw is built with Go, which is not on the PATH';
}

const programDirectory = path.join(cacheDirectory, `versitygw-${version}`);
const builtProgram = path.join(programDirectory, 'versitygw');

/** The server's program, built with Go the first time, which takes a minute or two. */
export async function findObjectServer(say: Say): Promise<string> {
  await once(
    programDirectory,
    () => existsSync(builtProgram),
    () => buildWithGo(programDirectory, [`github.com/versity/versitygw/cmd/versitygw@v${version}`], say),
  );
  return builtProgram;
}

/** Starts a server that speaks S3 (versitygw), with one empty bucket, for tests and benchmarks. */
export async function startObjectServer({ directory, say }: { directory: string; say: Say }): Promise<ObjectServer> {
  const command = await findObjectServer(say);
  const objects = path.join(directory, 'objects');
  const bucketDirectory = path.join(objects, 'postrider-archive');
  mkdirSync(bucketDirectory, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const keys = { accessKey: 'postrider', secretKey: 'a-secret-of-this-machine' };
  const service = await startService({
    name: 'object server',
    place: directory,
    command,
    logFile: path.join(directory, 'objects.log'),
    pidFile: path.join(directory, 'objects.pid'),
    stopWithinMs,
    prepare: async () => ({
      args: ['--quiet', '--access', keys.accessKey, '--secret', keys.secretKey, '--port', `127.0.0.1:${port}`, 'posix', objects],
      cwd: directory,
    }),
    isReady: () =>
      fetch(url).then(
        ({ status }) => status > 0,
        () => false,
      ),
    readyWithinMs,
  });
  return {
    ...service,
    bucketDirectory,
    env: {
      S3_ENDPOINT: url,
      S3_BUCKET: 'postrider-archive',
      S3_ACCESS_KEY_ID: keys.accessKey,
      S3_SECRET_ACCESS_KEY: keys.secretKey,
    },
  };
}
