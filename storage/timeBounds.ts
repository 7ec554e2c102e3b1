/**
 * The first and the last time of a batch, as parameters of their own. Postgres chooses partitions before a statement starts
 * only by parameters, not by the rows of an array: without them each statement opens every week (0.65 against 1.05 ms of
 * CPU for an advance over 6 weeks of partitions).
 */
export function timeBounds(rows: readonly { createdAtMs: number }[]): [Date, Date] {
  const times = rows.map(({ createdAtMs }) => createdAtMs);
  return [new Date(Math.min(...times)), new Date(Math.max(...times))];
}
