import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from './eventually.js';
import { openStage, type Stage, sender } from './stage.js';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

test('the list is newest first, and filters by recipient and sender', async () => {
  const [first, other, second] = [
    await stage.send({ to: '+12125550001' }),
    await stage.send({ to: '+12125550002' }),
    await stage.send({ to: '+12125550001' }),
  ];
  const found = await stage.client.messages.list({ to: '+12125550001' });
  expect(found.map(({ sid }) => sid)).toEqual([second.sid, first.sid]);
  expect((await stage.client.messages.list({ from: sender })).map(({ sid }) => sid)).toContain(other.sid);
  expect(await stage.client.messages.list({ from: '+12125550009' })).toEqual([]);
});

test('pages neither repeat nor skip a message, although new ones arrive between them', async () => {
  const to = '+12125550003';
  const sent: string[] = [];
  for (let index = 0; index < 5; index += 1) sent.unshift((await stage.send({ to })).sid);

  const seen: string[] = [];
  let page = await stage.client.messages.page({ to, pageSize: 2 });
  for (;;) {
    seen.push(...page.instances.map(({ sid }) => sid));
    await stage.send({ to });
    const next = await page.nextPage();
    if (!next) break;
    page = next as typeof page;
  }
  expect(seen).toEqual(sent);

  const back = await page.previousPage();
  expect(back?.instances.map(({ sid }) => sid)).toEqual(sent.slice(2, 4));
});

test('a text can be listed otherwise than it was sent, and the ledger keeps what was sent', async () => {
  const to = '+12125550005';
  await stage.control('POST', '/rules', { match: { to }, action: { listedBody: 'Hel' } });
  const { sid } = await stage.send({ to, body: 'Hello' });
  expect((await stage.client.messages.list({ to })).map(({ body }) => body)).toEqual(['Hel']);
  expect((await stage.client.messages(sid).fetch()).body).toBe('Hel');
  const { json } = await stage.control('GET', '/ledger');
  expect(json.entries.find((entry: { sid: string }) => entry.sid === sid).body).toBe('Hello');
});

test('a date filter finds what was sent that day, and nothing that was not sent yet', async () => {
  const to = '+12125550004';
  await stage.control('POST', '/rules', {
    match: { to },
    times: 1,
    action: { callbacks: { statuses: [{ status: 'sent', delayMs: 60_000 }] } },
  });
  const unsent = await stage.send({ to });
  const { sid } = await stage.send({ to });
  const today = await eventually('the sent message in the list of its day', async () => {
    const dateSent = (await stage.client.messages(sid).fetch()).dateSent;
    return dateSent instanceof Date && dateSent.getTime() > 0 && dateSent;
  });
  const dayMs = 24 * 3_600_000;
  const sids = async (filter: object): Promise<string[]> =>
    (await stage.client.messages.list({ to, ...filter })).map((message) => message.sid);

  expect(await sids({ dateSent: today })).toEqual([sid]);
  expect(await sids({ dateSentAfter: today, dateSentBefore: today })).toEqual([sid]);
  expect(await sids({ dateSentAfter: new Date(today.getTime() + dayMs) })).toEqual([]);
  expect(await sids({ dateSentBefore: new Date(today.getTime() - dayMs) })).toEqual([]);
  expect(await sids({})).toEqual([sid, unsent.sid]);
});
