import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import {
  holdingSafetyMs,
  leaseLifeMs,
  leaseTokensMax,
  nowTokenLifeMs,
  reserveBatchMax,
  reserveBatchWindowMs,
  slotValidityMs,
} from '../../domain/limits.js';
import type { Priority } from '../../domain/priority.js';
import { plainLimits } from '../../domain/rateLimit.js';
import { TokenBroker } from '../../limiter/tokenBroker.js';
import { type Departure, drawsFrom, excessInWorstWindow, rounding } from '../domain/slidingWindow.js';
import { acquire, enough, Limiters, limits, passed, permit, turn } from './limiters.js';

beforeEach(() => void jest.useFakeTimers({ now: 1_700_000_000_000 }));
afterEach(() => void jest.useRealTimers());

describe('questions', () => {
  test('what is asked within a few milliseconds goes into one', async () => {
    const { requests, ask } = new Limiters();
    const noted: string[] = [];
    const broker = new TokenBroker(ask, Math.random, (what) => noted.push(what));
    const early = [broker.acquire('w', turn({ lane: 'high' }), limits), broker.acquire('w', turn({ lane: 'normal' }), limits)];
    await jest.advanceTimersByTimeAsync(reserveBatchWindowMs - 1);
    const late = broker.acquire('w', turn({ lane: 'bulk' }), limits);
    expect(requests).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(enough);
    expect((await Promise.all([...early, late])).map(({ kind }) => kind)).toEqual(['permit', 'permit', 'permit']);
    expect(requests).toMatchObject([{ leaseUnused: 0, nowUnused: 0, wantsLease: true, limits }]);
    expect(requests[0]?.wants.map(({ lane }) => lane)).toEqual(['high', 'normal', 'bulk']);
    expect(noted).toEqual(['question', 'asked', 'asked', 'asked']);
  });

  test('of one workspace are never two under way; what comes meanwhile goes into the next', async () => {
    const { requests, ask } = new Limiters(() => 500);
    const broker = new TokenBroker(ask);
    const first = broker.acquire('w', turn({ lane: 'bulk' }), limits);
    await jest.advanceTimersByTimeAsync(100);
    const meanwhile = [broker.acquire('w', turn({ lane: 'bulk' }), limits), broker.acquire('w', turn({ lane: 'bulk' }), limits)];
    await jest.advanceTimersByTimeAsync(800);
    expect(requests).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1_200);
    await Promise.all([first, ...meanwhile]);
    expect(requests.map(({ wants }) => wants.length)).toEqual([1, 2]);
  });

  test('of one workspace do not wait for another one', async () => {
    const { requests, ask } = new Limiters(() => 10_000);
    const broker = new TokenBroker(ask);
    for (const workspaceId of ['a', 'b', 'c']) void broker.acquire(workspaceId, turn(), limits);
    await jest.advanceTimersByTimeAsync(enough);
    expect(requests.map(({ workspaceId }) => workspaceId)).toEqual(['a', 'b', 'c']);
  });

  test('are asked in portions where very many wait', async () => {
    const { requests, ask } = new Limiters();
    await acquire(new TokenBroker(ask), 2 * reserveBatchMax + 1, { lane: 'high' });
    expect(requests.map(({ wants }) => wants.length)).toEqual([reserveBatchMax, reserveBatchMax, 1]);
  });

  test('that fail fail for all that were asked together, and the next is asked anew', async () => {
    const limiters = new Limiters();
    let away = true;
    const broker = new TokenBroker((...question) => (away ? Promise.reject(new Error('away')) : limiters.ask(...question)));
    const lost = Promise.allSettled([1, 2, 3].map(() => broker.acquire('w', turn({ lane: 'normal' }), limits)));
    await jest.advanceTimersByTimeAsync(enough);
    expect((await lost).map((result) => result.status === 'rejected' && String(result.reason))).toEqual([
      'Error: away',
      'Error: away',
      'Error: away',
    ]);
    away = false;
    expect((await acquire(broker)).map(({ kind }) => kind)).toEqual(['permit']);
  });

  test('tell what this process holds and has not used', async () => {
    const { requests, ask } = new Limiters();
    const broker = new TokenBroker(ask);
    const [first, second, third] = await Promise.all([
      permit(broker, { lane: 'bulk' }),
      permit(broker, { lane: 'bulk' }),
      permit(broker, { lane: 'bulk' }),
    ]);
    first.used();
    first.used();
    await acquire(broker, 1, { lane: 'bulk' });
    second.used();
    third.used();
    await acquire(broker, 1, { lane: 'bulk' });
    expect(requests.map(({ nowUnused }) => nowUnused)).toEqual([0, 2, 1]);
  });
});

describe('a lease', () => {
  test('serves the next ten messages without a question', async () => {
    const { requests, ask } = new Limiters();
    const noted: string[] = [];
    const broker = new TokenBroker(ask, Math.random, (what) => noted.push(what));
    for (let message = 0; message < 1 + leaseTokensMax; message += 1) (await permit(broker)).used();
    expect(requests).toHaveLength(1);
    expect(noted).toEqual(['question', 'asked', ...new Array<string>(leaseTokensMax).fill('lease')]);
    (await permit(broker)).used();
    expect(requests[1]).toMatchObject({ leaseUnused: 0, nowUnused: 0 });
  });

  test('is reported with what is left of it and what its messages have not used yet', async () => {
    const { requests, ask } = new Limiters();
    const broker = new TokenBroker(ask);
    for (let message = 0; message < 4; message += 1) (await permit(broker)).used();
    await permit(broker);
    await acquire(broker, 1, { lane: 'bulk' });
    expect(requests[1]).toMatchObject({ leaseUnused: 7, nowUnused: 0, wantsLease: false });
  });

  test('is never taken for bulk, nor used by bulk', async () => {
    const { requests, ask } = new Limiters();
    const broker = new TokenBroker(ask);
    await acquire(broker, 2, { lane: 'bulk' });
    await acquire(broker, 1, { lane: 'normal' });
    await acquire(broker, 1, { lane: 'bulk' });
    expect(requests.map(({ wants, wantsLease }) => [wants.map(({ lane }) => lane).join(), wantsLease])).toEqual([
      ['bulk,bulk', false],
      ['normal', true],
      ['bulk', false],
    ]);
  });

  test('is not used when its time is over', async () => {
    const { requests, ask } = new Limiters();
    const broker = new TokenBroker(ask);
    (await permit(broker)).used();
    const goodUntil = leaseLifeMs - holdingSafetyMs;
    await jest.advanceTimersByTimeAsync(goodUntil - enough - 100);
    const last = await permit(broker);
    expect([requests.length, last.isGood()]).toEqual([1, true]);
    await jest.advanceTimersByTimeAsync(100);
    expect(last.isGood()).toBe(false);
    await permit(broker);
    expect(requests).toHaveLength(2);
    expect(requests[1]).toMatchObject({ wantsLease: true });
  });

  test('given under older limits is not used any more', async () => {
    const { requests, ask } = new Limiters();
    const broker = new TokenBroker(ask);
    (await permit(broker)).used();
    const slower = { ...limits, ratePerSecond: 1, epoch: 2 };
    expect((await permit(broker, { given: slower })).limitsEpoch).toBe(2);
    expect(requests[1]).toMatchObject({ leaseUnused: 0, limits: slower });
    // Who still reads the old limits gets what the new ones allow.
    expect((await permit(broker, { given: limits })).limitsEpoch).toBe(2);
    expect(requests).toHaveLength(2);
  });
});

describe('a permit', () => {
  test('that is dropped serves the next message, of whatever lane', async () => {
    const { requests, ask } = new Limiters();
    const broker = new TokenBroker(ask);
    const dropped = await permit(broker, { lane: 'normal' });
    dropped.drop();
    expect(await permit(broker, { lane: 'bulk' })).toBe(dropped);
    expect(requests).toHaveLength(1);
  });

  test('that is dropped serves nobody when its limits are old', async () => {
    const { ask } = new Limiters();
    const broker = new TokenBroker(ask);
    const dropped = await permit(broker);
    dropped.drop();
    expect(await permit(broker, { given: { ...limits, epoch: 2 } })).not.toBe(dropped);
    expect(dropped.isGood()).toBe(false);
  });

  test('is good until shortly before the limiter writes it off, and then serves nobody', async () => {
    const { requests, ask } = new Limiters();
    const broker = new TokenBroker(ask);
    const [used, dropped, spare] = [
      await permit(broker, { lane: 'bulk' }),
      await permit(broker, { lane: 'bulk' }),
      await permit(broker, { lane: 'bulk' }),
    ];
    expect(used.isGood()).toBe(true);
    used.used();
    expect(used.isGood()).toBe(false);
    spare.drop();
    await jest.advanceTimersByTimeAsync(nowTokenLifeMs - holdingSafetyMs - 3 * enough);
    expect(dropped.isGood()).toBe(true);
    await jest.advanceTimersByTimeAsync(3 * enough);
    expect(dropped.isGood()).toBe(false);
    dropped.drop();
    const next = await permit(broker, { lane: 'bulk' });
    expect([used, dropped, spare]).not.toContain(next);
    expect(requests.at(-1)).toMatchObject({ nowUnused: 0 });
  });

  test('that nobody closed is not reported as held when its time is over', async () => {
    const { requests, ask } = new Limiters();
    const broker = new TokenBroker(ask);
    await permit(broker, { lane: 'bulk' });
    await jest.advanceTimersByTimeAsync(nowTokenLifeMs);
    await permit(broker, { lane: 'bulk' });
    expect(requests[1]).toMatchObject({ nowUnused: 0 });
  });
});

describe('a slot', () => {
  test('is a time from the answer on, good for a moment, under the limits it was given under', async () => {
    const { ask } = new Limiters(() => 20);
    const broker = new TokenBroker(ask);
    const answeredMs = Date.now() + reserveBatchWindowMs + 40;
    const grants = Promise.all(Array.from({ length: 52 }, () => broker.acquire('w', turn({ lane: 'bulk' }), limits)));
    await jest.advanceTimersByTimeAsync(100);
    expect((await grants).flatMap((grant) => (grant.kind === 'slot' ? [grant.token] : []))).toEqual([
      { notBeforeMs: answeredMs + 100, goodUntilMs: answeredMs + 100 + slotValidityMs, limitsEpoch: 1 },
      { notBeforeMs: answeredMs + 200, goodUntilMs: answeredMs + 200 + slotValidityMs, limitsEpoch: 1 },
    ]);
  });
});

test('two processes with one limiter stay within the limit, however late they use what they hold', async () => {
  let departed = 0;
  const life = fc.record({
    afterMs: fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 4_000 })),
    by: fc.nat({ max: 1 }),
    count: fc.integer({ min: 1, max: 40 }),
    bulk: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.integer({ min: 5, max: 60 }),
      fc.array(life, { minLength: 2, maxLength: 15 }),
      async (seed, burst, lives) => {
        const draw = drawsFrom(seed);
        const given = plainLimits({ ratePerSecond: 20, burst, epoch: 1 });
        const { ask } = new Limiters(() => draw() * 40);
        const brokers = [new TokenBroker(ask), new TokenBroker(ask)] as const;
        const departures: Departure[] = [];

        const send = async (broker: TokenBroker, lane: Priority): Promise<void> => {
          const grant = await broker.acquire('w', turn({ lane }), given);
          if (grant.kind === 'later') return;
          if (grant.kind === 'slot') {
            await passed(grant.token.notBeforeMs - Date.now() + draw() * 100);
            if (Date.now() <= grant.token.goodUntilMs) departures.push({ atMs: Date.now(), cost: 1 });
            return;
          }
          const fate = draw();
          await passed(fate < 0.7 ? fate * 50 : draw() * nowTokenLifeMs);
          if (fate > 0.9 || !grant.permit.isGood()) grant.permit.drop();
          else {
            grant.permit.used();
            departures.push({ atMs: Date.now(), cost: 1 });
          }
        };

        for (const { afterMs, by, count, bulk } of lives) {
          await jest.advanceTimersByTimeAsync(afterMs);
          for (let message = 0; message < count; message += 1) void send(brokers[by as 0 | 1], bulk ? 'bulk' : 'normal');
        }
        await jest.advanceTimersByTimeAsync(2 * nowTokenLifeMs);
        departed += departures.length;
        expect(excessInWorstWindow(departures, given)).toBeLessThan(rounding);
      },
    ),
    { numRuns: 30 },
  );
  expect(departed).toBeGreaterThan(2_000);
});

describe('a slot whose time has come', () => {
  const slotOf = (goodForMs: number) => ({ notBeforeMs: Date.now(), goodUntilMs: Date.now() + goodForMs, limitsEpoch: limits.epoch });

  test('serves the next message where its own may not leave yet, until it is missed', async () => {
    const { requests, ask } = new Limiters();
    const broker = new TokenBroker(ask);
    broker.redeem('w', slotOf(slotValidityMs), turn(), limits).drop();
    const grant = await broker.acquire('w', turn(), limits);
    expect([grant.kind, requests.length]).toEqual(['permit', 0]);
    if (grant.kind === 'permit') grant.permit.drop();
    await jest.advanceTimersByTimeAsync(slotValidityMs);
    const later = broker.acquire('w', turn(), limits);
    await jest.advanceTimersByTimeAsync(enough);
    await later;
    expect(requests).toHaveLength(1);
  });

  test('serves nobody else once it was used, and is never told to the limiter as held', async () => {
    const { requests, ask } = new Limiters();
    const broker = new TokenBroker(ask);
    broker.redeem('w', slotOf(slotValidityMs), turn(), limits).used();
    const open = broker.redeem('w', slotOf(slotValidityMs), turn(), limits);
    const asked = broker.acquire('w', turn(), limits);
    await jest.advanceTimersByTimeAsync(enough);
    expect((await asked).kind).toBe('permit');
    expect(requests).toMatchObject([{ leaseUnused: 0, nowUnused: 0, sendersUnused: {} }]);
    expect(open.isGood()).toBe(true);
  });
});
