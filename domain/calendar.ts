/**
 * A workspace's rate as a row of ticks, one token each, T apart in paced time. The token of a taken tick belongs to
 * who booked it; that of a free one goes into the bucket when its time comes, if there is room.
 *
 * Ticks, and not one time that moves on, because bookings leave holes (bulk takes every second tick only, a sender's
 * own limit may allow only a later one), and a hole must not be lost to who asks next.
 */
import { clockMs, type Pace, pacedMs } from './pace.js';

export interface Calendar {
  /** Paced time of tick 0. */
  originMs: number;
  /** The first tick whose token is neither in the bucket nor known to be taken or lost. */
  next: number;
  /** Taken ticks from `next` on, ascending. */
  taken: number[];
  /** Free tokens in the bucket. */
  tokens: number;
  /** Bookings of more than one tick follow one another: the last tick of the last one, and the cost of the dearest. */
  heavy: { until: number; cost: number } | null;
}

/** How ticks lie in time. */
export interface Grid {
  intervalMs: number;
  pace: Pace | null;
}

/** A tick that is due up to this share of an interval from now is due: times carry rounding. */
const rounding = 1e-6;

export function newCalendar(originMs: number, tokens: number): Calendar {
  return { originMs, next: 1, taken: [], tokens, heavy: null };
}

/** The newest tick whose time has come. */
export function tickAt({ originMs }: Calendar, { intervalMs, pace }: Grid, atMs: number): number {
  return Math.floor((pacedMs(pace, atMs) - originMs) / intervalMs + rounding);
}

export function timeOfTick({ originMs }: Calendar, { intervalMs, pace }: Grid, tick: number): number {
  return clockMs(pace, originMs + tick * intervalMs);
}

/** The room that a heavy booking needs while it gathers its ticks: they wait for the last of them. */
export function gathering(calendar: Calendar): number {
  return calendar.heavy ? calendar.heavy.cost - 1 : 0;
}

/**
 * Brings the tokens of free ticks up to `nowTick` into the bucket, whose room is `burstLeft` less what is gathered.
 * Those that find no room are left where they are: a use that is reported late may show that there was room.
 */
export function collect(calendar: Calendar, nowTick: number, burstLeft: number): void {
  const { heavy } = calendar;
  if (heavy && heavy.until <= nowTick) {
    // What found no room while it gathered is lost: it would leave beside it.
    collectAll(calendar, heavy.until, burstLeft);
    calendar.heavy = null;
  }
  const passed = calendar.taken.findLast((tick) => tick <= nowTick);
  if (passed !== undefined) collectAll(calendar, passed, burstLeft);
  const room = Math.max(0, burstLeft - gathering(calendar) - calendar.tokens);
  const came = Math.max(0, Math.min(room, nowTick - calendar.next + 1));
  calendar.tokens += came;
  calendar.next += came;
}

/** The same up to a tick, and what finds no room is lost. */
export function collectAll(calendar: Calendar, tick: number, burstLeft: number): void {
  if (tick < calendar.next) return;
  const firstLater = calendar.taken.findIndex((one) => one > tick);
  const passed = firstLater === -1 ? calendar.taken.length : firstLater;
  const free = tick - calendar.next + 1 - passed;
  calendar.taken.splice(0, passed);
  calendar.next = tick + 1;
  const room = Math.max(0, burstLeft - gathering(calendar) - calendar.tokens);
  calendar.tokens += Math.min(free, room);
}

/** The first `count` free ticks from `from` on that `allows` lets pass. */
export function freeTicks(calendar: Calendar, from: number, count: number, allows: (tick: number) => boolean): number[] {
  const found: number[] = [];
  let tick = Math.max(from, calendar.next);
  let index = calendar.taken.findIndex((taken) => taken >= tick);
  for (; found.length < count; tick += 1) {
    if (index !== -1 && calendar.taken[index] === tick) index += 1;
    else if (allows(tick)) found.push(tick);
  }
  return found;
}

/** Books free ticks, ascending. All bookings of more than one token must begin behind `heavy.until`. */
export function take(calendar: Calendar, ticks: readonly number[], cost: number): void {
  for (const tick of ticks) {
    const index = calendar.taken.findLastIndex((taken) => taken < tick);
    calendar.taken.splice(index + 1, 0, tick);
  }
  let leading = 0;
  while (calendar.taken[leading] === calendar.next + leading) leading += 1;
  calendar.taken.splice(0, leading);
  calendar.next += leading;
  const last = ticks.at(-1);
  if (cost > 1 && last !== undefined) calendar.heavy = { until: last, cost: Math.max(cost, calendar.heavy?.cost ?? 0) };
}
