/** A moment as the clocks of a zone show it. */
export interface LocalTime {
  /** 0 = Sunday. */
  weekday: number;
  /** Milliseconds since local midnight, as the clock shows them. */
  timeOfDayMs: number;
  /** The clock's reading as if it were UTC, epoch milliseconds. */
  readingMs: number;
}

const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const numeric = 'numeric';
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  });
  formats.set(zone, format);
  return format;
}

/** Throws RangeError for a zone that is not in the time zone database. Not for workflow code, where a replay may know other rules. */
export function localTime(zone: string, atMs: number): LocalTime {
  const part = Object.fromEntries(
    formatOf(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  const seconds = Date.UTC(year, month - 1, day, hour, minute, second);
  const readingMs = seconds + (((atMs % 1_000) + 1_000) % 1_000);
  return { weekday: new Date(readingMs).getUTCDay(), timeOfDayMs: readingMs % dayMs, readingMs };
}

/**
 * The first moment at which the zone's clock shows this reading (epoch milliseconds as if UTC), or would have shown it,
 * where the clock was put forward over it.
 */
export function momentOfReading(zone: string, readingMs: number): number {
  const offsetAt = (atMs: number) => localTime(zone, atMs).readingMs - atMs;
  const candidates = [readingMs - offsetAt(readingMs - dayMs), readingMs - offsetAt(readingMs + dayMs)];
  const shown = candidates.filter((atMs) => localTime(zone, atMs).readingMs === readingMs);
  return shown.length > 0 ? Math.min(...shown) : Math.max(...candidates);
}
