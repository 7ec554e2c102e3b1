const deadlineMsDefault = 30_000;
const pollMs = 5;

/**
 * Waits until `read` gives something other than null, undefined or false.
 *
 * @param what names the condition in the failure
 * @param deadlineMs milliseconds to wait at most
 */
export async function eventually<Value>(
  what: string,
  read: () => Value | Promise<Value>,
  deadlineMs = deadlineMsDefault,
): Promise<NonNullable<Exclude<Value, false>>> {
  const until = Date.now() + deadlineMs;
  for (;;) {
    const value = await read();
    if (value !== null && value !== undefined && value !== false) return value as NonNullable<Exclude<Value, false>>;
    if (Date.now() > until) throw new Error(`Not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
