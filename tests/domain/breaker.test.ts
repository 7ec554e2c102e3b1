import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import {
  answered,
  type Breaker,
  type BreakerSettings,
  claimed,
  failed,
  forcedTo,
  leftToItself,
  newBreaker,
  openForMs,
  probeFailed,
  probeReleased,
  probeSucceeded,
  standingOf,
} from '../../domain/breaker.js';
import { breakerOpenMaxMs, breakerProbeMs, breakerWindowMs } from '../../domain/limits.js';

const ref = { scope: 'account', subject: 'twilio' } as const;
const startMs = 1_700_000_000_000;
const openMs = 10_000;
const settings: BreakerSettings = { failuresMax: 5, openMs };
const fresh = newBreaker(ref, startMs);
/** So many failures in a row at one moment. */
const failing = (times: number, nowMs = startMs, from = fresh): Breaker =>
  Array.from({ length: times }).reduce<Breaker>((breaker) => failed(breaker, 'HTTP 500', settings, nowMs) as Breaker, from);
const open = failing(5);
const halfOpen = claimed(open, 'first', startMs + openMs) as Breaker;

describe('a breaker', () => {
  it('that is not there lets everything through', () => {
    expect(standingOf(undefined, startMs)).toEqual({ kind: 'closed' });
    expect(standingOf(fresh, startMs)).toEqual({ kind: 'closed' });
  });

  it('lets nothing through while it is open, and then exactly one message', () => {
    expect(standingOf(open, startMs + openMs - 1)).toMatchObject({ kind: 'open', untilMs: startMs + openMs });
    expect(claimed(open, 'early', startMs + openMs - 1)).toBeNull();
    expect(standingOf(open, startMs + openMs)).toEqual({ kind: 'due' });
    expect(halfOpen).toMatchObject({ state: 'halfOpen', probe: 'first' });
    expect(claimed(halfOpen, 'second', startMs + openMs)).toBeNull();
    expect(standingOf(halfOpen, startMs + openMs)).toMatchObject({ kind: 'open' });
  });

  it('closes when the one that tried is answered, and by no other', () => {
    expect(probeSucceeded(halfOpen, 'second', startMs)).toBeNull();
    expect(probeSucceeded(halfOpen, 'first', startMs + 11_000)).toEqual(newBreaker(ref, startMs + 11_000));
  });

  it('stays open longer each time that one fails, up to two minutes', () => {
    let breaker = open;
    let nowMs = startMs;
    const waits: number[] = [];
    for (let failures = 0; failures < 6; failures++) {
      nowMs = breaker.retryAtMs;
      breaker = probeFailed(claimed(breaker, 'one', nowMs) as Breaker, 'one', 'HTTP 500', settings, nowMs) as Breaker;
      waits.push((breaker.retryAtMs - nowMs) / 1_000);
    }
    expect(waits).toEqual([20, 40, 80, 120, 120, 120]);
    expect(breaker.sinceMs).toBe(startMs);
    expect(openForMs(1, breakerOpenMaxMs * 5)).toBe(breakerOpenMaxMs * 5);
  });

  it('lets another try where the first never said what came of it, or did not get to it', () => {
    const lost = startMs + openMs + breakerProbeMs;
    expect(claimed(halfOpen, 'second', lost - 1)).toBeNull();
    expect(claimed(halfOpen, 'second', lost)).toMatchObject({ probe: 'second' });
    const released = probeReleased(halfOpen, 'first', startMs + openMs) as Breaker;
    expect(claimed(released, 'second', startMs + openMs)).toMatchObject({ probe: 'second' });
    expect(probeReleased(halfOpen, 'second', startMs)).toBeNull();
  });

  it('opens once, however many failures were on their way', () => {
    expect(failed(open, 'again', settings, startMs + 1)).toBeNull();
    expect(failed(halfOpen, 'again', settings, startMs + 1)).toBeNull();
  });
});

describe('a breaker that a person forces', () => {
  it('open lets nothing through, not even one that tries, and closes when its time is over', () => {
    const forced = forcedTo(halfOpen, 'open', startMs + 60_000, 'maintenance', startMs);
    expect(standingOf(forced, startMs + 59_999)).toMatchObject({ kind: 'open', untilMs: startMs + 60_000 });
    expect(claimed(forced, 'one', startMs + 30_000)).toBeNull();
    expect(standingOf(forced, startMs + 60_000)).toEqual({ kind: 'closed' });
  });

  it('closed does not open, and may again when its time is over', () => {
    const forced = forcedTo(open, 'closed', startMs + 60_000, 'it works', startMs);
    expect(standingOf(forced, startMs)).toEqual({ kind: 'closed' });
    expect(failed(forced, 'HTTP 500', settings, startMs + 1)).toBeNull();
    expect(failing(5, startMs + 60_000, forced)).toMatchObject({ state: 'open', forced: null });
  });

  it('is closed when it is left to itself; one that opened by itself stays as it is', () => {
    expect(leftToItself(forcedTo(open, 'open', startMs + 60_000, '', startMs), startMs)).toMatchObject({ state: 'closed', forced: null });
    expect(leftToItself(open, startMs)).toBeNull();
  });
});

describe('the failures that open a breaker', () => {
  it('are five in a row', () => {
    expect(failing(4)).toMatchObject({ state: 'closed', failures: 4 });
    expect(standingOf(failing(4), startMs)).toEqual({ kind: 'closed' });
    expect(open).toMatchObject({ state: 'open', failures: 0, opens: 1, reason: 'HTTP 500' });
    const recovered = answered(failing(4), startMs) as Breaker;
    expect(failing(4, startMs, recovered)).toMatchObject({ state: 'closed', failures: 4 });
    expect(answered(fresh, startMs)).toBeNull();
    expect(answered(open, startMs)).toBeNull();
  });

  it('all begin within a minute', () => {
    expect(failing(1, startMs + breakerWindowMs, failing(4))).toMatchObject({ state: 'open' });
    const later = startMs + breakerWindowMs + 1;
    expect(failing(1, later, failing(4))).toMatchObject({ state: 'closed', failures: 1, sinceMs: later });
  });
});

test('whatever happens in whatever order, never more than one message tries at a time', () => {
  const steps = fc.array(
    fc.record({
      what: fc.constantFrom('claim', 'succeed', 'fail', 'release', 'ordinary failure'),
      who: fc.constantFrom('x', 'y', 'z'),
      afterMs: fc.nat(30_000),
    }),
  );
  fc.assert(
    fc.property(steps, (all) => {
      let breaker: Breaker = open;
      let nowMs = startMs;
      /** Who tries, and since when. */
      const trying = new Map<string, number>();
      for (const { what, who, afterMs } of all) {
        nowMs += afterMs;
        const next =
          what === 'claim'
            ? claimed(breaker, who, nowMs)
            : what === 'succeed'
              ? probeSucceeded(breaker, who, nowMs)
              : what === 'fail'
                ? probeFailed(breaker, who, '', settings, nowMs)
                : what === 'release'
                  ? probeReleased(breaker, who, nowMs)
                  : failed(breaker, '', settings, nowMs);
        if (!next) continue;
        breaker = next;
        if (what === 'claim') trying.set(who, nowMs);
        else if (what !== 'ordinary failure') trying.delete(who);
        const alive = [...trying.values()].filter((sinceMs) => nowMs - sinceMs < breakerProbeMs);
        expect(alive.length).toBeLessThanOrEqual(1);
      }
    }),
  );
});
