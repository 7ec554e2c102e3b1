/** The first letters of the first and the last word of a name; empty where it has none. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => Array.from(word ?? '')[0] ?? '')
    .join('')
    .toUpperCase();
}

/** Two letters of a name; for a bare number its last two digits, which tell numbers apart best. */
export function Avatar({ name, phoneNumber }: { name: string | null; phoneNumber: string | null }) {
  return (
    <span className="avatar" aria-hidden="true">
      {initialsOf(name ?? '') || phoneNumber?.slice(-2)}
    </span>
  );
}
