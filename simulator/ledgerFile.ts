import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A file of JSON lines that is appended to and read once, at start. Lines are written at once and in one piece, before
 * the request is answered, so that killing the simulator never loses an accept the client knows of.
 */
export class JsonLines<Row> {
  private readonly descriptor: number;
  /** The rows found at start, oldest first. */
  readonly found: Row[];

  /** @param path created with its folders when absent */
  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.found = existsSync(path) ? readRows<Row>(path) : [];
    this.descriptor = openSync(path, 'a');
  }

  append(row: Row): void {
    writeSync(this.descriptor, `${JSON.stringify(row)}\n`);
  }

  clear(): void {
    ftruncateSync(this.descriptor, 0);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

function readRows<Row>(path: string): Row[] {
  const content = readFileSync(path);
  // A line without its end was cut by a crash of the machine: its request was never answered. It goes, or the next line would join it.
  const complete = content.lastIndexOf('\n') + 1;
  if (complete < content.length) truncateSync(path, complete);
  return content
    .toString('utf8', 0, complete)
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => parseRow<Row>(line, `${path}, line ${index + 1}`));
}

function parseRow<Row>(line: string, place: string): Row {
  try {
    return JSON.parse(line) as Row;
  } catch {
    throw new Error(`${place} is not JSON, so this is no ledger of the simulator`);
  }
}
