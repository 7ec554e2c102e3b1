import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anybody } from '../support/anybody.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { receive, received } from '../support/inbound.js';
import { type System, startSystem } from '../support/system.js';

const withinMs = 60_000;
const refuse = { error: { code: 30_007 } };
const program = path.join(__dirname, '../../dist/main/rebuildMessages.js');

let system: System;

beforeAll(async () => {
  system = await startSystem({ env: { RECONCILE_DELAYS_S: '1,2', PROVIDER_HOLD_S: '1', PROVIDER_RESPONSE_TIMEOUT_MS: '1500' } });
  await system.request('PATCH', '/v1/workspace/limits', { body: { cooldownMs: 0 } });
}, 60_000);
afterAll(() => system.stop(), 60_000);

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const rule = (bodyIncludes: string, action: object, times = 1) =>
  system.control('POST', '/rules', { match: { bodyIncludes }, action, times });
const act = (id: string, what: string, body: object = {}) => system.request('POST', `/v1/messages/${id}/${what}`, { body });

/** A message once it is in one of these states. */
async function lives(body: string, statuses: string[], fields: object = {}): Promise<string> {
  const sent = await system.send({ to: anybody(), body, ...fields });
  await system.message(sent.body.id, statuses, { withinMs });
  return sent.body.id;
}

/** Every kind of life, each to where nothing moves it any more. */
const kinds: Record<string, () => Promise<unknown>> = {
  delivered: () => lives('delivered', ['delivered'], { metadata: { campaign: 'autumn' }, priority: 'high' }),
  'with news late and doubled': async () => {
    await rule('doubled', { callbacks: { times: 3 } });
    await lives('doubled', ['delivered']);
  },
  failed: async () => {
    await rule('failed for good', refuse);
    await lives('failed for good', ['failed']);
  },
  'tried again by itself': async () => {
    await rule('refused for its rate', { rateLimited: { retryAfterS: 1 } }, 2);
    await lives('refused for its rate', ['delivered']);
  },
  scheduled: () => lives('scheduled', ['scheduled'], { sendAt: inAnHour(), category: 'marketing' }),
  canceled: async () => act(await lives('canceled', ['scheduled'], { sendAt: inAnHour() }), 'cancel'),
  parked: async () => {
    await rule('parked', { http500: 'before' });
    await lives('parked', ['parked']);
  },
  retried: async () => {
    await rule('retried', { http500: 'before' });
    const id = await lives('retried', ['parked']);
    expect(await act(id, 'retry', { confirm: 'may-have-been-sent' })).toMatchObject({ status: 200 });
    await system.message(id, ['delivered'], { withinMs });
  },
  'put aside while it waited, and let go': async () => {
    const id = await lives('put aside', ['scheduled'], { sendAt: inAnHour() });
    await act(id, 'park');
    expect(await act(id, 'retry')).toMatchObject({ status: 200 });
    await system.message(id, ['delivered'], { withinMs: 120_000 });
  },
  dismissed: async () => {
    await rule('dismissed', refuse);
    expect(await act(await lives('dismissed', ['failed']), 'dismiss')).toMatchObject({ status: 200 });
  },
  redriven: async () => {
    // A handset that does not exist: one that is only switched off gets a second try by itself.
    await rule('redriven', { error: { code: 30_005 } });
    const id = await lives('redriven', ['failed', 'undelivered'], { validitySeconds: 60 });
    const redrive = '/v1/queues/failed/redrive';
    expect(await system.request('POST', redrive, { body: { filter: { errorCode: ['30005'] } } })).toMatchObject({ status: 202 });
    await system.message(id, ['delivered'], { withinMs });
  },
  'opted out, and heard of': async () => {
    const from = '+12125557001';
    const { body } = await system.send({ to: from, body: 'stopped', sendAt: inAnHour() });
    await system.message(body.id, ['scheduled']);
    await receive(system, { from, body: 'STOP' });
    await system.message(body.id, ['failed'], { withinMs });
    await received(system, from, 'STOP');
  },
};

const about = [
  'id, created_at, contact_id, sender_id, unknown_sender, direction, priority, category, encoding, segments, generation, valid_until',
  'accepted_at, send_at, routed, campaign, consent, status, attempt, provider_message_id, error_code, error_message, failed_at',
].join(', ');
const rows = () =>
  sql(system.databaseUrl, `select ${about}, recorded_at is null as is_open from message where workspace_id = $1 order by created_at, id`, [
    system.workspace.id,
  ]);

/** What is written in each message, as its people read it. */
async function texts(): Promise<string[]> {
  const ids = (await rows()).map(({ id }) => id);
  return Promise.all(ids.map(async (id) => (await system.request('GET', `/v1/messages/${id}`)).body.body));
}

async function rebuild(...words: string[]): Promise<string> {
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  const period = ['--workspace', system.workspace.id, '--from', day(-1), '--to', day(1)];
  const env = { PATH: process.env.PATH, DATABASE_URL: system.databaseUrl };
  return (await promisify(execFile)(process.execPath, [program, ...period, ...words], { env })).stdout.trim();
}

describe('the events of messages', () => {
  it('make their table again, row by row, whatever happened to it', async () => {
    await Promise.all(Object.values(kinds).map((live) => live()));
    const count = Object.keys(kinds).length + 1;
    // What has ended is recorded a moment later.
    const before = await eventually(async () => {
      const all = await rows();
      return all.filter((row) => row.is_open).every((row) => row.status === 'scheduled') && all;
    }, withinMs);
    expect(before).toHaveLength(count);
    expect(await rebuild()).toBe(`${count} messages: 0 missing, 0 different; 0 left, their events do not say`);

    // As a superuser who knows no trigger: a third is lost, another third says something else.
    const textsBefore = await texts();
    await sql(
      system.databaseUrl,
      `set session_replication_role = replica;
       create temp table third as select id, row_number() over (order by id) % 3 as n from message;
       delete from message where id in (select id from third where n = 0);
       update message set status = 'sent', attempt = 7, sender_id = null, unknown_sender = 'x', direction = 'inbound', generation = 9, send_at = null,
         failed_at = now(), recorded_at = null, routed = true, error_code = 'x' where id in (select id from third where n = 1);`,
    );
    const lost = count - (await rows()).length;
    const spoilt = (await rows()).filter((row) => row.attempt === 7).length;
    expect([lost > 2, spoilt > 2]).toEqual([true, true]);
    expect(await rebuild()).toBe(`${count} messages: ${lost} missing, ${spoilt} different; 0 left, their events do not say`);
    expect(await rebuild('--apply')).toBe(`${count} messages: ${lost} made, ${spoilt} corrected; 0 left, their events do not say`);
    expect(await rows()).toEqual(before);
    expect(await rebuild()).toBe(`${count} messages: 0 missing, 0 different; 0 left, their events do not say`);
    // What was written in them is in no event: who has lost it has lost it, and nobody else.
    const textsNow = await texts();
    expect(textsNow.filter((text) => text === null)).toHaveLength(lost);
    expect(textsBefore).toEqual(expect.arrayContaining(textsNow.filter((text) => text !== null)));
  }, 240_000);

  it('are asked for with a workspace and a period, or it is said how', async () => {
    const said = await promisify(execFile)(process.execPath, [program, '--workspace', 'x'], { env: { PATH: process.env.PATH } }).catch(
      (error) => error,
    );
    expect([said.code, said.stderr]).toEqual([2, expect.stringMatching(/--workspace must be the id.*--from TIME --to TIME/s)]);
  });
});
