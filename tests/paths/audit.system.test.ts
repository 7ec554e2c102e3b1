import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { operator } from '../support/operator.js';
import { type System, startSystem } from '../support/system.js';
import { ways } from '../support/ways.js';

const encryptionKey = Buffer.alloc(32, 9).toString('base64');
let system: System;

beforeAll(async () => {
  system = await startSystem({
    workspaces: 2,
    encryptionKey,
    env: {
      TWILIO_STANDBY_API_BASE_URL: 'http://127.0.0.1:9',
      RECONCILE_DELAYS_S: '0.5,1',
      PROVIDER_HOLD_S: '1',
      PROVIDER_RESPONSE_TIMEOUT_MS: '1500',
      WEBHOOK_TARGETS: 'any',
    },
  });
}, 60_000);
afterAll(() => system.stop(), 60_000);

const audit = async (query = '', as = system.workspace) => (await system.request('GET', `/v1/workspace/audit${query}`, { as })).body;
const verification = async (query = '') => (await system.request('GET', `/v1/workspace/audit/verification${query}`)).body;
const newestSeq = async () => (await audit('?limit=1')).data[0].seq as number;

/** Runs the scheduled workflow now, to its end. */
async function anchor(): Promise<any> {
  const connection = await Connection.connect({ address: system.temporalAddress });
  try {
    const client = new Client({ connection, namespace: system.temporalNamespace, dataConverter: system.dataConverter });
    const workflowId = `anchor-now-${Math.random()}`;
    return await client.workflow.execute('anchorAudit', { workflowId, taskQueue: 'maintenance' });
  } finally {
    await connection.close();
  }
}

/** `npm run postrider -- audit verify`, as whoever has the keys of the installation. */
function verify(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const program = path.join(__dirname, '../../dist/main/operator.js');
  const env = {
    ...process.env,
    DATABASE_URL: system.databaseUrl,
    ENCRYPTION_KEY: encryptionKey,
    ARCHIVE_DIRECTORY: system.archiveDirectory,
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, 'audit', 'verify', ...words], { env }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

/** As somebody with all rights on the database, whom no trigger stops. */
const tamper = (text: string) => sql(system.databaseUrl, `set session_replication_role = replica; ${text}`);

describe('the audit', () => {
  it('has an entry of every way in which people and keys change something', async () => {
    const actor = `api key ${system.workspace.apiKey.split('_')[2]}`;
    for (const [name, way] of Object.entries(ways)) {
      if ('notInAudit' in way) continue;
      const before = await newestSeq();
      const answers = [await way.take(system)].flat();
      for (const { status, body } of answers) expect([name, status < 300, body]).toEqual([name, true, body]);
      const { data } = await audit('?limit=100');
      const mine = data.filter((entry: any) => entry.seq > before && entry.action === way.action && entry.actor === actor);
      expect([name, mine.length > 0]).toEqual([name, true]);
    }
  }, 120_000);

  it('has no number, no address and no text of anybody in it', async () => {
    const rows = await sql<{ text: string }>(system.databaseUrl, 'select details::text as text from audit_event');
    expect(rows.length).toBeGreaterThan(20);
    for (const { text } of rows) expect(text).not.toMatch(/\+\d{6,}|mail@|way 0\./);
    const { data } = await audit('?limit=100');
    const evidence = data.filter(({ action }: any) => action === 'consent.withdrawn').map(({ details }: any) => details.evidence);
    expect(evidence).toContain('asked by +1415***8899, ***@example.com');
  });

  it('is read in pages without a gap, by its own workspace only, and on the command line', async () => {
    const { data: first, nextBefore } = await audit('?limit=3');
    const { data: second } = await audit(`?limit=3&before=${nextBefore}`);
    const newest = first[0].seq as number;
    expect([...first, ...second].map(({ seq }: any) => seq)).toEqual([0, 1, 2, 3, 4, 5].map((back) => newest - back));
    expect((await audit('', system.workspaces[1])).data.map(({ action }: any) => action)).toEqual(['workspace.created']);
    expect((await operator(system, system.workspace, 'audit', '--limit', '2')).out).toMatch(/seq .*\n.* api key \w+ .*\n/);
    expect(await system.request('GET', '/v1/workspace/audit?before=0')).toMatchObject({ status: 422 });
    expect(await system.request('POST', '/v1/workspace/audit')).toMatchObject({ status: 405 });
  });

  it('is verified, by its workspace and on the command line, up to where it was anchored', async () => {
    // What works through many messages notes each of them, for as long as it runs.
    const running = `ExecutionStatus = 'Running' AND WorkflowType IN ('redriveMessages', 'cancelMessages')`;
    await eventually(async () => (await system.temporal.workflow.count(running)).count === 0, 30_000);
    const seq = await newestSeq();
    expect(await anchor()).toEqual({ key: expect.stringMatching(/^audit\/anchors\//), workspaces: 2 });
    expect(await anchor()).toEqual({ key: null, workspaces: 2 });
    const whole = { intact: true, fault: null, verified: seq, lastSeq: seq, nextAfterSeq: null, anchorProblem: null };
    expect(await verification()).toEqual({ ...whole, complete: undefined, anchored: { seq, at: expect.any(String) } });
    expect(await verification(`?afterSeq=${seq - 2}`)).toMatchObject({ intact: true, verified: 2 });
    const said = await verify('--workspace', system.workspace.id);
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(new RegExp(`^${system.workspace.id}  intact, ${seq} entries; anchored up to ${seq} at `));
    expect(JSON.parse((await verify('--json')).out)).toHaveLength(2);
    expect(await verify('--workspace', '0192f0c1-0000-7000-8000-000000000001')).toMatchObject({ code: 1 });
  }, 60_000);
});

describe('somebody with all rights on the database', () => {
  // Each leaves the database as it was: what was done is undone from a copy.
  const undo = async () => {
    await tamper(
      'truncate audit_event, audit_link; insert into audit_event select * from kept_event; insert into audit_link select * from kept_link',
    );
    expect((await verify()).code).toBe(0);
  };
  const ws = () => `workspace_id = '${system.workspace.id}'`;
  const broken = async (kind: string, seq: string | number) => {
    const { code, out } = await verify();
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^${system.workspace.id}  BROKEN at ${seq} \\(${kind}\\): `, 'm'));
    expect(await verification()).toMatchObject({ intact: false, fault: { kind } });
  };

  beforeAll(async () => {
    await anchor();
    await sql(system.databaseUrl, 'create table kept_event as table audit_event; create table kept_link as table audit_link');
  });

  it('who changes an entry is found, at that entry', async () => {
    await tamper(
      `update audit_event set actor = 'nobody' where ${ws()} and id = (select event_id from audit_link where ${ws()} and seq = 5)`,
    );
    await broken('changed', 5);
    await undo();
  }, 30_000);

  it('who deletes an entry is found, with its place or without', async () => {
    await tamper(`delete from audit_event where ${ws()} and id = (select event_id from audit_link where ${ws()} and seq = 4)`);
    await broken('entryMissing', 4);
    await tamper(`delete from audit_link where ${ws()} and seq = 4`);
    await broken('placeMissing', 4);
    await undo();
  }, 30_000);

  it('who cuts the end is found by the anchor', async () => {
    const last = await newestSeq();
    await tamper(`delete from audit_event where ${ws()} and id in (select event_id from audit_link where ${ws()} and seq > ${last - 2});
      delete from audit_link where ${ws()} and seq > ${last - 2}`);
    await broken('cut', last - 1);
    await undo();
  }, 30_000);

  it('who inserts an entry is found: beside the chain, or where the chain was made anew with it', async () => {
    await tamper(
      `insert into audit_event (workspace_id, id, actor, action) values ('${system.workspace.id}', gen_random_uuid(), 'x', 'limits.changed')`,
    );
    await broken('unchained', 'no place');
    await undo();
    // All that the product does when it chains, done again with one entry more: every hash fits.
    await tamper(`insert into audit_event (workspace_id, id, at, actor, action)
        select workspace_id, gen_random_uuid(), at, 'x', 'limits.changed' from audit_event where ${ws()} order by at offset 3 limit 1;
      delete from audit_link where ${ws()};
      do $$ declare e audit_event; begin
        for e in select * from audit_event where ${ws()} order by at, id loop perform link_audit_entry(e); end loop; end $$`);
    await broken('rewritten', '\\d+');
    await undo();
  }, 30_000);

  it('is refused an anchor that was changed or taken away', async () => {
    const { out } = await verify('--json');
    const { anchored } = JSON.parse(out).find(({ workspaceId }: any) => workspaceId === system.workspace.id);
    const files = path.join(system.archiveDirectory, 'audit/anchors', anchored.at.slice(0, 10));
    const [first] = readdirSync(files).sort();
    await system.request('PATCH', '/v1/workspace/limits', { body: { burst: 33 } });
    await anchor();
    await rm(path.join(files, first as string));
    expect(await verify()).toMatchObject({ code: 1, err: expect.stringMatching(/an anchor is missing before/) });
    expect(await verification()).toMatchObject({ intact: false, anchorProblem: expect.stringMatching(/missing/) });
  }, 30_000);
});

describe('whoever serves the product', () => {
  it.each(['app', 'ingest', 'maintenance', 'postgres'])('can not change the audit: not as %s', async (role) => {
    const as = new URL(system.databaseUrl);
    if (role !== 'postgres') as.searchParams.set('options', `-c role=${role} -c app.ws=${system.workspace.id}`);
    for (const statement of [
      `update audit_event set actor = 'x'`,
      'delete from audit_event',
      'truncate audit_event',
      'delete from audit_link',
      'truncate audit_link',
    ])
      await expect(sql(as.href, statement)).rejects.toThrow(/permission denied|only added to/);
    if (role !== 'postgres')
      await expect(
        sql(
          as.href,
          `insert into audit_link (workspace_id, seq, event_id, hash) values ('${system.workspace.id}', 999, gen_random_uuid(), sha256(''))`,
        ),
      ).rejects.toThrow(/permission denied/);
  });

  it('chains the entries of many at the same moment one by one', async () => {
    const before = await newestSeq();
    await Promise.all(Array.from({ length: 25 }, (_, n) => system.request('PATCH', '/v1/workspace/limits', { body: { burst: 100 + n } })));
    await eventually(async () => (await newestSeq()) === before + 25);
    expect((await verification(`?afterSeq=${before}`)).fault).toBeNull();
  }, 30_000);
});
