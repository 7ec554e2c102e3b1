/** Told to who waits for a place, or asks for one, after the door was closed: their work was not begun. */
export class TurnedAway extends Error {
  override name = 'TurnedAway';
}

interface Waiting {
  enter(): void;
  turnAway(reason: TurnedAway): void;
}

/** Lets at most so many pieces of work run at once; the others wait in order. */
export class Turns {
  private running = 0;
  private isClosed = false;
  private readonly waiting: Waiting[] = [];

  constructor(private readonly concurrentMax: number) {}

  /** Runs the work when it is its turn; settles as the work does. Rejects with TurnedAway once the door is closed. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.isClosed) throw new TurnedAway();
    if (this.running >= this.concurrentMax)
      await new Promise<void>((enter, turnAway) => {
        this.waiting.push({ enter, turnAway });
      });
    else this.running += 1;
    try {
      return await work();
    } finally {
      // The place goes to who waits longest, or is free.
      const next = this.waiting.shift();
      if (next) next.enter();
      else this.running -= 1;
    }
  }

  /** Nobody begins any more; what runs goes on to its end. */
  close(): void {
    this.isClosed = true;
    for (const { turnAway } of this.waiting.splice(0)) turnAway(new TurnedAway());
  }
}
