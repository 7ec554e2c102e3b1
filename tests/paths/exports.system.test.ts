import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { anybody } from '../support/anybody.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { receive, received } from '../support/inbound.js';
import { type Answer, type System, startSystem } from '../support/system.js';

const withinMs = 60_000;
let system: System;
const as = (index: number) => system.workspaces[index] as DemoWorkspace;

beforeAll(async () => {
  system = await startSystem({
    workspaces: 4,
    processes: [
      { name: 'front', roles: 'server,messages,sends,limiter' },
      { name: 'one', roles: 'maintenance' },
      { name: 'two', roles: 'maintenance' },
    ],
  });
}, 60_000);
afterAll(() => system.stop(), 60_000);

const hourAgo = () => new Date(Date.now() - 3_600_000).toISOString();
const start = (of: DemoWorkspace, body: object, headers: Record<string, string> = {}) =>
  system.request('POST', '/v1/exports', { body, headers, as: of });
const progress = async (of: DemoWorkspace, id: string) => (await system.request('GET', `/v1/exports/${id}`, { as: of })).body;
const finished = (of: DemoWorkspace, { body }: Answer) =>
  eventually(async () => {
    const seen = await progress(of, body.id);
    return seen.state === 'done' && seen;
  }, withinMs);
const fetched = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const partsOf = (of: DemoWorkspace, id: string) => {
  try {
    return readdirSync(path.join(system.archiveDirectory, 'exports', of.id, id));
  } catch {
    return [];
  }
};

async function exchange(of: DemoWorkspace): Promise<string> {
  const to = anybody();
  const { body } = await system.send({ to, body: 'an order', metadata: { campaign: 'spring' } }, undefined, of);
  await system.message(body.id, ['delivered'], { withinMs, as: of });
  await receive(system, { from: to, body: '=1+1, "yes"', as: of });
  await received(system, to, '=1+1, "yes"', of);
  return to;
}

describe('an export', () => {
  it.concurrent('is fetched by its link, which needs no key, as CSV or JSONL, filtered, and not by anybody else', async () => {
    const of = as(0);
    const to = await exchange(of);
    const csv = await start(of, { since: hourAgo(), reason: 'the auditor asks' });
    expect(csv).toMatchObject({ status: 202, body: { id: expect.any(String), format: 'csv' } });
    const done = await finished(of, csv);
    expect(done).toMatchObject({
      state: 'done',
      rows: 2,
      percent: 100,
      format: 'csv',
      url: expect.any(String),
      expiresAt: expect.any(String),
    });
    const file = await fetched(done.url);
    expect(file.headers.get('content-disposition')).toBe(`attachment; filename="messages-${csv.body.id}.csv"`);
    const lines = file.text.split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toContain(`received,${of.senders[0]},${to},"'=1+1, ""yes""",`);
    expect(lines[2]).toContain(`delivered,${to},${of.senders[0]},an order,spring,`);
    expect(Buffer.byteLength(file.text)).toBe(done.bytes);

    const jsonl = await finished(of, await start(of, { since: hourAgo(), format: 'jsonl', campaign: 'spring', status: 'delivered' }));
    const rows = (await fetched(jsonl.url)).text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toMatchObject([{ body: 'an order', campaign: 'spring', to, direction: 'outbound' }]);

    expect(await progress(as(1), csv.body.id)).toMatchObject({ code: 'not_found' });
    const refused = async (url: string) => {
      const { status, text } = await fetched(url);
      return [status, JSON.parse(text).code];
    };
    const url = new URL(done.url);
    const changed = (name: string, value: string) => {
      const copy = new URL(url);
      copy.searchParams.set(name, value);
      return copy.href;
    };
    expect(await refused(changed('expires', String(Date.now() + 9e9)))).toEqual([403, 'export_link_refused']);
    expect(await refused(changed('parts', '2'))).toEqual([403, 'export_link_refused']);
    expect(await refused(url.href.replace(of.id, as(1).id))).toEqual([403, 'export_link_refused']);
    expect(await refused(url.href.replace('.csv', '.jsonl'))).toEqual([403, 'export_link_refused']);
    const [audited] = await sql<{ actions: string[] }>(
      system.databaseUrl,
      `select array_agg(distinct action order by action) as actions from audit_event where workspace_id = $1 and action like 'export.%'`,
      [of.id],
    );
    expect(audited?.actions).toEqual(['export.fetched', 'export.started']);
  }, 60_000);

  it.concurrent('over more than a year, or of no time at all, is refused', async () => {
    const days = (n: number) => new Date(Date.now() - n * 24 * 3_600_000).toISOString();
    expect(await start(as(1), { since: days(367) })).toMatchObject({ status: 422, body: { code: 'export_too_long' } });
    expect(await start(as(1), { since: days(400), until: days(30) })).toMatchObject({ status: 422, body: { code: 'export_too_long' } });
    expect(await start(as(1), { since: days(400), until: days(36) })).toMatchObject({ status: 202 });
    for (const body of [
      {},
      { since: days(1), until: days(2) },
      { since: days(-1) },
      { since: 'yesterday' },
      { since: days(1), format: 'xml' },
    ])
      expect([body, (await start(as(1), body)).status]).toEqual([body, 422]);
    expect(await start(as(1), { since: days(1), words: 'order' })).toMatchObject({ status: 422, body: { code: 'word_search_off' } });
  });

  it.concurrent('that is canceled leaves nothing, and is started once under a key', async () => {
    const of = as(2);
    await exchange(of);
    const body = { since: hourAgo() };
    const key = { 'idempotency-key': 'one-export' };
    const [first, again] = [await start(of, body, key), await start(of, body, key)];
    expect(again).toMatchObject({ status: 202, body: { id: first.body.id } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const { url } = await finished(of, first);
    expect(partsOf(of, first.body.id)).toEqual(['000000.csv']);
    const stored = path.join(system.archiveDirectory, 'exports', of.id, first.body.id, '000000.csv');
    expect(readFileSync(stored, 'utf8')).not.toMatch(/order|spring/);
    await system.request('POST', `/v1/exports/${first.body.id}/cancel`, { as: of });
    await eventually(async () => (await progress(of, first.body.id)).state === 'canceled', withinMs);
    expect(await progress(of, first.body.id)).toMatchObject({ url: null });
    expect(partsOf(of, first.body.id)).toEqual([]);
    expect((await fetched(url)).status).toBe(404);
  }, 60_000);

  it.concurrent('ends when a contact that may be in it is erased, and says why; others stay', async () => {
    const of = as(1);
    const [gone, other] = [await exchange(of), await exchange(of)];
    const idOf = async (number: string) => (await system.request('GET', `/v1/contacts/${encodeURIComponent(number)}`, { as: of })).body.id;
    const [all, ofOther] = [
      await finished(of, await start(of, { since: hourAgo() })),
      await finished(of, await start(of, { since: hourAgo(), conversationId: await idOf(other) })),
    ];
    expect(all).toMatchObject({ rows: 4, endedBecause: null });
    await system.request('DELETE', `/v1/contacts/${encodeURIComponent(gone)}`, { as: of });
    await eventually(async () => {
      await system.temporal.schedule.getHandle('finish-erasures').trigger();
      return (await progress(of, all.id)).state === 'expired';
    }, withinMs);
    expect(await progress(of, all.id)).toMatchObject({ endedBecause: 'contactErased', url: null });
    expect(partsOf(of, all.id)).toEqual([]);
    const refused = await fetched(all.url);
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      404,
      expect.objectContaining({ detail: expect.stringMatching(/was erased/) }),
    ]);
    expect((await progress(of, ofOther.id)).state).toBe('done');
    expect((await fetched(ofOther.url)).text).toContain(other);
  }, 60_000);

  it.concurrent('whose worker is killed in the midst of it goes on in another, and ends with the right file', async () => {
    const of = as(3);
    const rows = 30_000;
    await sql(
      system.databaseUrl,
      `with somebody as (insert into contact (workspace_id, id, phone_number) values ($1, gen_random_uuid(), '+12125550998') returning id)
       insert into message (workspace_id, created_at, id, contact_id, sender_id, body, encoding, segments, status, recorded_at, updated_at)
       select $1, date_trunc('milliseconds', now()) - n * interval '10 milliseconds', gen_random_uuid(), c.id, (select id from sender where workspace_id = $1 limit 1),
         repeat('text ', 40) || n, 'GSM-7', 1, 'delivered', now(), now() from somebody c, generate_series(1, ${rows}) n`,
      [of.id],
    );
    const started = await start(of, { since: hourAgo(), format: 'jsonl' });
    // Both workers: nobody is left who holds what was under way.
    await eventually(async () => partsOf(of, started.body.id).length >= 1, withinMs);
    for (const name of ['one', 'two']) process.kill(system.processes.get(name)?.pid() as number, 'SIGKILL');
    const done = await finished(of, started);
    expect(done.rows).toBe(rows);
    expect(partsOf(of, started.body.id).length).toBeGreaterThan(2);
    const { text } = await fetched(done.url);
    const numbers = text
      .trimEnd()
      .split('\n')
      .map((line) => Number(JSON.parse(line).body.split(' ').at(-1)));
    expect(numbers).toEqual(Array.from({ length: rows }, (_, n) => n + 1));
  }, 120_000);
});
