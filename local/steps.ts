/** Says what a start is doing and how long each step took. */
export class Steps {
  constructor(private readonly write: (line: string) => void) {}

  /** Runs a step and writes a line when it has ended; `describe` says what came of it. */
  async run<T>(what: string, work: () => Promise<T>, describe: (result: T) => string = () => ''): Promise<T> {
    const startedAt = performance.now();
    const took = () => `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
    try {
      const result = await work();
      this.write(`✓ ${[what, describe(result)].filter(Boolean).join(' ')}  ${took()}`);
      return result;
    } catch (error) {
      this.write(`✗ ${what}  ${took()}`);
      throw error;
    }
  }

  say(text: string): void {
    this.write(`  ${text}`);
  }
}

/** Steps that go to standard output, or to standard error where that must stay free for JSON. */
export function consoleSteps(json: boolean): Steps {
  const stream = json ? process.stderr : process.stdout;
  return new Steps((line) => stream.write(`${line}\n`));
}

export const silentSteps = new Steps(() => undefined);
