/** `npm run demo`: sends messages through a system and compares what it acknowledged with what a provider saw. */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { burstDefault, rateDefaultPerSecond } from '../domain/limits.js';
import { Canaries } from '../load/canaries.js';
import { Journal } from '../load/journal.js';
import type { Percentiles } from '../load/percentiles.js';
import { SimulatorLedger } from '../load/simulatorLedger.js';
import { consoleSteps } from '../local/steps.js';
import { UsageError } from '../platform/commandLine.js';
import { type DemoArguments, readArguments, usage } from './demo/arguments.js';
import { Follower } from './demo/followAll.js';
import { showProgress } from './demo/progress.js';
import { type SendProgress, sendAll } from './demo/sendAll.js';
import { type Tally, tally } from './demo/tally.js';
import { findTarget, type Target } from './demo/target.js';

/** After the last outcome the ledger is watched this long for what would be a duplicate. */
const watchForDuplicatesMs = 1_500;
/** What a slow machine still does, messages a second; only sets how long to wait. */
const slowestPerSecond = 10;
const roomMs = 60_000;

/** What the limits and a slow machine may take after the last acknowledgement, milliseconds. */
function patienceMs({ messages, workspaces, deadlineS }: DemoArguments): number {
  if (deadlineS !== undefined) return deadlineS * 1_000;
  const eachMax = Math.ceil(messages / workspaces);
  return roomMs + 1_000 * Math.max(messages / slowestPerSecond, (eachMax - burstDefault) / rateDefaultPerSecond);
}

interface Result extends Tally {
  seconds: number;
  send: SendProgress;
  journal: string;
}

async function drive(target: Target, words: DemoArguments): Promise<Result> {
  const canaries = new Canaries();
  const journalFile = path.join(target.directory, `demo-${canaries.run}.jsonl`);
  const journal = new Journal(journalFile);
  const ledger = new SimulatorLedger(target.simulatorUrl);
  const before = await ledger.position();
  const follower = new Follower(target, ledger, canaries, { ...before });
  const following = follower.run();
  const startedAt = performance.now();
  const { progress: send, finished } = sendAll(target, {
    messages: words.messages,
    rate: words.rate,
    canaries,
    journal,
    onAccepted: (n, id, workspace) => follower.add(n, id, workspace),
  });
  const endProgress = showProgress(words.json ? process.stderr : process.stdout, () => ({
    share: (follower.outcomes.size + send.refused) / words.messages,
    text: `${send.accepted} of ${words.messages} accepted, ${follower.outcomes.size} ended`,
  }));
  await finished;
  const giveUpAt = performance.now() + patienceMs(words);
  while (follower.waiting > 0 && performance.now() < giveUpAt) await delay(50);
  const seconds = (performance.now() - startedAt) / 1_000;
  follower.stop();
  await following;
  endProgress();
  await delay(watchForDuplicatesMs);
  const entries = await ledger.entriesAfter(before.entries);
  const lines = journal.lines();
  journal.close();
  return { ...tally(lines, follower.outcomes, entries, canaries), seconds: Math.round(seconds * 10) / 10, send, journal: journalFile };
}

function print(words: DemoArguments, result: Result): void {
  const { send, journal, acceptToProviderMs, acceptToDeliveredMs, lostIds, duplicateIds, seconds, ...counts } = result;
  const { refused, repeated } = send;
  if (words.json) {
    const line = {
      messages: words.messages,
      workspaces: words.workspaces,
      ...counts,
      refused,
      repeated,
      seconds,
      acceptToProviderMs,
      acceptToDeliveredMs,
      lostIds,
      duplicateIds,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    return;
  }
  const times = ({ p50, p95, p99 }: Percentiles) => (p50 === null ? '–' : `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms`);
  const rows: [string, string][] = [
    ...Object.entries({ ...counts, refused, repeated }).map(([name, count]): [string, string] => [name, String(count)]),
    ['accept → provider', times(acceptToProviderMs)],
    ['accept → delivered', times(acceptToDeliveredMs)],
    ['took', `${seconds} s`],
    ...lostIds.map((id): [string, string] => ['lost', id]),
    ...duplicateIds.map((id): [string, string] => ['sent twice', id]),
    ...[...send.refusals].slice(0, 3).map(([reason, count]): [string, string] => ['refused', `${count} × ${reason}`]),
    ...(lostIds.length + duplicateIds.length > 0 ? [['journal', journal] as [string, string]] : []),
  ];
  process.stdout.write(`\n${rows.map(([name, text]) => `  ${name.padEnd(20)} ${text}`).join('\n')}\n\n`);
}

async function main(): Promise<void> {
  const words = readArguments(process.argv.slice(2));
  if (words.help) return void process.stdout.write(`${usage}\n`);
  const steps = consoleSteps(words.json);
  let target: Target | undefined;
  let interrupted = false;
  const interrupt = (): void => {
    if (interrupted) process.exit(130);
    interrupted = true;
    // During the start: it is ended below, once all that it starts is known.
    void target?.end(false).finally(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt);

  target = await findTarget(words, steps);
  if (interrupted) {
    await target.end(false);
    process.exit(130);
  }
  let failed = true;
  try {
    const result = await drive(target, words);
    failed = result.lost > 0 || result.duplicates > 0;
    print(words, result);
  } finally {
    await target.end(failed);
  }
  process.exit(failed ? 1 : 0);
}

main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${usage}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
});
