import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { productLoginUrl } from '../../local/productLoginUrl.js';
import { projectRoot } from '../../platform/projectRoot.js';
import { ensureProductLogin } from '../../storage/productLogin.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';

let own: TestDatabase;
let login: string;

beforeAll(async () => {
  own = await createTestDatabase();
  login = productLoginUrl(own.url);
  await ensureProductLogin(own.url, login);
}, 30_000);
afterAll(() => own.drop());

const withRole = (url: string, role: string) => `${url}?options=-c%20role%3D${role}`;

async function program(file: string, env: Record<string, string>): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, [path.join(projectRoot, 'dist', file)], {
    env: {
      PATH: process.env.PATH ?? '',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      KEYS_DATABASE_URL: `${login}_keys`,
      ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
      ...env,
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

describe("the product's login", () => {
  it('may do nothing by itself', async () => {
    for (const text of [
      'select * from message',
      'select * from workspace',
      'create table mine (id int)',
      'truncate message',
      'select ensure_week(now())',
    ]) {
      await expect(sql(login, text)).rejects.toThrow(/permission denied/);
    }
  });

  it('may step into the roles of the product, and no other', async () => {
    for (const role of ['app', 'ingest', 'maintenance']) {
      expect(await sql(withRole(login, role), 'select current_user as role')).toEqual([{ role }]);
    }
    await expect(sql(login, 'set role postgres')).rejects.toThrow(/permission denied/);
    await expect(sql(withRole(login, 'maintenance'), 'drop table message')).rejects.toThrow(/must be owner/);
    await expect(sql(withRole(login, 'maintenance'), 'alter table message disable row level security')).rejects.toThrow(/must be owner/);
    await expect(sql(withRole(login, 'maintenance'), 'delete from audit_event')).rejects.toThrow(/permission denied/);
  });

  it('is left as it is where it works, and gets the password of its URL where it does not', async () => {
    const other = new URL(login);
    other.username = 'postrider_renewed';
    await ensureProductLogin(own.url, other.href);
    other.password = 'another';
    await ensureProductLogin(own.url, other.href);
    await ensureProductLogin(own.url, other.href);
    expect(await sql(other.href, 'select session_user as name')).toEqual([{ name: 'postrider_renewed' }]);
    await sql(own.url, 'drop role postrider_renewed');
  });

  it('is not the owner: that is refused by name', async () => {
    await expect(ensureProductLogin(own.url, own.url)).rejects.toThrow(/both name postgres/);
  });
});

describe('a process of the product', () => {
  it('refuses to run as a superuser, and says what to do', async () => {
    const { code, said } = await program('main/run.js', { DATABASE_URL: own.url });
    expect([code, said]).toEqual([
      2,
      expect.stringMatching(/DATABASE_URL names postgres, who is above row-level security[\s\S]*DATABASE_OWNER_URL/),
    ]);
  });

  it('refuses to run as an owner of tables', async () => {
    await sql(own.url, `create role an_owner login password 'owner'`);
    await sql(own.url, 'create table theirs (id int); alter table theirs owner to an_owner');
    const owner = new URL(own.url);
    [owner.username, owner.password] = ['an_owner', 'owner'];
    const { code, said } = await program('main/run.js', { DATABASE_URL: owner.href });
    await sql(own.url, 'drop table theirs; drop role an_owner');
    expect([code, said]).toEqual([2, expect.stringContaining('DATABASE_URL names an_owner, who owns tables')]);
  });

  it('is prepared by the migrations, which need the owner and make the login', async () => {
    const missing = await program('main/migrate.js', { DATABASE_URL: login });
    expect([missing.code, missing.said]).toEqual([1, expect.stringContaining('DATABASE_OWNER_URL is not set')]);
    const migrate = () => program('main/migrate.js', { DATABASE_URL: login, DATABASE_OWNER_URL: own.url });
    // The database of keys is made, too.
    expect(await migrate()).toEqual({ code: 0, said: expect.stringMatching(/^applied \d+_found_the_keys,/) });
    expect(await sql(`${login}_keys?options=-c%20role%3Dmaintenance`, 'select count(*)::int as n from contact_key')).toEqual([{ n: 0 }]);
    expect(await migrate()).toEqual({ code: 0, said: 'nothing to apply\n' });
  });
});
