/** Two letters of a name; for a bare number its last two digits, which tell numbers apart best. */
export function Avatar({ name, phoneNumber }: { name: string | null; phoneNumber: string | null }) {
  const words = (name ?? '').trim().split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => Array.from(word ?? '')[0] ?? '').join('');
  return (
    <span className="avatar" aria-hidden="true">
      {letters.toUpperCase() || phoneNumber?.slice(-2)}
    </span>
  );
}
