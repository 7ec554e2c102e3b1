import { randomOf } from '../load/random.js';
import { type Fault, faultNumbered } from './faults/catalogue.js';

/** One injection: a fault or a pair of faults, from when and for how long, seconds after the start of the workload. */
export interface Round {
  number: number;
  faults: number[];
  atS: number;
  lastsS: number;
  /** Of what is drawn within it: which process, which moment. */
  seed: number;
}

/** Before the first injection all works for this long, seconds; and between a heal and the next injection. */
const quietFirstS = 6;
const quietMinS = 4;
const quietMaxS = 12;
/** So often two faults come together. */
const pairShare = 0.3;
/** The pairs that are looked for most. */
const knownPairs: readonly (readonly [number, number])[] = [
  [3, 11],
  [25, 30],
  [9, 19],
];

/** How long the shortest run with each of these faults takes, seconds, one after the other. */
export function secondsNeeded(numbers: readonly number[]): number {
  return quietFirstS + numbers.reduce((sum, number) => sum + injectable(number).lastsS[0] + quietMinS, 0);
}

/**
 * What a run does, decided by the seed alone: all faults in a drawn order, then in another one, alone or in pairs that do not touch
 * the same thing, until the time is over. The last round ends within it. Where there is little time, rounds are short.
 *
 * @param numbers of faults that can be injected
 */
export function schedule(seed: number, minutes: number, numbers: readonly number[]): Round[] {
  const draw = randomOf(seed);
  const endS = minutes * 60;
  const rounds: Round[] = [];
  let waiting = shuffled(numbers, draw);
  let atS = quietFirstS;
  for (;;) {
    const first = waiting[0];
    if (first === undefined) return rounds;
    // Those that still have not been get their time before any lasts long.
    const restS = rounds.length < numbers.length ? secondsNeeded(waiting.slice(1)) - quietFirstS : 0;
    const [shortestS, longestS] = injectable(first).lastsS;
    const roomS = endS - atS - restS - (restS > 0 ? quietMinS : 0);
    if (endS - atS < shortestS) return rounds;
    const lastsS = Math.min(Math.max(shortestS, Math.min(roomS, shortestS + draw() * (longestS - shortestS))), endS - atS);
    const partner = draw() < pairShare ? partnerOf(first, waiting.slice(1), numbers, draw) : undefined;
    const faults = partner === undefined ? [first] : [first, partner];
    rounds.push({
      number: rounds.length + 1,
      faults,
      atS: rounded(atS),
      lastsS: rounded(lastsS),
      seed: Math.floor(draw() * 2 ** 32),
    });
    waiting = waiting.slice(1).filter((number) => number !== partner);
    if (waiting.length === 0) waiting = shuffled(numbers, draw);
    const quietS = quietMinS + draw() * (quietMaxS - quietMinS);
    atS += lastsS + (restS > 0 ? Math.min(quietS, quietMinS + Math.max(0, roomS - lastsS) / numbers.length) : quietS);
  }
}

const rounded = (seconds: number) => Math.round(seconds * 1_000) / 1_000;

/** A fault that can be injected beside another: known to be worth it, or drawn. */
function partnerOf(first: number, waiting: readonly number[], all: readonly number[], draw: () => number): number | undefined {
  const known = knownPairs.flatMap(([a, b]) => (a === first ? [b] : b === first ? [a] : [])).filter((number) => all.includes(number));
  const others = shuffled(waiting, draw);
  return [...known, ...others].find((other) => other !== first && mayMeet(injectable(first), injectable(other)));
}

/** Two faults of one thing would undo each other. */
export function mayMeet(one: Fault, other: Fault): boolean {
  return one.touches.every((thing) => !other.touches.includes(thing));
}

function injectable(number: number): Fault {
  const fault = faultNumbered(number);
  if ('because' in fault) throw new Error(`fault ${number} can't be injected: ${fault.because}`);
  return fault;
}

/** In a drawn order (Fisher–Yates). */
function shuffled<T>(items: readonly T[], draw: () => number): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(draw() * (last + 1));
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}
