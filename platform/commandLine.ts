/** Wrong words on the command line: said to the user with the usage, exit code 2. */
export class UsageError extends Error {}

/** What `parse` makes of the words; what it throws (node:util parseArgs) becomes a UsageError of one sentence. */
export function parseWords<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    // The parser's own message may have several sentences; its first says what is wrong.
    throw new UsageError((error as Error).message.split(/\.\s/, 1)[0]);
  }
}
