/**
 * Works on items in their order, so many at once. Takes no further one once `mayGoOn` says no. Rejects as `work` does.
 */
export async function severalAtOnce<T>(
  items: readonly T[],
  concurrentMax: number,
  work: (item: T) => Promise<unknown>,
  mayGoOn: () => boolean = () => true,
): Promise<void> {
  const left = items.values();
  const worker = async () => {
    while (mayGoOn()) {
      const { value, done } = left.next();
      if (done) return;
      await work(value);
    }
  };
  await Promise.all(Array.from({ length: concurrentMax }, worker));
}
