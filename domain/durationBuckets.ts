/**
 * Times as counts in buckets, which can be added up over minutes, processes and workspaces. A bucket is four to an octave wide
 * (19 %): number 1 has what took a millisecond at most, number 97 what took 2^24 ms (4.7 hours) and more.
 */
const bucketsPerOctave = 4;
export const durationBucketsMax = 97;

/** The longest time of a bucket, milliseconds. */
export function bucketEndMs(bucket: number): number {
  return 2 ** ((bucket - 1) / bucketsPerOctave);
}

/** The bucket of a time, from 1; the same that `bucketSql` finds. */
export function bucketOf(tookMs: number): number {
  return Math.min(durationBucketsMax, Math.max(1, Math.ceil(bucketsPerOctave * Math.log2(Math.max(tookMs, 1))) + 1));
}

/** The same as an expression of SQL, of one that answers milliseconds. */
export function bucketSql(tookMs: string): string {
  return `least(${durationBucketsMax}, greatest(1, ceil(${bucketsPerOctave} * ln(greatest(${tookMs}, 1)::float8) / ln(2::float8))::integer + 1))`;
}

/**
 * The time that a share of what was counted did not exceed, milliseconds; null where nothing was. Within a bucket what was
 * counted is taken to be spread evenly: the answer is off by a bucket's width at most.
 *
 * @param counts of bucket 1, 2, …; missing ones are 0
 * @param share from 0 to 1
 */
export function percentileMs(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const wanted = share * total;
  let below = 0;
  for (const [index, count] of counts.entries()) {
    if (count > 0 && below + count >= wanted) {
      const from = index === 0 ? 0 : bucketEndMs(index);
      return from + ((bucketEndMs(index + 1) - from) * Math.max(0, wanted - below)) / count;
    }
    below += count;
  }
  return bucketEndMs(counts.length);
}
