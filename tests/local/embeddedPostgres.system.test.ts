import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../local/embeddedPostgres.js';
import { freePort } from '../../local/ports.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';

let root: string;
let port: number;
let running: EmbeddedPostgres[];
let said: string[];

beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'postrider-pg-'));
  port = await freePort();
  running = [];
  said = [];
});
afterEach(async () => {
  for (const postgres of running) await postgres.stop();
  rmSync(root, { recursive: true });
});

async function start(name = 'data', at = port): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({
    directory: path.join(root, name),
    port: at,
    logFile: path.join(root, `${name}.log`),
    say: (text) => said.push(text),
  });
  running.push(postgres);
  return postgres;
}
const count = async (url: string) => (await sql<{ n: number }>(url, 'select count(*)::int n from kept'))[0]?.n;

describe('the embedded Postgres', () => {
  test('comes back by itself after kill -9, with all that was committed, although a backend is still busy', async () => {
    const postgres = await start();
    const { pid, url } = postgres;
    await sql(url, 'create table kept as select generate_series(1, 1000)');
    const busy = sql(url, 'do $$ begin loop perform 1; end loop; end $$').catch(() => 'cut off');
    await eventually(
      async () => (await sql<{ n: number }>(url, "select count(*)::int n from pg_stat_activity where state = 'active'"))[0]?.n === 2,
    );
    process.kill(pid, 'SIGKILL');
    await eventually(async () => (await count(url).catch(() => undefined)) === 1_000);
    expect(postgres.pid).not.toBe(pid);
    expect(said).toEqual(['Postgres was killed by SIGKILL: starting it again']);
    expect(await busy).toBe('cut off');
  }, 60_000);

  test('says what to do with data that another version of Postgres wrote, and leaves it as it is', async () => {
    const folder = path.join(root, 'data');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'PG_VERSION'), '9\n');
    await expect(start()).rejects.toThrow(/was written by Postgres 9, and this is \d+: move the folder away to start anew/);
    expect(readdirSync(folder)).toEqual(['PG_VERSION']);
  });

  test('keeps its data over a stop, a power failure and a change of port', async () => {
    const first = await start();
    await sql(first.url, 'create table kept as select 1');
    await first.stop();
    const second = await start();
    await second.kill();
    const third = await start('data', await freePort());
    expect(await count(third.url)).toBe(1);
    expect(third.endedOrphan).toBe(false);
  }, 60_000);

  test('runs in a folder that only its owner may enter, and leaves nothing elsewhere', async () => {
    chmodSync(root, 0o700);
    const { url } = await start();
    await sql(url, 'create table kept as select 1');
    expect(existsSync(path.join(root, 'data/PG_VERSION'))).toBe(true);
    expect(await count(url)).toBe(1);
  }, 60_000);

  test('is refused, by name, a port that is taken and a folder that is in use, and disturbs neither', async () => {
    const { url, pid } = await start();
    await expect(start('other')).rejects.toThrow(/port \d+ for Postgres is taken by .*: stop it, or choose another port/);
    await expect(start('data', await freePort())).rejects.toThrow(`for pid ${process.pid}: stop that one, or use another folder`);
    expect(await sql(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(running[0]?.pid).toBe(pid);
  }, 60_000);

  test('of another folder does not open to the same password', async () => {
    const [one, other] = [await start('one'), await start('other', await freePort())];
    const stranger = new URL(one.url);
    stranger.port = new URL(other.url).port;
    await expect(sql(stranger.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  }, 60_000);
});
