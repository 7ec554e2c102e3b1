import { execFile } from 'node:child_process';
import path from 'node:path';
import type { DemoWorkspace } from '../../main/seedDemo.js';

export interface Said {
  code: number;
  out: string;
  err: string;
}

/** Runs the operator's command of the build, as `npm run postrider --` does, as a workspace of a system. */
export function operator(
  { url, env: more }: { url: string; env?: Record<string, string> },
  { apiKey }: Pick<DemoWorkspace, 'apiKey'>,
  ...words: string[]
): Promise<Said> {
  const program = path.join(__dirname, '../../dist/main/operator.js');
  const env = { ...process.env, POSTRIDER_URL: url, POSTRIDER_API_KEY: apiKey, ...more };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...words], { env }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}
