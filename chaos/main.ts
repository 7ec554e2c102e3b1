/** `npm run chaos`: breaks the product on this machine, by a seed, and checks what it promised meanwhile. */
import os from 'node:os';
import { consoleSteps } from '../local/steps.js';
import { UsageError } from '../platform/commandLine.js';
import { readArguments, usage } from './arguments.js';
import { faultNumbered, faults } from './faults/catalogue.js';
import { commandOf, reportText, saveReport } from './report.js';
import { runChaos } from './run.js';
import { schedule } from './schedule.js';

const findingsShown = 20;

async function main(): Promise<void> {
  const words = readArguments(process.argv.slice(2));
  if (words.help) return void process.stdout.write(`${usage}\n`);
  const command = commandOf(
    words,
    faults.map(({ number }) => number),
  );
  if (words.plan) {
    for (const { atS, lastsS, faults: numbers } of schedule(words.seed, words.minutes, words.faults))
      process.stdout.write(
        `${atS.toFixed(1).padStart(7)} s  for ${lastsS.toFixed(1).padStart(5)} s  ${numbers.map((number) => `${number} ${faultNumbered(number).name}`).join(' + ')}\n`,
      );
    return;
  }
  const steps = consoleSteps(words.json);
  steps.say(command);
  const result = await runChaos(words, steps);
  const { counts, findings, impossible, settledS, seconds, lookedAt } = result;
  const rounds = result.history.journal.filter((entry) => entry.kind === 'round');
  const cores = os.cpus();
  const machine = `${cores[0]?.model.trim() ?? 'unknown'}, ${cores.length} cores, ${Math.round(os.totalmem() / 1024 ** 3)} GB; Node ${process.version}`;
  const report = reportText(words, command, result, machine);
  if (words.json) {
    const { seed, minutes, mutation } = words;
    const injected = rounds.map(({ fault, hits }) => ({ fault, hits }));
    const line = {
      seed,
      minutes,
      ...(mutation && { mutation }),
      ...counts,
      injected,
      lookedAt,
      impossible,
      settledS,
      seconds,
      findings,
      command,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  } else process.stdout.write(`\n${report}\n`);
  if (words.save) steps.say(`written: ${saveReport(`chaos-${words.seed}.md`, report)}`);
  if (findings.length === 0) process.exit(0);
  for (const { invariant, what } of findings.slice(0, findingsShown)) process.stderr.write(`${invariant}: ${what}\n`);
  throw new Error(`${findings.length} promises were broken; again by: ${command}`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
});
