const dayMs = 24 * 60 * 60_000;

/** Of the local calendar day. Counted in UTC, where every day has 24 hours. */
function dayNumber(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / dayMs;
}

export function clockText(iso: string): string {
  return new Date(iso).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}

/** The heading above a day's messages. */
export function dayText(iso: string, now = new Date()): string {
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
export function listTimeText(iso: string, now = new Date()): string {
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
