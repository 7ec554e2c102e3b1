/** The key in a fragment such as `#key=pr_live_…`, or null. */
export function keyOfFragment(fragment: string): string | null {
  const found = /^#key=(.+)$/.exec(fragment)?.[1];
  if (!found) return null;
  try {
    return decodeURIComponent(found).trim() || null;
  } catch {
    // A stray percent sign: what was pasted is still the best guess at the key.
    return found;
  }
}
