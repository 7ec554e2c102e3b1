import type { Site } from '../site.js';
import type { Workload } from '../workload.js';

/** What a fault takes hold of: two that touch the same are not injected together. */
export type Touched = 'processes' | 'points' | 'temporal' | 'postgres' | 'redis' | 'sends' | 'callbacks' | 'load' | 'clock';

/** What an injection may use. */
export interface Scene {
  site: Site;
  workload: Workload;
  /** From 0 to 1, by the seed. */
  draw: () => number;
  lastsMs: number;
  /** Says that sends which are under way at this moment, in this process or (null) in any, may be left without an outcome that the provider's ledger shows. */
  struck(process: string | null, what: string): void;
}

/** Ends the fault; resolves when nothing of it is left, with how often it took hold of something: one that never did has shown nothing. */
export type Heal = () => number | Promise<number>;

/** One row of the fault matrix (RELIABILITY). */
export interface Fault {
  number: number;
  name: string;
  /** In a few words, for the report. */
  injected: string;
  healed: string;
  /** The shortest and the longest, seconds. */
  lastsS: readonly [number, number];
  touches: readonly Touched[];
  /** Nothing that sends is disturbed, so that lanes keep their order all the while (I7). */
  keepsOrder?: true;
  /** Why it can't be had on this machine, where it can't. */
  impossible?(site: Site): string | undefined;
  inject(scene: Scene): Heal | Promise<Heal>;
}

/** A row that no run can inject, and why; where it is shown instead. */
export interface NotHere {
  number: number;
  name: string;
  because: string;
}
