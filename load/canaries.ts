import { randomBytes } from 'node:crypto';

/** Marks the messages of one run, so that each can be found again at the provider by its text. */
export class Canaries {
  private readonly pattern: RegExp;

  /** @param run the run's name, ten hex digits; made up where none is given */
  constructor(readonly run = randomBytes(5).toString('hex')) {
    this.pattern = new RegExp(`#${run}-(\\d+)\\b`);
  }

  /** The idempotency key of message number `n`. */
  keyOf(n: number): string {
    return `${this.run}-${n}`;
  }

  /** The text of message number `n`: one segment, and no other message has it. */
  bodyOf(n: number): string {
    return `Hello, your parcel arrives today between 14:00 and 16:00. Reference #${this.run}-${n}`;
  }

  /** The number of the message that a text belongs to; undefined where it is of another run. */
  numberIn(body: string): number | undefined {
    const found = this.pattern.exec(body)?.[1];
    return found === undefined ? undefined : Number(found);
  }
}
