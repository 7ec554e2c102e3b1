/** Numbers of one area code that exist by its rules; the simulator gives none of them a fate of its own. */
const first = 14_152_000_000;
const count = 3_500_000;
/** The last ones belong to workspaces: whoever of its contacts is being looked at. */
const openCount = 500_000;

/** The recipient of the message number `n`, E.164: another for each of 3 million. */
export function recipientOf(n: number): string {
  return `+${first + (n % (count - openCount))}`;
}

/** The contact of workspace number `place` whose conversation its sockets have open, E.164. */
export function openContactOf(place: number): string {
  return `+${first + count - openCount + (place % openCount)}`;
}
