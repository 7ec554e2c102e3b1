import { randomOf } from './random.js';

/** A rate that holds for a time. */
export interface Phase {
  perSecond: number;
  seconds: number;
}

/**
 * When each request of an open loop is due, in milliseconds after the start, evenly within each phase. They are due then whatever
 * comes back, and what a request takes counts from then on: a system that is slow must not slow its own measurement.
 */
export function arrivals(phases: readonly Phase[]): number[] {
  let startMs = 0;
  return phases.flatMap(({ perSecond, seconds }) => {
    const first = startMs;
    startMs += seconds * 1_000;
    return Array.from({ length: Math.round(perSecond * seconds) }, (_, n) => first + (n * 1_000) / perSecond);
  });
}

/**
 * A place for each of `count` requests, of `places`: the first is wanted most, the k-th a k-th as often (Zipf). Drawn from a seed
 * of its own, so that two runs ask alike.
 */
export function zipfPlaces(count: number, places: number): number[] {
  let sum = 0;
  const upTo = Array.from({ length: places }, (_, place) => (sum += 1 / (place + 1)));
  const draw = randomOf(places);
  return Array.from({ length: count }, () => {
    const at = draw() * sum;
    const place = upTo.findIndex((bound) => at < bound);
    return place < 0 ? places - 1 : place;
  });
}
