import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { moveTo, telnyxProfile } from '../support/accounts.js';
import { anybody } from '../support/anybody.js';
import { sql, testDirectory } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type LedgerEntry, type System, startSystem } from '../support/system.js';

const withinMs = 60_000;
const program = path.join(__dirname, '../../dist/main/backup.js');
const directory = path.join(testDirectory(), `backup-${process.pid}`);

let system: System;

beforeAll(async () => {
  system = await startSystem({
    workspaces: 2,
    env: { RECONCILE_DELAYS_S: '1,2', PROVIDER_HOLD_S: '2', PROVIDER_RESPONSE_TIMEOUT_MS: '1500' },
  });
  await moveTo(system, system.workspaces[1] as DemoWorkspace, 'telnyx', telnyxProfile);
}, 60_000);
afterAll(() => system.stop(), 60_000);

async function backup(...words: string[]): Promise<string> {
  const env = { PATH: process.env.PATH, DATABASE_URL: system.databaseUrl };
  return (await promisify(execFile)(process.execPath, [program, ...words], { env })).stdout.trim();
}
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const send = async (body: string, fields: object = {}) => (await system.send({ to: anybody(), body, ...fields })).body.id as string;
/** As if Temporal had lost the run of a message too. */
const loseRun = (messageId: string, { id } = system.workspace) => system.temporal.workflow.getHandle(`msg/${id}/${messageId}`).terminate();
const delivered = (id: string) => system.message(id, ['delivered'], { withinMs });
const seqNow = async () =>
  Number(
    (
      await sql<{ n: string }>(system.databaseUrl, 'select last_seq as n from workspace_sequence where workspace_id = $1', [
        system.workspace.id,
      ])
    )[0]?.n,
  );

/** Ends the database and every process of the product, as the loss of a disk would. Whoever supervises them starts them again, in vain. */
async function loseDatabase(): Promise<void> {
  const server = new URL(system.databaseUrl);
  const name = server.pathname.slice(1);
  server.pathname = '/postgres';
  await sql(server.href, `alter database ${name} with allow_connections false`);
  for (const child of system.processes.values()) process.kill(child.pid() as number, 'SIGKILL');
  await sql(server.href, `drop database ${name} with (force)`);
}

describe('a database that is restored from a backup while the product went on', () => {
  it('knows afterwards all that went out since, and nothing of it goes out again', async () => {
    const before = await send('before the backup');
    await delivered(before);
    // At the backup they wait for their time; then they leave, or are canceled, before the database is lost.
    const leaves = await send('waits, and leaves', { sendAt: inMs(9_000) });
    const canceled = await send('waits, and is canceled', { sendAt: inMs(3_600_000) });
    const later = await send('waits for long', { sendAt: inMs(3_600_000) });
    // Nobody tells of these but the provider: one has a list, the other has none.
    const as = system.workspaces[1] as DemoWorkspace;
    await system.control('POST', '/rules', { match: { bodyIncludes: 'waits, and is forgotten' }, action: { callbacks: { drop: 1 } } });
    const listed = await send('waits, and is forgotten', { sendAt: inMs(9_000) });
    const text = { to: anybody(), body: 'waits, and is forgotten by Telnyx', sendAt: inMs(9_000) };
    const unlisted: string = (await system.send(text, undefined, as)).body.id;
    for (const id of [leaves, canceled, later, listed]) await system.message(id, ['scheduled'], { withinMs });
    await system.message(unlisted, ['scheduled'], { withinMs, as });

    expect(await backup('--to', directory)).toMatch(/rows of \d+ tables as of/);
    expect(await system.ledger('waits')).toEqual([]);

    const since = await Promise.all(Array.from({ length: 12 }, (_, n) => send(`since the backup ${n}.`)));
    const twins = '+12125559000';
    for (let n = 0; n < 2; n += 1) since.push((await system.send({ to: twins, body: 'twice the same' })).body.id);
    const waiting = await send('accepted since, and waits', { sendAt: inMs(3_600_000) });
    await system.message(waiting, ['scheduled'], { withinMs });
    // Its time comes while the database is away or held: its own run then finds no row, unless it was stored anew before.
    const due = await send('accepted since, and due', { sendAt: inMs(18_000) });
    await system.message(due, ['scheduled'], { withinMs });
    for (const id of [...since, leaves]) await delivered(id);
    expect(await system.request('POST', `/v1/messages/${canceled}/cancel`)).toMatchObject({ status: 200 });
    await eventually(async () => {
      const { body } = await system.request('GET', `/v1/messages/${canceled}/trace`);
      return body.workflow?.state?.step === 'closed';
    }, withinMs);
    await eventually(async () => (await system.ledger('forgotten')).length === 2, withinMs);
    await system.message(listed, ['accepted'], { withinMs });
    await system.message(unlisted, ['accepted'], { withinMs, as });
    await loseRun(listed);
    await loseRun(unlisted, as);
    const ledger = await system.ledger();
    const seqBefore = await seqNow();

    await loseDatabase();
    expect(await backup('--restore', directory)).toMatch(/every account is held/);
    // Accepted while it is still held: it waits with all others.
    const during = await eventually(() => send('while it was held').catch(() => undefined), withinMs, 500);

    const [restoration] = await eventually(async () => {
      const rows = await sql<{ summary: Record<string, number>; reconciled_at: Date }>(
        system.databaseUrl,
        'select summary, reconciled_at from restoration where reconciled_at is not null',
      );
      return rows.length > 0 && rows;
    }, 120_000);
    expect(restoration?.summary).toMatchObject({ adoptedByList: 1, parked: 1, unexplained: 0 });
    expect([15, 16]).toContain(restoration?.summary.revived);
    await delivered(during);
    await delivered(due);

    // Every send is known, to the message that it was of, and was made once.
    const bodies = (entries: LedgerEntry[]) => entries.map(({ body }) => body).sort();
    const after = await system.ledger();
    const others = bodies(ledger).filter((body) => body !== 'accepted since, and due');
    expect(bodies(after)).toEqual([...others, 'accepted since, and due', 'while it was held'].sort());
    const [held] = await system.ledger('while it was held');
    expect(held?.requestReceivedAtMs).toBeGreaterThanOrEqual((restoration?.reconciled_at.getTime() ?? Number.NaN) - 1);
    const found = await system.message(listed, ['accepted', 'sent', 'delivered'], { withinMs });
    const parked = await system.message(unlisted, ['parked'], { withinMs, as });
    expect(parked.error).toMatchObject({ code: 'outcome_unknown', message: expect.stringMatching(/telnyx has no list/) });
    const known = [found, ...(await Promise.all([before, leaves, during, due, ...since].map((id) => delivered(id))))];
    const ofTwilio = after.filter(({ body }) => !body.includes('Telnyx'));
    expect(known.map(({ providerMessageId }) => providerMessageId).sort()).toEqual(ofTwilio.map(({ sid }) => sid).sort());
    for (const message of known) expect(after.find(({ sid }) => sid === message.providerMessageId)?.body).toBe(message.body);

    await system.message(canceled, ['canceled'], { withinMs });
    for (const id of [later, waiting]) await system.message(id, ['scheduled'], { withinMs });
    // Somebody who has heard of all events before the loss hears of those that came after it.
    expect(await seqNow()).toBeGreaterThan(seqBefore);
    const { body: conversation } = await system.request('GET', `/v1/messages/${during}/trace`);
    expect(Math.min(...conversation.events.map(({ seq }: { seq: number }) => seq))).toBeGreaterThan(seqBefore);
    // What waits by workflows of before goes on with them.
    expect(await system.request('POST', `/v1/messages/${waiting}/cancel`)).toMatchObject({ status: 200 });
    await system.message(waiting, ['canceled'], { withinMs });
  }, 300_000);
});

describe('a backup', () => {
  const refusal = (...words: string[]) => backup(...words).then(String, (error) => `${error.code} ${error.stderr}`);

  it('is not written over another one', async () => {
    expect(await refusal('--to', directory)).toMatch(/^1 .* is not empty: name a new folder/);
  });

  it('is not restored into a database that is in use', async () => {
    expect(await refusal('--restore', directory)).toMatch(/^1 .*the database is not new: restore into a new one/);
  });

  it('that was broken off, or changed, is none', async () => {
    expect(await refusal('--restore', path.join(directory, 'nowhere'))).toMatch(/^1 .*its manifest.json is missing/);
    const manifest = JSON.parse(readFileSync(path.join(directory, 'manifest.json'), 'utf8'));
    for (const table of manifest.tables) if (table.name === 'contact') table.sha256 = 'another';
    writeFileSync(path.join(directory, 'manifest.json'), JSON.stringify(manifest));
    const env = { PATH: process.env.PATH, DATABASE_URL: system.databaseUrl.replace(/\/[^/]+$/, `/restored_${process.pid}`) };
    const said = await promisify(execFile)(process.execPath, [program, '--restore', directory], { env }).catch((error) => error);
    expect(said.stderr).toMatch(/contact\.jsonl\.gz is not what the manifest says/);
    expect(await sql(env.DATABASE_URL, 'select 1 from workspace')).toEqual([]);
    await sql(system.databaseUrl, `drop database restored_${process.pid} with (force)`);
  }, 60_000);

  it('is asked for in one way at a time, or it is said how', async () => {
    expect(await refusal()).toMatch(/^2 say one of --to, --restore and --hold.*npm run backup -- --to DIR/s);
  });
});
