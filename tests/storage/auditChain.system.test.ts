import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { maskNumber } from '../../domain/maskNumber.js';
import { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { noteAudit } from '../../storage/audit.js';
import { auditPage } from '../../storage/auditChain.js';
import { migrate } from '../../storage/migrate.js';
import { verifyAudit } from '../../storage/verifyAudit.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';

const migrations = path.join(__dirname, '../../prisma/migrations');
const mine = '20261128232200_chain_the_audit';
const workspaceId = '0192f0c1-0000-7000-8000-00000000000a';
const makeWorkspace = `insert into workspace (id, name, wrapped_key) values ('${workspaceId}', 'of before', 'x')`;

/** A database whose tables belong to somebody who is no superuser and may not look past row-level security. */
async function databaseOfPlainOwner(): Promise<{ adminUrl: string; ownerUrl: string; drop: () => Promise<void> }> {
  const server = process.env.TEST_POSTGRES_URL as string;
  const name = `plain_${randomBytes(6).toString('hex')}`;
  await sql(server, `create role ${name} login createrole password 'x'`);
  await sql(server, `grant app, ingest, maintenance to ${name} with admin option`);
  await sql(server, `create database ${name} owner ${name}`);
  const at = (user?: string) => {
    const url = new URL(server);
    url.pathname = `/${name}`;
    if (user) Object.assign(url, { username: user, password: 'x' });
    return url.href;
  };
  const drop = async () => {
    await sql(server, `drop database ${name} with (force)`);
    await sql(server, `revoke app, ingest, maintenance from ${name} cascade`);
    await sql(server, `drop role ${name}`);
  };
  return { adminUrl: at(), ownerUrl: at(name), drop };
}

describe('the migration that chains the audit', () => {
  it('chains what was there before, without personal data, and what comes after, under an owner who is no superuser', async () => {
    const before = mkdtempSync(path.join(os.tmpdir(), 'migrations-'));
    const own = await databaseOfPlainOwner();
    try {
      for (const name of readdirSync(migrations))
        if (name < mine) cpSync(path.join(migrations, name), path.join(before, name), { recursive: true });
      await migrate(own.ownerUrl, before);
      await sql(own.adminUrl, makeWorkspace);
      const details = JSON.stringify({ sender: '+14155550100', short: '+4512345678', reason: 'as ann@example.com asked' });
      await sql(
        own.adminUrl,
        `insert into audit_event (workspace_id, id, at, actor, action, details)
         select '${workspaceId}', gen_random_uuid(), now() - n * interval '1 second', 'a person', 'limits.changed', $1
         from generate_series(1, 40) n`,
        [details],
      );
      await migrate(own.ownerUrl);
      const database = new Database(own.ownerUrl, 2, createLogger('silent'));
      try {
        await noteAudit(database, { workspaceId }, 'limits.changed', { actor: 'after' });
        const entries = await auditPage(database, workspaceId, 1_000, 100);
        expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 41 }, (_, n) => 41 - n));
        // In the order in which they came.
        expect([...entries].sort((a, b) => a.at.getTime() - b.at.getTime()).map(({ seq }) => seq)).toEqual(
          entries.map(({ seq }) => seq).reverse(),
        );
        expect(entries[5]?.details).toEqual({ sender: '+1415***0100', short: '+45***78', reason: 'as ***@example.com asked' });
        expect(await verifyAudit(database, workspaceId, [])).toEqual({ verified: 41, lastSeq: 41, complete: true, fault: null });
      } finally {
        await database.close();
      }
    } finally {
      await own.drop();
      rmSync(before, { recursive: true });
    }
  }, 60_000);
});

describe('an entry of the audit', () => {
  let own: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    own = await createTestDatabase();
    database = new Database(own.url, 4, createLogger('silent'));
    await sql(own.url, makeWorkspace);
  }, 30_000);
  afterAll(async () => {
    await database.close();
    await own.drop();
  });

  it.each(['+12345', '+1234567', '+12345678', '+1234567890', '+12345678901', '+123456789012345'])(
    'has %s as logs have it, whatever the statement that writes it',
    async (number) => {
      const details = { said: `call ${number}.`, list: [number] };
      await noteAudit(database, { workspaceId }, 'limits.changed', { actor: 'x' }, details);
      const [entry] = await auditPage(database, workspaceId, 1_000, 1);
      // Shorter than any number that can be written to.
      const shown = number.length < 7 ? number : maskNumber(number);
      expect(entry?.details).toEqual({ said: `call ${shown}.`, list: [shown] });
    },
  );

  it('that is refused as a repeat leaves no hole', async () => {
    const byHand = { actor: 'x', idempotencyKey: 'once' };
    for (let n = 0; n < 3; n += 1) await noteAudit(database, { workspaceId }, 'limits.changed', byHand);
    await noteAudit(database, { workspaceId }, 'limits.changed', { actor: 'x' });
    const { fault, verified } = await verifyAudit(database, workspaceId, []);
    expect([fault, verified]).toEqual([null, (await auditPage(database, workspaceId, 1_000, 1))[0]?.seq]);
  });

  it('is verified in parts that go on where the one before has ended', async () => {
    const { lastSeq } = await verifyAudit(database, workspaceId, []);
    expect(await verifyAudit(database, workspaceId, [], { afterSeq: lastSeq - 3 })).toMatchObject({
      verified: 3,
      complete: true,
      fault: null,
    });
    await sql(own.url, `set session_replication_role = replica; delete from audit_link where seq = ${lastSeq - 3}`);
    expect((await verifyAudit(database, workspaceId, [], { afterSeq: lastSeq - 3 })).fault).toMatchObject({ seq: lastSeq - 2 });
  });
});
