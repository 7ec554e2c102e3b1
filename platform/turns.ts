/** Told to who waits for a place, or asks for one, after the door was closed: their work was not begun. */
export class TurnedAway extends Error {
  override name = 'TurnedAway';
}

interface Waiting {
  enter(): void;
  turnAway(reason: TurnedAway): void;
}

interface Party {
  running: number;
  waiting: Waiting[];
}

/**
 * Lets at most so many pieces of work run at once, and of one party no more than its share. The others wait: those of one
 * party in order, and the parties take turns, so that who brings much waits behind itself and holds up nobody else.
 */
export class Turns {
  private running = 0;
  private isClosed = false;
  /** In the order in which they come next: a Map keeps it. Who has nothing to do is forgotten. */
  private readonly parties = new Map<string, Party>();

  constructor(
    private readonly concurrentMax: number,
    private readonly concurrentOfPartyMax = concurrentMax,
  ) {}

  /** Runs the work of a party when it is its turn; settles as the work does. Rejects with TurnedAway once the door is closed. */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (this.isClosed) throw new TurnedAway();
    const party = this.parties.get(name) ?? { running: 0, waiting: [] };
    this.parties.set(name, party);
    await new Promise<void>((enter, turnAway) => {
      party.waiting.push({ enter, turnAway });
      this.letIn();
    });
    try {
      return await work();
    } finally {
      this.running -= 1;
      party.running -= 1;
      if (party.running === 0 && party.waiting.length === 0) this.parties.delete(name);
      this.letIn();
    }
  }

  /** Nobody begins any more; what runs goes on to its end. */
  close(): void {
    this.isClosed = true;
    for (const { waiting } of this.parties.values()) for (const { turnAway } of waiting.splice(0)) turnAway(new TurnedAway());
  }

  private letIn(): void {
    for (const [name, party] of this.parties) {
      if (this.running >= this.concurrentMax) return;
      if (party.running >= this.concurrentOfPartyMax) continue;
      const next = party.waiting.shift();
      if (!next) continue;
      this.running += 1;
      party.running += 1;
      // To the end of the line of parties: iteration comes to it once more where there are still free places.
      this.parties.delete(name);
      this.parties.set(name, party);
      next.enter();
    }
  }
}
