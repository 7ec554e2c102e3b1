/** `npm run bench`: measures the product on this machine. */
import { consoleSteps } from '../local/steps.js';
import { UsageError } from '../platform/commandLine.js';
import { readArguments, usage } from './arguments.js';
import { onlyBench } from './onlyBench.js';
import { type Profile, profiles } from './profiles.js';

async function main(): Promise<void> {
  const words = readArguments(process.argv.slice(2));
  if (words.help) return void process.stdout.write(`${usage}\n`);
  onlyBench();
  const steps = consoleSteps(words.json);
  const profile: Profile = profiles[words.profile];
  const { line, table, save, faults } = await profile.run({ ...words, steps });
  // Before anything is written: a disk that is full must not take the figures with it.
  process.stdout.write(words.json ? `${JSON.stringify(line)}\n` : table);
  if (faults.length > 0) throw new Error(`these figures are wrong, they don't add up:\n  ${faults.join('\n  ')}`);
  if (words.save) for (const file of save()) steps.say(`written: ${file}`);
  process.exit(0);
}

main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${usage}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
});
