import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { hasRedis, type RedisServer, startRedis } from '../../local/redisServer.js';
import { defaultProcesses } from '../../local/stack.js';
import { sql, testDirectory } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { receive, received, suppressionsOf } from '../support/inbound.js';
import { type Overheard, overhearRedis } from '../support/overhearRedis.js';
import { readableNow } from '../support/readableNow.js';
import { type System, startSystem } from '../support/system.js';

const number = '+12125550147';
const bystander = '+12125550148';
const canary = 'quetzalcoatlus';
const metadata = { note: 'pterodactyl', campaign: 'spring' };
const media = 'https://media.example.com/archaeopteryx.png';
/** Whatever of it is found says who or what it was. */
const secrets = [canary, metadata.note, 'archaeopteryx', number.slice(2)];

let redis: RedisServer | undefined;
let saidToRedis: Overheard | undefined;
let system: System;
let connection: Connection;
let client: Client;
let sent: any;
let scheduled: any;
let written: any;

beforeAll(async () => {
  // Optional for the product, and no package brings one: without it there is nothing to overhear.
  redis = hasRedis ? await startRedis() : undefined;
  saidToRedis = redis && (await overhearRedis(redis.url));
  const env = { LOG_LEVEL: 'debug', WEBHOOK_TARGETS: 'any', ...(redis && { REDIS_URL: redis.url }) };
  system = await startSystem({ ownServices: true, processes: defaultProcesses, env });
  connection = await Connection.connect({ address: system.temporalAddress });
  client = new Client({ connection, namespace: system.temporalNamespace, dataConverter: system.dataConverter });
  await system.request('POST', '/v1/webhook-endpoints', { body: { url: 'http://127.0.0.1:9/nobody' } });
  const text = { body: `the ${canary} flies`, metadata, mediaUrls: [media] };
  sent = (await system.send({ to: number, ...text })).body;
  await system.message(sent.id, ['delivered']);
  await receive(system, { from: number, body: `I saw a ${canary}` });
  written = await received(system, number, `I saw a ${canary}`);
  await system.request('PUT', `/v1/suppressions/${number}`, { body: { topic: 'marketing' } });
  scheduled = (await system.send({ to: number, ...text, sendAt: new Date(Date.now() + 3_600_000).toISOString() })).body;
  const other = (await system.send({ to: bystander, body: 'bystander' })).body;
  await system.message(other.id, ['delivered']);
  await eventually(async () => (await erasable()).length === 2);
}, 120_000);
afterAll(async () => {
  await connection?.close();
  await system?.stop();
  saidToRedis?.close();
  await redis?.kill();
});

/** The contact's workflows that have closed. */
const erasable = async () => {
  const ids = [`msg/${system.workspace.id}/${sent.id}`, `in/${system.workspace.id}/${written.id}`];
  const found: string[] = [];
  const query = `WorkflowId IN (${ids.map((id) => `'${id}'`).join(',')}) AND ExecutionStatus != 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query })) found.push(workflowId);
  return found;
};

/** As it is, and as it looks inside base64 (at any of three places) and in hex. */
function formsOf(secret: string): string[] {
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.from(' '.repeat(shift) + secret)
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [secret, ...base64, Buffer.from(secret).toString('hex')];
}

/** The files under the system's folder that show one of these: databases with their logs, Temporal's, logs of processes. */
function filesWith(words: string[], folder: string): string[] {
  const needles = words.flatMap(formsOf).map((form) => Buffer.from(form));
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'simulator-ledger.jsonl')
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return needles.some((needle) => bytes.includes(needle));
    });
}
const folder = () => path.join(testDirectory(), system.temporalNamespace);
const toDisk = () => sql(system.databaseUrl, 'checkpoint');

async function historiesNow(): Promise<string> {
  const texts: string[] = [];
  for await (const { workflowId, runId } of client.workflow.list()) {
    const fetched = await client.workflow
      .getHandle(workflowId, runId)
      .fetchHistory()
      .catch((error: unknown) => {
        // Removed since it was listed.
        if (error instanceof Error && /not found/.test(error.message)) return undefined;
        throw error;
      });
    if (!fetched) continue;
    const history = historyToJSON(fetched);
    const payloads = [...history.matchAll(/\{\s*"metadata":\s*(\{[^}]*\}),\s*"data":\s*"([^"]*)"/g)];
    for (const [, metadataText = '{}', data = ''] of payloads) {
      const bytes = (text: string) => Buffer.from(text, 'base64');
      const named = Object.entries(JSON.parse(metadataText) as Record<string, string>).map(([name, value]) => [name, bytes(value)]);
      const payload = { metadata: Object.fromEntries(named), data: bytes(data) };
      const [opened] = (await system.dataConverter.payloadCodecs?.[0]?.decode([payload])) ?? [];
      texts.push(Buffer.from(opened?.data ?? []).toString('latin1'));
    }
  }
  return texts.join('\n');
}

describe('before anybody asks to be forgotten', () => {
  it('no file of databases, Temporal or logs shows a number or a text, and whoever has the keys reads both', async () => {
    await toDisk();
    expect(filesWith(secrets, folder())).toEqual([]);
    const readable = await readableNow(system);
    for (const secret of secrets) expect(readable).toContain(secret);
    expect(await historiesNow()).toContain(canary);
  }, 60_000);

  it('a text that is stored readable would be found', async () => {
    await sql(system.databaseUrl, `create table careless (words text); insert into careless values ('megalosaurus')`);
    await toDisk();
    expect(filesWith(['megalosaurus'], path.join(folder(), 'postgres')).length).toBeGreaterThan(0);
    await sql(system.databaseUrl, 'drop table careless');
  });
});

describe('a contact that is erased', () => {
  let erased: any;
  let keyOfBefore: Record<string, unknown> | undefined;

  it('is gone with the answer, by number or by id, and what waited for it is canceled', async () => {
    [keyOfBefore] = await sql(system.keysDatabaseUrl, 'select * from contact_key where contact_id = $1', [sent.conversationId]);
    erased = await system.request('DELETE', `/v1/contacts/${encodeURIComponent(number)}`);
    expect(erased).toMatchObject({
      status: 200,
      body: { id: sent.conversationId, phoneNumber: null, name: null, erased: true, erasure: { canceled: 1 } },
    });
    const gone = { to: null, body: null, mediaUrls: [], metadata: {}, campaign: 'spring', erased: true };
    expect((await system.request('GET', `/v1/messages/${sent.id}`)).body).toMatchObject({ ...gone, status: 'delivered' });
    expect((await system.request('GET', `/v1/messages/${scheduled.id}`)).body).toMatchObject({ ...gone, status: 'canceled' });
    expect((await system.request('GET', `/v1/messages/${written.id}`)).body).toMatchObject({ from: null, body: null, erased: true });
    const { data } = (await system.request('GET', '/v1/conversations')).body;
    expect(data.find(({ id }: { id: string }) => id === sent.conversationId)).toMatchObject({
      contact: { phoneNumber: null },
      lastMessage: { body: null },
    });
    expect(await system.ledger(canary)).toHaveLength(1);
  });

  it('is erased once: asking again changes nothing', async () => {
    for (const named of [encodeURIComponent(number), sent.conversationId]) {
      expect((await system.request('DELETE', `/v1/contacts/${named}`)).body.erasure.erasedAt).toBe(erased.body.erasure.erasedAt);
    }
    const audit = await sql(system.databaseUrl, `select details from audit_event where action = 'contact.erased'`);
    expect(audit).toEqual([{ details: { contactId: sent.conversationId, canceled: 1 } }]);
  });

  it('can not be read with any key that is still held, neither in rows nor in histories; others can', async () => {
    const readable = await readableNow(system);
    for (const secret of secrets) expect(readable).not.toContain(secret);
    expect(readable).toContain('bystander');
    expect(readable).toContain(bystander);
    await eventually(
      async () => {
        // As its schedule does every minute.
        await client.schedule.getHandle('finish-erasures').trigger();
        return !(await historiesNow()).includes(canary);
      },
      40_000,
      1_000,
    );
    const histories = await historiesNow();
    for (const secret of secrets) expect(histories).not.toContain(secret);
    expect(histories).toContain('bystander');
    await toDisk();
    expect(filesWith(secrets, folder())).toEqual([]);
  }, 90_000);

  it('is finished when no history of it is listed any more', async () => {
    // What Temporal lists may be late, so it takes some seconds.
    const erasure = async () => (await system.request('GET', `/v1/contacts/${sent.conversationId}`)).body.erasure;
    await eventually(
      async () => {
        await client.schedule.getHandle('finish-erasures').trigger();
        return (await erasure()).finishedAt !== null;
      },
      30_000,
      1_000,
    );
  }, 60_000);

  it('stays on the list of those who opted out, by its hash alone', async () => {
    expect(await suppressionsOf(system, number)).toEqual([]);
    const { data } = (await system.request('GET', '/v1/suppressions')).body;
    expect(data).toMatchObject([{ phoneNumber: null, contactId: sent.conversationId, topic: 'marketing' }]);
    const refused = await system.send({ to: number, body: 'buy', category: 'marketing' });
    expect([refused.status, refused.body.code]).toEqual([422, 'opted_out']);
  });

  it('gets no text back by a receipt that comes late', async () => {
    const [entry] = await system.ledger(canary);
    await system.control('POST', '/callback', { sid: entry?.sid, status: 'delivered' });
    const kept = await sql(
      system.databaseUrl,
      'select 1 from callback_receipt where message_id = $1 and (raw is not null or contents is not null)',
      [sent.id],
    );
    expect(kept).toEqual([]);
  });

  it('is erased again where a restore has brought it back, of the keys or of the messages', async () => {
    const {
      workspace_id: workspaceId,
      contact_id: contactId,
      wrapped_key: wrapped,
      created_at: at,
    } = keyOfBefore as Record<string, unknown>;
    await sql(system.keysDatabaseUrl, 'insert into contact_key values ($1, $2, $3, $4)', [workspaceId, contactId, wrapped, at]);
    await sql(system.databaseUrl, 'delete from erasure');
    // As after the restore: the processes start, that of maintenance too.
    process.kill(system.processes.get('back')?.pid() as number, 'SIGKILL');
    const keysOfIt = () => sql(system.keysDatabaseUrl, 'select 1 from contact_key where contact_id = $1', [contactId]);
    await eventually(async () => (await keysOfIt()).length === 0, 30_000);
    await eventually(async () => (await sql(system.databaseUrl, `select 1 from erasure where actor = 'restore'`)).length > 0, 30_000);
    expect((await system.request('GET', `/v1/messages/${sent.id}`)).body).toMatchObject({ to: null, body: null, erased: true });
  }, 60_000);

  it('can be written to again under a new key, and what was erased stays so', async () => {
    const again = (await system.send({ to: number, body: 'a new beginning' })).body;
    expect(await system.message(again.id, ['delivered'])).toMatchObject({
      conversationId: sent.conversationId,
      to: number,
      body: 'a new beginning',
    });
    expect((await system.request('GET', `/v1/messages/${sent.id}`)).body).toMatchObject({ to: number, body: null, erased: true });
    expect((await system.request('GET', `/v1/contacts/${sent.conversationId}`)).body).toMatchObject({ phoneNumber: number, erased: false });
  });
});

(hasRedis ? describe : describe.skip)('Redis', () => {
  it('is told of workspaces, and of no number and no text, whatever was sent, written and erased', () => {
    const said = saidToRedis?.text() ?? '';
    expect(said).toContain(system.workspace.id);
    expect([...secrets, 'a new beginning', bystander.slice(2)].flatMap(formsOf).filter((form) => said.includes(form))).toEqual([]);
  });
});

describe('an erasure that is asked for wrongly', () => {
  it.each([
    ['a number that nobody wrote to', '%2B12125550999', 404],
    ['an id that does not exist', '0198c1f0-0000-7000-8000-000000000009', 404],
    ['no number and no id', 'somebody', 404],
  ])('of %s is refused', async (_what, named, status) => {
    const refused = await system.request('DELETE', `/v1/contacts/${named}`);
    expect([refused.status, refused.body.code]).toEqual([status, 'not_found']);
  });
});
