/** `npm run bench`: measures the product on this machine. */
import { parseArgs } from 'node:util';
import { consoleSteps, type Steps } from '../local/steps.js';
import { parseWords, UsageError } from '../platform/commandLine.js';
import { runArchive } from './archive.js';
import { archiveTable, saveArchive } from './archiveReport.js';
import { runEncryption } from './encryption.js';
import { encryptionTable, saveEncryption } from './encryptionReport.js';
import { runHotpath } from './hotpath.js';
import { hotpathLine, hotpathTable, saveHotpath } from './hotpathReport.js';
import { runPartitions } from './partitions.js';
import { partitionsTable, savePartitions } from './partitionsReport.js';

const profiles = {
  archive: 'a week of a million messages into the archive, and pages of it from there',
  hotpath: 'whole lives of messages against the floor of a bare workflow; then 28 messages/s over 1,000 workspaces',
  encryption: 'what sealing texts and numbers costs: a message, a payload of a history, the keys of a batch',
  partitions: 'two ways to cut the table of messages, at 1,000 workspaces over 13 weeks',
} as const;

const usage = `npm run bench -- PROFILE [--quick] [--json] [--save] [--messages N] [--env NAME=VALUE …] [--keep]

Profiles:
${Object.entries(profiles)
  .map(([name, about]) => `  ${name.padEnd(10)} ${about}`)
  .join('\n')}

  --quick            less than a minute of measuring, with rougher figures
  --json             one line of JSON on standard output
  --save             writes the table and a chart under docs/reports
  --messages N       messages of the closed loop, or of the archived week
  --env NAME=VALUE   for the product's processes; may be given several times
  --keep             keep the data and the logs of the run`;

function readArguments(words: string[]) {
  const { values, positionals } = parse(words);
  const [profile, ...more] = positionals;
  if (!values.help && !Object.hasOwn(profiles, profile ?? '')) {
    throw new UsageError(profile === undefined ? 'say which profile to run' : `there is no profile ${profile}`);
  }
  if (more.length > 0) throw new UsageError(`one profile at a time: what is ${more.join(' ')}?`);
  const messages = values.messages === undefined ? undefined : Number(values.messages);
  if (messages !== undefined && !(Number.isInteger(messages) && messages > 0))
    throw new UsageError(`--messages ${values.messages} is not a whole number above 0`);
  const env = Object.fromEntries(
    (values.env ?? []).map((pair): [string, string] => {
      const [, name, value] = /^(\w+)=(.*)$/s.exec(pair) ?? [];
      if (name === undefined || value === undefined) throw new UsageError(`--env ${pair}: write NAME=VALUE`);
      return [name, value];
    }),
  );
  return { ...values, profile: profile as keyof typeof profiles, env, messages };
}

function parse(words: string[]) {
  return parseWords(() =>
    parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        save: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        messages: { type: 'string' },
        env: { type: 'string', multiple: true },
        help: { type: 'boolean', default: false },
      },
    }),
  );
}

async function main(): Promise<void> {
  const words = readArguments(process.argv.slice(2));
  if (words.help) return void process.stdout.write(`${usage}\n`);
  const steps = consoleSteps(words.json);
  const { line, table, save } = await run(words.profile, words, steps);
  if (words.save) for (const file of save()) steps.say(`written: ${file}`);
  process.stdout.write(words.json ? `${JSON.stringify(line)}\n` : table);
  process.exit(0);
}

/** A result as one line of JSON, as a table, and as files under docs/reports. */
interface Shown {
  line: object;
  table: string;
  save(): string[];
}

async function run(profile: keyof typeof profiles, words: ReturnType<typeof readArguments>, steps: Steps): Promise<Shown> {
  switch (profile) {
    case 'hotpath': {
      const result = await runHotpath({ ...words, steps });
      return { line: hotpathLine(result), table: hotpathTable(result), save: () => saveHotpath(result) };
    }
    case 'archive': {
      const result = await runArchive({ ...words, steps });
      return { line: { profile, ...result }, table: archiveTable(result), save: () => saveArchive(result) };
    }
    case 'encryption': {
      const result = await runEncryption({ ...words, steps });
      return { line: { profile, ...result }, table: encryptionTable(result), save: () => saveEncryption(result) };
    }
    case 'partitions': {
      const result = await runPartitions({ ...words, steps });
      return { line: { profile, ...result }, table: partitionsTable(result), save: () => savePartitions(result) };
    }
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${usage}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
});
