import { execFile, execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buildWithGo, cacheDirectory, firstOnPath, once, type Say } from './cachedPrograms.js';

const cliVersion = '1.5.1';
const serverVersion = '1.32.1';
const downloadConnectMs = 5_000;
/** A download that takes longer than this would lose against a build. */
const downloadMs = 180_000;

/**
 * The Temporal CLI with its development server: on the PATH, in the cache, downloaded, or built with Go, in this
 * order. Throws with the choices where none works.
 */
export async function findTemporalCli(say: Say): Promise<string> {
  const onPath = firstOnPath('temporal');
  if (onPath && isTemporal(onPath)) return onPath;
  const directory = path.join(cacheDirectory, `temporal-cli-${cliVersion}`);
  const cached = path.join(directory, 'temporal');
  return once(
    directory,
    () => existsSync(cached) && isTemporal(cached),
    async () => {
      const tried: string[] = [];
      try {
        say(`downloading Temporal CLI ${cliVersion}`);
        await download(directory);
        if (isTemporal(cached)) return;
      } catch (error) {
        tried.push(`the download failed (${reasonOf(error)})`);
      }
      if (firstOnPath('go')) return buildWithGo(directory, [`github.com/temporalio/cli/cmd/temporal@v${cliVersion}`], say);
      throw new Error(
        `Temporal is not here and could not be had: there is no temporal on the PATH, ${tried.join(', ')}, and there is no Go to build it with. ` +
          'Set TEMPORAL_ADDRESS to a running server, install the Temporal CLI, or install Go.',
      );
    },
  ).then(() => cached);
}

/** The production server and its schema tool, built with Go once; for benchmarks. */
export async function findTemporalServer(say: Say): Promise<{ server: string; sqlTool: string }> {
  const directory = path.join(cacheDirectory, `temporal-server-${serverVersion}`);
  const [server, sqlTool] = [path.join(directory, 'server'), path.join(directory, 'sql')];
  await once(
    directory,
    () => existsSync(server) && existsSync(sqlTool),
    async () => {
      if (!firstOnPath('go'))
        throw new Error('the production Temporal server is built with Go, which is not on the PATH: install Go, or set TEMPORAL_ADDRESS');
      await buildWithGo(
        directory,
        ['server', 'tools/sql'].map((name) => `go.temporal.io/server/cmd/${name}@v${serverVersion}`),
        say,
      );
    },
  );
  return { server, sqlTool };
}

/** A build of the CLI says no version of its own, but always that of the server in it. */
function isTemporal(file: string): boolean {
  try {
    return execFileSync(file, ['--version'], { encoding: 'utf8', timeout: 10_000 }).includes('Server 1.');
  } catch {
    return false;
  }
}

async function download(directory: string): Promise<void> {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const url = `https://temporal.download/cli/archive/v${cliVersion}?platform=${process.platform}&arch=${architecture}`;
  const connecting = new AbortController();
  const timer = setTimeout(() => connecting.abort(new Error(`no answer within ${downloadConnectMs / 1_000} s`)), downloadConnectMs);
  const signal = AbortSignal.any([connecting.signal, AbortSignal.timeout(downloadMs)]);
  const response = await fetch(url, { signal }).finally(() => clearTimeout(timer));
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
  const archive = path.join(directory, 'archive.tar.gz');
  await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(archive));
  const unpacked = path.join(directory, 'unpacked');
  mkdirSync(unpacked, { recursive: true });
  await new Promise<void>((resolve, reject) =>
    execFile('tar', ['-xzf', archive, '-C', unpacked], (error) => (error ? reject(error) : resolve())),
  );
  renameSync(path.join(unpacked, 'temporal'), path.join(directory, 'temporal'));
  rmSync(archive);
  rmSync(unpacked, { recursive: true });
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
