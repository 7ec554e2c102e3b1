import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { anybody } from '../support/anybody.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { receive, received } from '../support/inbound.js';
import { type System, startSystem } from '../support/system.js';

const withinMs = 30_000;
let system: System;
let old: DemoWorkspace;

beforeAll(async () => {
  system = await startSystem({ workspaces: 4 });
  old = system.workspaces[3] as DemoWorkspace;
}, 60_000);
afterAll(() => system.stop(), 60_000);

const get = (path: string, as: DemoWorkspace = system.workspace) => system.request('GET', path, { as });
const bodiesOf = (page: any): string[] => page.data.map(({ body }: { body: string }) => body);

/** All messages of a list, page after page, and how many pages that took. */
async function walk(path: string, as: DemoWorkspace, between?: () => Promise<unknown>): Promise<{ messages: any[]; pages: number }> {
  const messages: any[] = [];
  let pages = 0;
  for (let cursor: string | null = ''; cursor !== null; pages++) {
    const { status, body } = await get(path + (cursor && `&cursor=${cursor}`), as);
    expect([status, body]).toEqual([200, expect.objectContaining({ data: expect.any(Array) })]);
    messages.push(...body.data);
    cursor = body.nextCursor;
    if (cursor !== null) await between?.();
  }
  return { messages, pages };
}

async function sendAll(as: DemoWorkspace, messages: object[]): Promise<any[]> {
  const sent: any[] = [];
  // One after the other, so that their order is that in which they are named.
  for (const message of messages) {
    const { body } = await system.send(message as Record<string, unknown>, undefined, as);
    sent.push(await system.message(body.id, ['delivered', 'failed'], { withinMs, as }));
  }
  return sent;
}

describe('the history', () => {
  it('of a workspace is paged without a gap or a repeat, also while messages come in', async () => {
    const as = system.workspaces[1] as DemoWorkspace;
    const sent = await sendAll(
      as,
      Array.from({ length: 9 }, (_, n) => ({ to: anybody(), body: `before ${n}` })),
    );
    const { messages, pages } = await walk('/v1/messages?limit=2', as, () => sendAll(as, [{ to: anybody(), body: 'in between' }]));
    expect(messages.map(({ id }) => id)).toEqual(sent.map(({ id }) => id).reverse());
    expect(pages).toBe(5);
  }, 60_000);

  it('is filtered by state, direction, campaign and time, of the workspace and of a conversation', async () => {
    const as = system.workspaces[2] as DemoWorkspace;
    const to = anybody();
    await system.control('POST', '/rules', { match: { bodyIncludes: 'refused' }, action: { error: { code: 30_007 } } });
    const [first, , , last] = await sendAll(as, [
      { to, body: 'plain' },
      { to, body: 'spring', metadata: { campaign: 'spring', order: '7' } },
      { to: anybody(), body: 'spring, refused', metadata: { campaign: 'spring' } },
      { to, body: 'refused' },
    ]);
    await receive(system, { from: to, body: 'thanks', as });
    await received(system, to, 'thanks', as);
    const conversation = `/v1/conversations/${first.conversationId}/messages`;
    const found = async (path: string) => bodiesOf((await get(path, as)).body);
    expect(await found('/v1/messages?status=failed')).toEqual(['refused', 'spring, refused']);
    expect(await found('/v1/messages?status=failed,received')).toEqual(['thanks', 'refused', 'spring, refused']);
    expect(await found('/v1/messages?direction=inbound')).toEqual(['thanks']);
    expect(await found('/v1/messages?direction=outbound&status=delivered')).toEqual(['spring', 'plain']);
    expect(await found('/v1/messages?campaign=spring')).toEqual(['spring, refused', 'spring']);
    expect(await found('/v1/messages?campaign=spring&status=delivered')).toEqual(['spring']);
    expect(await found('/v1/messages?campaign=autumn')).toEqual([]);
    expect(await found(`${conversation}?direction=outbound&status=delivered`)).toEqual(['spring', 'plain']);
    expect(await found(`${conversation}?campaign=spring`)).toEqual(['spring']);
    expect(await found(`/v1/messages?since=${first.createdAt}&until=${last.createdAt}`)).toEqual(['spring, refused', 'spring', 'plain']);
    expect(await found(`${conversation}?since=${last.createdAt}`)).toEqual(['thanks', 'refused']);
    expect((await get('/v1/messages?campaign=spring&limit=1', as)).body.data[0]).toMatchObject({
      campaign: 'spring',
      metadata: { campaign: 'spring' },
    });
  }, 60_000);

  it('of months is found across weeks without a message and among many that do not fit, a bounded part at a time', async () => {
    // 12,000 messages of one evening 20 weeks ago, three of them failed; one message 30 weeks ago; nothing in between.
    const [contact] = await sql<{ id: string }>(
      system.databaseUrl,
      `insert into contact (workspace_id, id, phone_number) values ($1, gen_random_uuid(), '+12125550999') returning id`,
      [old.id],
    );
    const [sender] = await sql<{ id: string }>(system.databaseUrl, 'select id from sender where workspace_id = $1 limit 1', [old.id]);
    await sql(system.databaseUrl, `select ensure_week(now() - weeks * interval '7 days') from unnest(array[30, 20, 19]) weeks`);
    const insert = (from: number, to: number, weeks: number) =>
      sql(
        system.databaseUrl,
        `insert into message (workspace_id, created_at, id, contact_id, sender_id, body, encoding, segments, status, recorded_at, updated_at)
         select $1, date_trunc('milliseconds', now()) - ${weeks} * interval '7 days' + n * interval '1 millisecond', gen_random_uuid(), $2, $3, 'old ' || n, 'GSM-7', 1,
           case when n in (10, 6000, 11990) then 'failed' else 'delivered' end, now(), now()
         from generate_series(${from}, ${to}) n`,
        [old.id, contact?.id, sender?.id],
      );
    await insert(1, 12_000, 20);
    await insert(12_001, 12_001, 30);
    for (const path of ['/v1/messages?', `/v1/conversations/${contact?.id}/messages?`]) {
      const { messages, pages } = await walk(`${path}status=failed&limit=50`, old);
      expect(messages.map(({ body }) => body)).toEqual(['old 11990', 'old 6000', 'old 10']);
      // Each looked at 5,000 rows at most.
      expect(pages).toBeGreaterThan(2);
      expect(pages).toBeLessThan(6);
    }
    const { messages, pages } = await walk('/v1/messages?limit=100', old);
    expect([messages.length, pages]).toEqual([12_001, 121]);
    expect(messages.at(-1).body).toBe('old 12001');
    expect(new Set(messages.map(({ id }) => id)).size).toBe(12_001);
  }, 60_000);

  it('refuses a cursor that was changed, or is of another list or workspace, and filters that can not be', async () => {
    const { body } = await get('/v1/messages?limit=1', old);
    const [{ conversationId }] = body.data;
    const refused = (path: string, as: DemoWorkspace) => get(path, as).then(({ status, body: problem }) => [status, problem.code]);
    const cursor = body.nextCursor as string;
    const changed = cursor.slice(0, 5) + (cursor[5] === 'A' ? 'B' : 'A') + cursor.slice(6);
    expect(await refused(`/v1/messages?cursor=${cursor}`, old)).toEqual([200, undefined]);
    expect(await refused(`/v1/messages?cursor=${changed}`, old)).toEqual([400, 'invalid_cursor']);
    expect(await refused(`/v1/messages?cursor=${cursor}`, system.workspace)).toEqual([400, 'invalid_cursor']);
    expect(await refused(`/v1/conversations/${conversationId}/messages?cursor=${cursor}`, old)).toEqual([400, 'invalid_cursor']);
    expect(await refused(`/v1/conversations/${conversationId}/messages`, system.workspace)).toEqual([404, 'not_found']);
    for (const query of [
      'status=lost',
      'direction=up',
      'campaign=',
      'since=yesterday',
      'since=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z',
      'color=red',
    ])
      expect([query, ...(await refused(`/v1/messages?${query}`, old))]).toEqual([query, 422, 'invalid_request']);
    expect(await eventually(async () => (await get('/v1/messages?limit=1', system.workspace)).body.data)).toEqual([]);
  });
});
