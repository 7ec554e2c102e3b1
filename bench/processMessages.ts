import { fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

interface Reply<Answer> {
  event: 'ready' | 'answer' | 'failed';
  answer?: Answer;
  error?: string;
}

/** In a helper process: says that it is ready, answers the parent's requests, and ends with the parent. */
export function answerRequests<Request, Answer>(handle: (request: Request) => Promise<Answer>, end: () => Promise<void>): void {
  const reply = (message: Reply<Answer>) => {
    if (process.connected) process.send?.(message);
  };
  process.on('message', (request: Request) => {
    handle(request).then(
      (answer) => reply({ event: 'answer', answer }),
      (error: unknown) => reply({ event: 'failed', error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  const stop = () => void end().finally(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('disconnect', stop);
  reply({ event: 'ready' });
}

/** A helper process that does what it is asked, one thing at a time. */
export interface Helper<Request, Answer> {
  pid: number;
  ask(request: Request): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts a helper process and waits until it is ready; `preload` is loaded before it, in each of its threads. */
export async function startHelper<Request extends object, Answer>(
  file: string,
  args: string[],
  logFile: string,
  preload?: string,
): Promise<Helper<Request, Answer>> {
  const log = openSync(logFile, 'a');
  const child = fork(file, args, { stdio: ['ignore', log, log, 'ipc'], ...(preload && { execArgv: ['--require', preload] }) });
  closeSync(log);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));

  const answerOf = () =>
    new Promise<Answer>((resolve, reject) => {
      const ended = () => reject(new Error(`${file} ended: see ${logFile}`));
      child.once('exit', ended);
      child.once('message', ({ event, answer, error }: Reply<Answer>) => {
        child.off('exit', ended);
        if (event === 'failed') reject(new Error(error));
        else resolve(answer as Answer);
      });
    });
  await answerOf();
  return {
    pid: child.pid as number,
    ask: (request) => {
      const answer = answerOf();
      child.send(request);
      return answer;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
