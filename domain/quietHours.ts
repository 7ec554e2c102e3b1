import { quietHoursMarginMs } from './limits.js';
import { localTime, momentOfReading } from './localTime.js';
import type { DayHours, QuietHoursTable, WeekHours } from './quietHoursTable.js';
import type { RecipientPlace } from './recipientPlace.js';

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** Zones' openings are brought together by so many steps; more would be a table that never opens. */
const stepsMax = 200;

/**
 * When a marketing message may leave: now where the recipient's hours are open, in every zone the recipient may be in,
 * else the first moment at which they are. Times are epoch milliseconds. A message must not leave within
 * `quietHoursMarginMs` before closing, since it takes its time to arrive. Throws RangeError where the table never opens.
 */
export function nextAllowedMs({ region, zones }: RecipientPlace, nowMs: number, table: QuietHoursTable): number {
  const hours = (region !== null && table.regions[region]) || table.usual;
  let atMs = nowMs;
  for (let step = 0; step < stepsMax; step++) {
    // Each zone's answer is its earliest from here, so that no moment before the latest of them can suit all.
    const openMs = Math.max(...zones.map((zone) => nextOpenMs(zone, atMs, hours)));
    if (openMs === atMs) return atMs;
    atMs = openMs;
  }
  throw new RangeError(`the hours of ${region ?? 'the usual table'} are never open in ${zones.join(', ')} at once`);
}

/** The same for one zone. */
function nextOpenMs(zone: string, atMs: number, hours: WeekHours): number {
  const { weekday, timeOfDayMs, readingMs } = localTime(zone, atMs);
  if (isOpen(hours[weekday] ?? null, timeOfDayMs)) return atMs;
  const midnightMs = readingMs - timeOfDayMs;
  for (let day = 0; day <= 7; day++) {
    const today = hours[(weekday + day) % 7] ?? null;
    if (today === null) continue;
    const opensMs = momentOfReading(zone, midnightMs + day * dayMs + today.opensAtMinute * minuteMs);
    if (opensMs > atMs) return opensMs;
  }
  throw new RangeError(`no day of the week is open in ${zone}`);
}

function isOpen(today: DayHours, timeOfDayMs: number): boolean {
  return (
    today !== null && timeOfDayMs >= today.opensAtMinute * minuteMs && timeOfDayMs < today.closesAtMinute * minuteMs - quietHoursMarginMs
  );
}
