import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Named points of the product's processes (faultPoints.cjs) that are armed by files: a process that takes the file away is the one it happens to. */
export class Points {
  /** How often each was taken since it was armed first. */
  private readonly taken = new Map<string, number>();

  constructor(readonly directory: string) {
    mkdirSync(directory, { recursive: true });
  }

  arm(point: string, value = ''): void {
    this.count(point);
    writeFileSync(this.fileOf(point), value);
  }

  /** Answers how often it was taken. */
  disarm(point: string): number {
    this.count(point);
    const taken = this.taken.get(point) ?? 0;
    this.taken.delete(point);
    rmSync(this.fileOf(point), { force: true });
    return taken;
  }

  private count(point: string): void {
    const before = this.taken.get(point);
    if (before === undefined) this.taken.set(point, 0);
    else if (!existsSync(this.fileOf(point))) this.taken.set(point, before + 1);
  }

  private fileOf(point: string): string {
    return path.join(this.directory, point);
  }
}
