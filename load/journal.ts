import { closeSync, fsync, openSync, readFileSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';

const sync = promisify(fsync);

/** An acknowledged message, as the client remembers it. */
export interface JournalLine {
  n: number;
  workspaceId: string;
  id: string;
  idempotencyKey: string;
  /** Epoch milliseconds. */
  acknowledgedAtMs: number;
}

/** What was acknowledged, on disk before it counts: the client's side of "accepted means durable". Lines written together share one fsync. */
export class Journal<Line extends object = JournalLine> {
  private readonly file: number;
  private synced: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(private readonly path: string) {
    this.file = openSync(path, 'a', 0o600);
  }

  /** Resolves once the line is on disk. */
  append(line: Line): Promise<void> {
    writeSync(this.file, `${JSON.stringify(line)}\n`);
    // An fsync that has begun may have missed this line: the next one has it.
    this.next ??= (this.synced ?? Promise.resolve()).then(() => {
      this.synced = sync(this.file);
      this.next = undefined;
      return this.synced;
    });
    return this.next;
  }

  /** All lines, as the file has them. */
  lines(): Line[] {
    const text = readFileSync(this.path, 'utf8');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
  }

  close(): void {
    closeSync(this.file);
  }
}
