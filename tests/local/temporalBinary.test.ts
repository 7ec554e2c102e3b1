import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

const before = { ...process.env };
let directory: string;
let bin: string;
let cached: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'postrider-temporal-'));
  bin = path.join(directory, 'bin');
  cached = path.join(directory, 'cache/postrider/temporal-cli-1.5.1/temporal');
  mkdirSync(bin);
  process.env.XDG_CACHE_HOME = path.join(directory, 'cache');
  process.env.PATH = `${bin}:/usr/bin:/bin`;
  jest.resetModules();
});
afterEach(() => {
  process.env = { ...before };
  jest.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

/** The module reads where its cache is when it is loaded. */
const find = async () => (await import('../../local/temporalBinary.js')).findTemporalCli(() => undefined);

function script(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}
const temporal = 'echo "temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)"';
const offline = () =>
  jest.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND') }));
/** Does what `go install` does, and counts. */
const go = (makes: string) =>
  script(
    path.join(bin, 'go'),
    `echo built >> ${directory}/builds; printf '#!/bin/sh\\n${makes}\\n' > "$GOBIN/temporal"; chmod +x "$GOBIN/temporal"`,
  );
const builds = () => readFileSync(path.join(directory, 'builds'), 'utf8').trim().split('\n').length;

describe('the Temporal CLI', () => {
  test('on the PATH comes first', async () => {
    script(path.join(bin, 'temporal'), temporal);
    script(cached, temporal);
    expect(await find()).toBe(path.join(bin, 'temporal'));
  });

  test('is not any program that happens to be named temporal', async () => {
    script(path.join(bin, 'temporal'), 'echo "temporal 3.1, tide tables"');
    script(cached, temporal);
    expect(await find()).toBe(cached);
  });

  test('is downloaded where it can be had, into the cache', async () => {
    const archived = path.join(directory, 'archived');
    script(path.join(archived, 'temporal'), temporal);
    execFileSync('tar', ['-czf', path.join(directory, 'cli.tar.gz'), '-C', archived, 'temporal']);
    const fetched = jest
      .spyOn(globalThis, 'fetch')
      .mockImplementation(async () => new Response(readFileSync(path.join(directory, 'cli.tar.gz'))));
    expect(await find()).toBe(cached);
    await find();
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(fetched).toHaveBeenCalledWith(
      expect.stringMatching(/\/cli\/archive\/v1\.5\.1\?platform=(linux|darwin)&arch=(amd64|arm64)$/),
      expect.anything(),
    );
  });

  test('is built with Go where it can not be downloaded, once for all who ask at the same time', async () => {
    offline();
    go('echo Server 1.29.1');
    expect(await Promise.all([find(), find(), find()])).toEqual([cached, cached, cached]);
    expect(builds()).toBe(1);
  });

  test('that was built but does not run here is an error, not a build without end', async () => {
    offline();
    go('exit 1');
    await expect(find()).rejects.toThrow(/does not run on this machine: remove it, or set TEMPORAL_ADDRESS/);
    expect(builds()).toBe(1);
    expect(existsSync(`${path.dirname(cached)}.lock`)).toBe(false);
  });

  test('that can not be had in any way is told with the choices there are', async () => {
    offline();
    process.env.PATH = bin;
    await expect(find()).rejects.toThrow(
      /getaddrinfo ENOTFOUND.*Set TEMPORAL_ADDRESS to a running server, install the Temporal CLI, or install Go/,
    );
  });
});
