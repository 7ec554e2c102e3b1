import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { rotateLog, tailOf } from './logFile.js';

/** How long a child may take until it says that it is ready: minutes on a machine that is very slow. */
const readyDefaultMs = 180_000;
/** How long a child may take from SIGTERM to its end before it is killed. */
const stopWithinMs = 20_000;
const restartFirstMs = 200;
const restartMaxMs = 5_000;
/** A child that lived this long has recovered: the next restart is quick again. */
const healthyAfterMs = 30_000;

export interface ChildOptions {
  name: string;
  /** A compiled program that says `{event: 'ready', …}` over IPC. */
  file: string;
  args?: string[];
  /** Loaded before the program, in each of its threads. */
  preload?: string;
  env?: Record<string, string>;
  logFile: string;
  readyWithinMs?: number;
  /** Whether it is started again when it ends by itself; true by default. */
  restart?: boolean;
  /** Hears of a child that died and is started again, or had to be killed. */
  say?: (text: string) => void;
}

export interface SupervisedChild<Ready> {
  name: string;
  /** What the child said when it was ready for the first time. */
  ready: Ready;
  /** Of the process that runs now. */
  pid: () => number | undefined;
  stop: () => Promise<void>;
}

/** Starts a Node program, waits until it is ready, and starts it again, with growing pauses, whenever it dies. */
export async function startChild<Ready extends object>(options: ChildOptions): Promise<SupervisedChild<Ready>> {
  let child: ChildProcess | undefined;
  let stopping = false;
  let isUp = false;
  let pauseMs = restartFirstMs;
  let timer: NodeJS.Timeout | undefined;

  const launch = (): ChildProcess => {
    const startedAt = Date.now();
    const log = openSync(options.logFile, 'a');
    const launched = fork(options.file, options.args ?? [], {
      ...(options.preload && { execArgv: ['--require', options.preload] }),
      env: { ...process.env, ...options.env },
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    });
    closeSync(log);
    launched.on('error', (error) => options.say?.(`${options.name}: ${error.message}`));
    launched.once('exit', (code, signal) => {
      if (stopping || !isUp || options.restart === false) return;
      options.say?.(`${options.name} ended with ${signal ?? `code ${code}`}: starting it again; its log is ${options.logFile}`);
      if (Date.now() - startedAt > healthyAfterMs) pauseMs = restartFirstMs;
      timer = setTimeout(() => (child = launch()), pauseMs);
      pauseMs = Math.min(restartMaxMs, pauseMs * 2);
    });
    return launched;
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    clearTimeout(timer);
    const running = child;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => running.once('exit', () => resolve()));
    running.kill('SIGTERM');
    const kill = setTimeout(() => {
      options.say?.(`${options.name} did not end within ${stopWithinMs / 1_000} s and was killed; its log is ${options.logFile}`);
      running.kill('SIGKILL');
    }, stopWithinMs);
    await gone;
    clearTimeout(kill);
  };

  rotateLog(options.logFile);
  child = launch();
  try {
    const ready = await readyMessage<Ready>(child, options);
    isUp = true;
    return { name: options.name, ready, pid: () => child?.pid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function readyMessage<Ready extends object>(
  child: ChildProcess,
  { name, logFile, readyWithinMs = readyDefaultMs }: ChildOptions,
): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const fail = (problem: string) => reject(new Error(`${name} did not start: ${problem}\n${tailOf(logFile)}`));
    const timer = setTimeout(() => fail(`not ready within ${readyWithinMs / 1_000} s`), readyWithinMs);
    child.on('message', (message: Ready & { event?: string }) => {
      if (message.event !== 'ready') return;
      clearTimeout(timer);
      resolve(message);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`it ended with ${signal ?? `code ${code}`}`);
    });
  });
}
