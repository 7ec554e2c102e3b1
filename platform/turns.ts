/** Lets at most so many pieces of work run at once; the others wait in order. */
export class Turns {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly concurrentMax: number) {}

  /** Runs the work when it is its turn; settles as the work does. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.concurrentMax) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running += 1;
    try {
      return await work();
    } finally {
      // The place goes to who waits longest, or is free.
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
