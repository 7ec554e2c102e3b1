import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import type { Contents } from '../../storage/contents.js';
import { forgetWordsOf, forgetWordsOfMessages, gatherWords, wordIndexesBehind } from '../../storage/wordIndex.js';
import { anybody } from '../support/anybody.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { receive, received } from '../support/inbound.js';
import { type System, startSystem } from '../support/system.js';

const withinMs = 30_000;
/** As after the contact's key is destroyed. */
const unreadable = { open: async (all: unknown[]) => all.map(() => null) } as unknown as Contents;
let system: System;
let database: Database;
const as = (index: number) => system.workspaces[index] as DemoWorkspace;

beforeAll(async () => {
  system = await startSystem({ workspaces: 5 });
  database = new Database(system.databaseUrl, 2, createLogger('silent'));
}, 60_000);
afterAll(async () => {
  await database.close();
  await system.stop();
}, 60_000);

const switched = (words: boolean, of: DemoWorkspace) =>
  system.request('PATCH', '/v1/workspace/search', { body: { words, reason: 'a test' }, as: of });
const caughtUp = (of: DemoWorkspace) =>
  eventually(async () => {
    const { body } = await system.request('GET', '/v1/workspace/search', { as: of });
    return body.words && body.behind === 0;
  }, withinMs);
const find = async (words: string, of: DemoWorkspace, more = '', list = '/v1/messages'): Promise<string[]> => {
  const { body } = await system.request('GET', `${list}?words=${encodeURIComponent(words)}${more}`, { as: of });
  return body.data.map(({ body: text }: { body: string }) => text);
};
const stored = (of: DemoWorkspace) =>
  sql<{ n: number }>(system.databaseUrl, 'select count(*)::int as n from message_word where workspace_id = $1', [of.id]).then(
    ([row]) => row?.n ?? 0,
  );

async function send(of: DemoWorkspace, body: string, to = anybody(), more: object = {}): Promise<any> {
  const sent = await system.send({ to, body, ...more }, undefined, of);
  return system.message(sent.body.id, ['delivered'], { withinMs, as: of });
}

describe('words of messages', () => {
  it.concurrent('are found once that is switched on, also those of before, whatever their case and accents, and by all of several', async () => {
    const of = as(0);
    const to = anybody();
    await send(of, 'Your order №7 is on its way');
    expect(await system.request('GET', '/v1/messages?words=order', { as: of })).toMatchObject({
      status: 422,
      body: { code: 'word_search_off' },
    });
    expect(await stored(of)).toBe(0);
    expect(await switched(true, of)).toMatchObject({ status: 200, body: { words: true } });
    const second = await send(of, 'Ihre Bestellung ist unterwegs: Order 8, Größe M', to, { metadata: { campaign: 'parcels' } });
    await receive(system, { from: to, body: 'which ORDER do you mean?', as: of });
    await received(system, to, 'which ORDER do you mean?', of);
    await caughtUp(of);
    expect(await find('order', of)).toEqual([
      'which ORDER do you mean?',
      'Ihre Bestellung ist unterwegs: Order 8, Größe M',
      'Your order №7 is on its way',
    ]);
    expect(await find('grosse order', of)).toEqual(['Ihre Bestellung ist unterwegs: Order 8, Größe M']);
    expect(await find('order parcel', of)).toEqual([]);
    expect(await find('ord', of)).toEqual([]);
    expect(await find('order', of, '&direction=inbound')).toEqual(['which ORDER do you mean?']);
    expect(await find('order', of, '&campaign=parcels&status=delivered')).toEqual(['Ihre Bestellung ist unterwegs: Order 8, Größe M']);
    expect(await find('order', of, '', `/v1/conversations/${second.conversationId}/messages`)).toHaveLength(2);
    expect(await find('order', as(4)).catch(() => 'refused')).toBe('refused');
    const rows = await sql<{ text: string }>(system.databaseUrl, 'select message_word::text as text from message_word');
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter(({ text }) => /order|bestellung/i.test(text))).toEqual([]);
  }, 60_000);

  it.concurrent('are gone once it is switched off, and gathered anew when it is on again; a version each', async () => {
    const of = as(1);
    await switched(true, of);
    await send(of, 'to be removed');
    await caughtUp(of);
    expect(await find('removed', of)).toHaveLength(1);
    expect(await switched(false, of)).toMatchObject({ body: { words: false } });
    await eventually(async () => (await stored(of)) === 0, withinMs);
    await eventually(
      async () => (await sql(system.databaseUrl, 'select 1 from word_index where workspace_id = $1', [of.id])).length === 0,
      withinMs,
    );
    const { body } = await system.request('GET', '/v1/workspace/versions', { as: of });
    expect(body.data.slice(0, 2).map(({ changes, reason }: any) => [reason, changes])).toEqual([
      ['a test', [{ section: 'search', name: 'words', from: true, to: false }]],
      ['a test', [{ section: 'search', name: 'words', from: false, to: true }]],
    ]);
    expect(await system.request('POST', `/v1/workspace/versions/${body.data[0].version}/undo`, { as: of })).toMatchObject({ status: 200 });
    await caughtUp(of);
    expect(await find('removed', of)).toEqual(['to be removed']);
  }, 60_000);

  it.concurrent('of a contact, or of a message, can be forgotten, also while they are being gathered', async () => {
    const of = as(2);
    await switched(true, of);
    const [mine, other] = [await send(of, 'secret of mine'), await send(of, 'secret of another')];
    await caughtUp(of);
    const [cursor] = await sql<{ seq: number; at: Date; forgets: number }>(
      system.databaseUrl,
      'select 0 as seq, cursor_at as at, forgets from word_index where workspace_id = $1',
      [of.id],
    );
    await forgetWordsOf(database, of.id, mine.conversationId);
    expect(await find('secret', of)).toEqual(['secret of another']);
    // Whoever read the texts before, and comes to store their words only now.
    await sql(system.databaseUrl, 'update word_index set cursor_seq = 0 where workspace_id = $1', [of.id]);
    const late = { workspaceId: of.id, seq: 0, at: new Date(0), forgets: cursor?.forgets as number };
    expect(await gatherWords({ database, contents: unreadable }, Buffer.alloc(32), late, 100)).toBe(0);
    await forgetWordsOfMessages(database, of.id, [
      { workspaceId: of.id, messageId: other.id, createdAtMs: Date.parse(other.createdAt), contactId: other.conversationId },
    ]);
    expect(await wordIndexesBehind(database, 10)).not.toContainEqual(
      expect.objectContaining({ workspaceId: of.id, forgets: cursor?.forgets }),
    );
  }, 60_000);

  it.concurrent('are looked for within reason', async () => {
    const of = as(3);
    await switched(true, of);
    const refused = async (query: string) =>
      (await system.request('GET', `/v1/messages?words=${query}`, { as: of })).body.errors?.[0]?.field;
    expect(await refused('%20')).toBe('words');
    expect(await refused('a%20b%20c%20d%20e%20f%20g%20h%20i')).toBe('words');
    expect(await refused('x'.repeat(201))).toBe('words');
    expect(await system.request('PATCH', '/v1/workspace/search', { body: { words: 'yes' }, as: of })).toMatchObject({ status: 422 });
  });
});
