import { serverNow } from './serverClock.js';

const dayMs = 24 * 60 * 60_000;

/** Of the local calendar day. Counted in UTC, where every day has 24 hours. Cheap, where `dayText` is not. */
export function dayNumber(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / dayMs;
}

export function clockText(iso: string, precision: 'minutes' | 'seconds' = 'minutes'): string {
  const seconds = precision === 'seconds' ? ({ second: '2-digit' } as const) : {};
  return new Date(iso).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', ...seconds });
}

/** The heading above a day's messages. */
export function dayText(iso: string, now = serverNow()): string {
  const date = new Date(iso);
  const age = dayNumber(now) - dayNumber(date);
  if (age === 0) return 'Today';
  if (age === 1) return 'Yesterday';
  return date.toLocaleDateString(undefined, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  });
}

/** As short as a list has room for: the time today, then the weekday, then the date. */
export function listTimeText(iso: string, now = serverNow()): string {
  const date = new Date(iso);
  const age = dayNumber(now) - dayNumber(date);
  if (age <= 0) return clockText(iso);
  if (age === 1) return 'Yesterday';
  if (age < 7) return date.toLocaleDateString(undefined, { weekday: 'short' });
  return date.toLocaleDateString(undefined, { day: 'numeric', month: 'short', ...(age > 300 ? { year: 'numeric' } : {}) });
}

export function fullTimeText(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

const agoUnits = [
  ['s', 1],
  ['min', 60],
  ['h', 3_600],
  ['d', 86_400],
] as const;

/** How far a time is from now: `12 s ago`, `in 3 min`, `2 d ago`; `now` within a second. */
export function agoText(iso: string, nowMs: number): string {
  const seconds = Math.round((nowMs - Date.parse(iso)) / 1_000);
  const far = Math.abs(seconds);
  if (far <= 1) return 'now';
  // A unit begins at twice its length, so that no step is of half of what was shown.
  const [unit, length] = agoUnits.findLast(([, one]) => far >= one * 2) ?? agoUnits[0];
  const amount = `${Math.floor(far / length)} ${unit}`;
  return seconds > 0 ? `${amount} ago` : `in ${amount}`;
}

/** When something leaves: `today, 17:00`, `tomorrow, 09:00`, `Mon, 1 Dec, 09:00`. */
export function leavingText(iso: string, now = serverNow()): string {
  const date = new Date(iso);
  const age = dayNumber(now) - dayNumber(date);
  const day =
    age === 0
      ? 'today'
      : age === -1
        ? 'tomorrow'
        : date.toLocaleDateString(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
  return `${day}, ${clockText(iso)}`;
}

/** What an input of the type datetime-local wants, by this machine's time zone. */
export function localInputText(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
