/** Numbers of one area code that exist by its rules; the simulator gives none of them a fate of its own. */
const first = 14_152_000_000;
const count = 3_500_000;

/** The recipient of the message number `n`, E.164: another for each of 3.5 million. */
export function recipientOf(n: number): string {
  return `+${first + (n % count)}`;
}
