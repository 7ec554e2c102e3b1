import type { Steps } from '../local/steps.js';
import { type Report, reportFiles, saveFiles, terminalReport } from './report.js';
import type { RunningSystem } from './target.js';

/** What every profile is asked with. */
export interface BenchOptions {
  quick: boolean;
  /** Messages of a closed loop, of each step, or of the archived week; by the size of the run where not given. */
  messages: number | undefined;
  /** How long an open loop lasts; the same. */
  seconds: number | undefined;
  /** A system that runs already; by default one of our own is started. */
  running: RunningSystem | undefined;
  /** For the product's processes. */
  env: Record<string, string>;
  keep: boolean;
  steps: Steps;
}

/** What a profile came to. */
export interface Outcome {
  /** The one line of `--json`. */
  line: object;
  table: string;
  /** Writes what is kept under docs/reports; answers the files. */
  save(): string[];
  /** What doesn't add up: a run with faults has failed. */
  faults: string[];
}

export function outcomeOf(report: Report, line: object, faults: string[]): Outcome {
  return {
    line: { profile: report.profile, ...line, faults, machine: report.machine },
    table: terminalReport(report),
    save: () => saveFiles(reportFiles(report)),
    faults,
  };
}
