import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type AskLimiter, TokenBroker } from '../../limiter/tokenBroker.js';
import { acquire, Limiters, limits, permit } from './limiters.js';

beforeEach(() => void jest.useFakeTimers({ now: 1_700_000_000_000 }));
afterEach(() => void jest.useRealTimers());

describe('a message whose lane is full', () => {
  const full = async (ask: AskLimiter) => {
    const broker = new TokenBroker(ask, () => 0);
    const grants = await acquire(broker, 75, { lane: 'bulk' });
    return { broker, grants, later: grants.flatMap((grant) => (grant.kind === 'later' ? [Math.round(grant.waitMs)] : [])) };
  };

  test('is told its estimated turn, one interval after the one before', async () => {
    const { grants, later } = await full(new Limiters().ask);
    expect(grants.map(({ kind }) => kind)).toEqual([
      ...new Array<string>(50).fill('permit'),
      ...new Array<string>(10).fill('slot'),
      ...new Array<string>(15).fill('later'),
    ]);
    later.slice(1).forEach((waitMs, index) => expect(waitMs - (later[index] as number)).toBe(100));
  });

  test('costs no question while others are still to come back before it', async () => {
    const { requests, ask } = new Limiters();
    const { broker, later } = await full(ask);
    const [next] = await acquire(broker, 1, { lane: 'bulk' });
    expect(next?.kind === 'later' && next.waitMs).toBeGreaterThan(later.at(-1) as number);
    expect(requests).toHaveLength(1);
    // Another lane is asked for as ever.
    await acquire(broker, 1, { lane: 'high' });
    expect(requests).toHaveLength(2);
  });

  test('has its turn as early while another process sends some of those that come back', async () => {
    const { ask } = new Limiters();
    const { broker, later } = await full(ask);
    const other = new TokenBroker(ask, () => 0);
    await jest.advanceTimersByTimeAsync(later[0] as number);
    await acquire(other, 1, { lane: 'bulk', returning: { times: 1, waitedMs: later[0] as number } });
    await acquire(broker, 1, { lane: 'bulk', returning: { times: 1, waitedMs: later[0] as number } });
    const next = (await acquire(broker, 2, { lane: 'bulk' })).map((grant) => grant.kind === 'later' && grant.waitMs);
    expect(Number(next[1]) - Number(next[0])).toBeCloseTo(1_000 / limits.ratePerSecond);
  });

  test('shares the turns with another process that gives some too', async () => {
    const { ask } = new Limiters();
    const { broker } = await full(ask);
    await acquire(new TokenBroker(ask, () => 0), 1, { lane: 'high' });
    await acquire(broker, 1, { lane: 'high' });
    const next = (await acquire(broker, 2, { lane: 'bulk' })).map((grant) => grant.kind === 'later' && grant.waitMs);
    expect(Number(next[1]) - Number(next[0])).toBeCloseTo(2_000 / limits.ratePerSecond);
  });

  test('gets its slot when it comes back at its turn', async () => {
    const { broker, later } = await full(new Limiters().ask);
    await jest.advanceTimersByTimeAsync(later[0] as number);
    const [grant] = await acquire(broker, 1, { lane: 'bulk', returning: { times: 1, waitedMs: later[0] as number } });
    expect(grant?.kind).toBe('slot');
  });

  test('is asked for at once when the limits were changed', async () => {
    const { broker } = await full(new Limiters().ask);
    const [grant] = await acquire(broker, 1, { lane: 'bulk', given: { ...limits, ratePerSecond: 100, epoch: 2 } });
    expect(grant?.kind).toBe('slot');
  });
});

describe('a message of several segments', () => {
  test('takes as many tokens of a lease, and a dropped permit serves only one that weighs the same', async () => {
    const { requests, ask } = new Limiters();
    const broker = new TokenBroker(ask);
    await permit(broker);
    const heavy = await permit(broker, { cost: 4 });
    heavy.drop();
    await permit(broker);
    expect(await permit(broker, { cost: 4 })).toBe(heavy);
    await acquire(broker, 1, { lane: 'bulk' });
    expect(requests).toMatchObject([{ wantsLease: true }, { leaseUnused: 10, nowUnused: 1 }]);
  });
});

describe('a sender with a limit of its own', () => {
  const given = { ...limits, senders: { slow: { ratePerSecond: 1, burst: 2, cooldownUntilMs: null } } };

  test('uses no lease, and holds up no other sender', async () => {
    const { requests, ask } = new Limiters();
    const noted: string[] = [];
    const broker = new TokenBroker(ask, Math.random, (what) => noted.push(what));
    await permit(broker, { given });
    const slow = await acquire(broker, 30, { sender: 'slow', given });
    expect(slow.map(({ kind }) => kind)).toEqual([
      ...new Array<string>(2).fill('permit'),
      // Within 10 s; the tenth slot is a little over that.
      ...new Array<string>(9).fill('slot'),
      ...new Array<string>(19).fill('later'),
    ]);
    expect(requests).toHaveLength(2);
    await permit(broker, { given });
    expect(noted.filter((what) => what === 'lease')).toHaveLength(1);
    expect(requests).toHaveLength(2);
  });

  test('has what it holds reported apart', async () => {
    const { requests, ask } = new Limiters();
    const broker = new TokenBroker(ask);
    await permit(broker, { sender: 'slow', given });
    await acquire(broker, 1, { lane: 'bulk', given });
    expect(requests[1]).toMatchObject({ nowUnused: 1, sendersUnused: { slow: 1 } });
  });
});
