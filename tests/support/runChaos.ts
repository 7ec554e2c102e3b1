import { execFile } from 'node:child_process';
import path from 'node:path';

const program = path.join(__dirname, '../../dist/chaos/main.js');

export interface ChaosLine {
  lost: number;
  duplicates: number;
  parkedWithoutCause: number;
  unfinished: number;
  acknowledged: number;
  injected: { fault: number; hits: number }[];
  impossible: { number: number; why: string }[];
  lookedAt: Record<string, number>;
  findings: { invariant: string; what: string }[];
  command: string;
}

/** Runs `npm run chaos -- …words --json`; answers its line and its exit code. One that breaks down fails with all it said, the command among it. */
export function runChaos(words: string[]): Promise<{ line: ChaosLine; code: number }> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...words, '--json'], { maxBuffer: 50_000_000 }, (error, stdout, stderr) => {
      try {
        resolve({ line: JSON.parse(stdout) as ChaosLine, code: error ? Number(error.code) : 0 });
      } catch {
        reject(new Error(`the run printed no line of JSON:\n${stdout}\n${stderr}`));
      }
    });
  });
}
