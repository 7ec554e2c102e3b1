import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anybody } from '../support/anybody.js';
import { type System, startSystem } from '../support/system.js';

const file = path.join(__dirname, '../support/clockAhead.cjs');
const dayMs = 24 * 60 * 60_000;
const validityMs = 4 * 60 * 60_000;
let system: System;

beforeAll(async () => {
  system = await startSystem({
    processes: [
      { name: 'behind', roles: 'server', file, env: { CLOCK_AHEAD_MS: String(-dayMs) } },
      { name: 'ahead', roles: 'messages,sends,limiter,maintenance', file, env: { CLOCK_AHEAD_MS: String(3 * dayMs) } },
    ],
  });
}, 90_000);
afterAll(() => system?.stop(), 60_000);

describe('a server whose clock is a day behind, beside a worker whose clock is three days ahead', () => {
  it('accepts messages that are sent, and are of use for as long as any', async () => {
    const sent = await Promise.all(Array.from({ length: 10 }, (_, n) => system.send({ to: anybody(), body: `of today ${n}.` })));
    for (const { body } of sent) {
      const shown = await system.message(body.id, ['delivered'], { withinMs: 30_000 });
      expect(Math.abs(Date.parse(shown.validUntil) - validityMs - Date.now())).toBeLessThan(60_000);
    }
    for (let n = 0; n < 10; n++) expect(await system.ledger(`of today ${n}.`)).toHaveLength(1);
  }, 90_000);

  it('takes a time for a sending as it is meant, and refuses one that is over', async () => {
    const sendAt = new Date(Date.now() + 4_000).toISOString();
    const { body } = await system.send({ to: anybody(), body: 'in four seconds', sendAt });
    await system.message(body.id, ['delivered'], { withinMs: 30_000 });
    const [line] = await system.ledger('in four seconds');
    expect(line?.requestReceivedAtMs).toBeGreaterThanOrEqual(Date.parse(sendAt));
    const over = await system.request('POST', '/v1/messages', {
      body: { to: anybody(), body: 'an hour ago', sendAt: new Date(Date.now() - 3_600_000).toISOString() },
    });
    expect([over.status, over.body.code]).toEqual([422, 'invalid_request']);
  }, 60_000);

  it('tells the operator by how much', async () => {
    const aheadS = async (name: string) => {
      const text = await (await fetch(system.metricsUrls.get(name) ?? '')).text();
      return Number(/^postrider_clock_ahead_seconds\{[^}]*\} (\S+)$/m.exec(text)?.[1]);
    };
    expect(Math.abs((await aheadS('behind')) + dayMs / 1_000)).toBeLessThan(5);
    expect(Math.abs((await aheadS('ahead')) - (3 * dayMs) / 1_000)).toBeLessThan(5);
  });
});
