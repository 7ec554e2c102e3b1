import { describe, expect, it } from '@jest/globals';
import { type Breaker, type BreakerRef, newBreaker } from '../../domain/breaker.js';
import { type Sender, type Setup, wayFrom, waysByRoute } from '../../domain/ways.js';

const nowMs = 1_700_000_000_000;
const sender = (id: string, provider: string): Sender => ({ id, provider, phoneNumber: `+1415555010${id}` });
const [a1, a2, b1] = [sender('1', 'a'), sender('2', 'a'), sender('3', 'b')] as const;
const route = [
  { provider: 'a', weight: 100, order: 1 },
  { provider: 'b', weight: 0, order: 2 },
];
const open = (scope: BreakerRef['scope'], subject: string, inMs = 10_000): Breaker => ({
  ...newBreaker({ scope, subject }, nowMs),
  state: 'open',
  retryAtMs: nowMs + inMs,
});
const setup = (more: Partial<Setup> = {}): Setup => ({
  accounts: [{ provider: 'a' }, { provider: 'b' }],
  senders: [a1, a2, b1],
  routes: { US: route },
  breakers: [],
  limits: { senders: {} },
  ...more,
});
const to = '+14155552671';
const ways = (given: Setup, own?: Sender, recipient = to) =>
  waysByRoute(given, { messageId: 'm', to: recipient, sender: own }, () => 1, nowMs).map((way) => `${way.sender.id} ${way.standing.kind}`);

describe('the ways of a message by its route', () => {
  it('go from its own number where that lives there, else from the first of the provider', () => {
    expect(ways(setup())).toEqual(['1 closed', '3 closed']);
    expect(ways(setup(), a2)).toEqual(['2 closed', '3 closed']);
  });

  it('lead around what is open: an account to the next provider, a sender to the next number', () => {
    expect(ways(setup({ breakers: [open('account', 'a')] }), a1)).toEqual(['3 closed', '1 open']);
    expect(ways(setup({ breakers: [open('sender', '1')] }), a1)).toEqual(['2 closed', '3 closed']);
    expect(ways(setup({ breakers: [open('account', 'a', -1)] }), a1)).toEqual(['1 due', '3 closed']);
  });

  it('lead around a number that cools down', () => {
    const limits = { senders: { 1: { cooldownUntilMs: nowMs + 1 }, 2: { cooldownUntilMs: nowMs + 1 } } };
    expect(ways(setup({ limits }), a1)).toEqual(['3 closed', '1 closed']);
  });

  it('leave out providers without an account or a number, and countries without a route', () => {
    expect(ways(setup({ accounts: [{ provider: 'b' }] }), a1)).toEqual(['3 closed']);
    expect(ways(setup({ senders: [a1] }), a1)).toEqual(['1 closed']);
    expect(ways(setup(), a1, '+442071838750')).toEqual([]);
    expect(ways(setup({ routes: {} }), a1)).toEqual([]);
  });
});

it('a message that keeps to its number waits for the longer of the two breakers before it', () => {
  const given = setup({ breakers: [open('account', 'a', 5_000), open('sender', '1', 9_000)] });
  expect(wayFrom(given, a1, nowMs).standing).toMatchObject({ kind: 'open', untilMs: nowMs + 9_000 });
  expect(wayFrom(given, a2, nowMs).standing).toMatchObject({ kind: 'open', untilMs: nowMs + 5_000 });
  expect(wayFrom(given, b1, nowMs).standing).toEqual({ kind: 'closed' });
});
