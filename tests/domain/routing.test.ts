import { randomUUID } from 'node:crypto';
import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { healthAfter } from '../../domain/health.js';
import { type Choice, providersInTurn, type RouteEntry, routeTo } from '../../domain/routing.js';

const well = () => 1;
const all = () => true;
const choiceOf = (more: Partial<Choice> = {}): Choice => ({ key: randomUUID(), healthOf: well, isAvailable: all, ...more });

const route: RouteEntry[] = [
  { provider: 'a', weight: 80, order: 1 },
  { provider: 'b', weight: 20, order: 2 },
];

const names = ['a', 'b', 'c', 'd'];
const routes = fc
  .uniqueArray(fc.constantFrom(...names), { minLength: 1 })
  .chain((providers) =>
    fc.record({
      weights: fc.array(fc.nat(100), { minLength: providers.length, maxLength: providers.length }),
      orders: fc.shuffledSubarray([1, 2, 3, 4], { minLength: providers.length, maxLength: providers.length }),
      providers: fc.constant(providers),
    }),
  )
  .map(({ providers, weights, orders }): RouteEntry[] =>
    providers.map((provider, index) => ({ provider, weight: weights[index] as number, order: orders[index] as number })),
  );
const healths = fc.record(Object.fromEntries(names.map((name) => [name, fc.double({ min: 0.05, max: 1, noNaN: true })])));
const openSets = fc.subarray(names);

/** The share of so many messages that goes to each provider first. */
function shares(entries: RouteEntry[], messages: number, more: Partial<Choice> = {}): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let index = 0; index < messages; index++) {
    const [first = ''] = providersInTurn(entries, choiceOf(more));
    counts[first] = (counts[first] ?? 0) + 1 / messages;
  }
  return counts;
}

describe('the choice of a provider', () => {
  test('is the same for the same message, names each provider once, and puts those that are open last', () => {
    fc.assert(
      fc.property(routes, healths, openSets, fc.uuid(), (entries, health, open, key) => {
        const choice = choiceOf({ key, healthOf: (name) => health[name] as number, isAvailable: (name) => !open.includes(name) });
        const turn = providersInTurn(entries, choice);
        expect(providersInTurn([...entries].reverse(), choice)).toEqual(turn);
        expect([...turn].sort()).toEqual(entries.map(({ provider }) => provider).sort());
        const firstAway = turn.findIndex((name) => open.includes(name));
        expect(firstAway === -1 || turn.slice(firstAway).every((name) => open.includes(name))).toBe(true);
      }),
    );
  });

  test('falls over in the order that was given', () => {
    fc.assert(
      fc.property(routes, fc.uuid(), (entries, key) => {
        const [first, ...rest] = providersInTurn(entries, choiceOf({ key }));
        const inOrder = [...entries].sort((a, b) => a.order - b.order).map(({ provider }) => provider);
        expect(rest).toEqual(inOrder.filter((name) => name !== first));
      }),
    );
  });

  test('moves only the messages of a provider that goes away, and none between two others', () => {
    fc.assert(
      fc.property(routes, fc.uuid(), fc.constantFrom(...names), (entries, key, gone) => {
        const [before] = providersInTurn(entries, choiceOf({ key }));
        const [after] = providersInTurn(entries, choiceOf({ key, isAvailable: (name) => name !== gone }));
        const isDrawn = entries.some(({ provider, weight }) => provider !== gone && weight > 0);
        if (before !== gone && isDrawn) expect(after).toBe(before);
      }),
    );
  });

  it('keeps weights of 80 and 20 over 500 messages', () => {
    const { a = 0, b = 0 } = shares(route, 500);
    expect(a).toBeGreaterThan(0.73);
    expect(a).toBeLessThan(0.87);
    expect(a + b).toBeCloseTo(1);
  });

  it('shifts when one of two falls ill, never leaves it wholly, and comes back slowly', () => {
    let atMs = 1_700_000_000_000;
    let ill = healthAfter(undefined, { successes: 0, failures: 0 }, atMs);
    const shareOfA = () => shares(route, 2_000, { healthOf: (name) => (name === 'a' ? ill.value : 1) }).a ?? 0;
    // Small steps: one failure is hardly seen.
    ill = healthAfter(ill, { successes: 9, failures: 1 }, (atMs += 1_000));
    expect(shareOfA()).toBeGreaterThan(0.75);
    for (let second = 0; second < 10; second++) ill = healthAfter(ill, { successes: 2, failures: 6 }, (atMs += 1_000));
    expect(shareOfA()).toBeGreaterThan(0.08);
    expect(shareOfA()).toBeLessThan(0.3);
    // As many successes as there were failures make little good.
    ill = healthAfter(ill, { successes: 60, failures: 0 }, (atMs += 1_000));
    expect(ill.value).toBeLessThan(0.5);
    for (let minute = 0; minute < 20; minute++) ill = healthAfter(ill, { successes: 5, failures: 0 }, (atMs += 60_000));
    expect(ill.value).toBe(1);
    expect(shareOfA()).toBeGreaterThan(0.75);
  });

  it('keeps the provider that a contact knows, whatever its weight, until it is open or in bad health', () => {
    const known = choiceOf({ kept: 'b' });
    expect(providersInTurn(route, known)).toEqual(['b', 'a']);
    expect(providersInTurn(route, { ...known, isAvailable: (name) => name !== 'b' })).toEqual(['a', 'b']);
    const { b = 0 } = shares(route, 500, { kept: 'b', healthOf: (name) => (name === 'b' ? 0.3 : 1) });
    expect(b).toBeLessThan(0.2);
  });

  it('leaves a provider of weight 0 to stand in for the others', () => {
    const standby = [
      { provider: 'a', weight: 100, order: 2 },
      { provider: 'b', weight: 0, order: 1 },
    ];
    expect(shares(standby, 100)).toEqual({ a: expect.closeTo(1) });
    expect(providersInTurn(standby, choiceOf({ isAvailable: (name) => name === 'b' }))).toEqual(['b', 'a']);
  });
});

test("a country's own route comes before the one for all others", () => {
  const routesOf = { US: [route[0] as RouteEntry], '*': [route[1] as RouteEntry] };
  expect(routeTo(routesOf, 'US')?.[0]?.provider).toBe('a');
  expect(routeTo(routesOf, 'GB')?.[0]?.provider).toBe('b');
  expect(routeTo(routesOf, undefined)?.[0]?.provider).toBe('b');
  expect(routeTo({}, 'US')).toBeUndefined();
  expect(routeTo({}, 'constructor')).toBeUndefined();
});
