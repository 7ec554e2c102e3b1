const charactersMax = 160;

/** What an entry of the audit says besides, short: what was changed first, then why. */
export function detailsText(details: Record<string, unknown>): string {
  const { reason, before, after, ...rest } = details;
  const changed = isFlat(before) && isFlat(after) ? changesOf(before, after) : [];
  const others = Object.entries(rest).map(([name, value]) => `${name} ${wordOf(value)}`);
  const why = typeof reason === 'string' && reason !== '' ? [`“${reason}”`] : [];
  const text = [...changed, ...others, ...why].join(', ');
  return text.length > charactersMax ? `${text.slice(0, charactersMax - 1)}…` : text;
}

const isFlat = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function changesOf(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return Object.keys(after)
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => `${name} ${wordOf(before[name])} → ${wordOf(after[name])}`);
}

function wordOf(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(' ') || 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
