import { execFile } from 'node:child_process';
import path from 'node:path';

/** Runs `npm run demo -- …words --json` on a system of its own; answers its line and its exit code. */
export function runDemo(words: string[]): Promise<{ line: Record<string, any>; code: number }> {
  const program = path.join(__dirname, '../../dist/main/demo.js');
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...words, '--json'], { maxBuffer: 10_000_000 }, (error, stdout, stderr) => {
      try {
        resolve({ line: JSON.parse(stdout) as Record<string, any>, code: error ? Number(error.code) : 0 });
      } catch {
        reject(new Error(`the demo printed no line of JSON:\n${stdout}\n${stderr}`));
      }
    });
  });
}
