import { parseArgs } from 'node:util';
import { workspaceOfKey } from '../load/workspaceOfKey.js';
import { parseWords, UsageError } from '../platform/commandLine.js';
import { type Profile, type ProfileName, profiles } from './profiles.js';
import type { RunningSystem } from './target.js';

const named = Object.entries<Profile>(profiles);

export const usage = `npm run bench -- PROFILE [--quick] [--json] [--save] [--seconds S] [--messages N] [--env NAME=VALUE …] [--keep]

Profiles:
${named.map(([name, { question }]) => `  ${name.padEnd(10)} ${question}`).join('\n')}

  --quick            less than a minute of measuring, with rougher figures
  --json             one line of JSON, the last on standard output
  --save             writes the table and charts under docs/reports
  --seconds S        length of an open loop
  --messages N       messages of a closed loop, or of the archived week
  --env NAME=VALUE   for the product's processes; may be given several times
  --keep             keep the data and the logs of the run
  --url URL          measure the system that runs there, with --simulator URL, --database URL and
                     --api-keys KEY,KEY,…; profiles: ${named.flatMap(([name, { drivesRunning }]) => (drivesRunning ? [name] : [])).join(', ')}

Exit code 1 where the figures don't add up: a message that was lost, doubled or did not end.`;

export interface BenchArguments {
  profile: ProfileName;
  help: boolean;
  quick: boolean;
  json: boolean;
  save: boolean;
  keep: boolean;
  messages: number | undefined;
  seconds: number | undefined;
  env: Record<string, string>;
  running: RunningSystem | undefined;
}

/** Reads the command line; throws a UsageError that names what is wrong with it. */
export function readArguments(words: string[]): BenchArguments {
  const { values, positionals } = parse(words);
  const [profile, ...more] = positionals;
  if (!values.help && !Object.hasOwn(profiles, profile ?? '')) {
    throw new UsageError(profile === undefined ? 'say which profile to run' : `there is no profile ${profile}`);
  }
  if (more.length > 0) throw new UsageError(`one profile at a time: what is ${more.join(' ')}?`);
  const running = runningSystem(values);
  if (running && !(profiles[profile as ProfileName] as Profile).drivesRunning)
    throw new UsageError(`${profile} measures a system of its own: leave --url out`);
  const env = Object.fromEntries(
    values.env.map((pair): [string, string] => {
      const [, name, value] = /^(\w+)=(.*)$/s.exec(pair) ?? [];
      if (name === undefined || value === undefined) throw new UsageError(`--env ${pair}: write NAME=VALUE`);
      return [name, value];
    }),
  );
  const { help, quick, json, save, keep } = values;
  const messages = wholeNumber('--messages', values.messages);
  const seconds = wholeNumber('--seconds', values.seconds);
  return { profile: profile as ProfileName, help, quick, json, save, keep, messages, seconds, env, running };
}

function parse(words: string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  return parseWords(() =>
    parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        quick: flag,
        json: flag,
        save: flag,
        keep: flag,
        help: flag,
        messages: text,
        seconds: text,
        env: { type: 'string', multiple: true, default: [] },
        url: text,
        simulator: text,
        database: text,
        'api-keys': text,
      },
    }),
  );
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`${name} ${text} is not a whole number above 0`);
  return Number(text);
}

function runningSystem(values: Partial<Record<'url' | 'simulator' | 'database' | 'api-keys', string>>): RunningSystem | undefined {
  const { url, simulator, database, 'api-keys': keys } = values;
  if (url === undefined) {
    const without = Object.entries({ simulator, database, 'api-keys': keys }).find(([, value]) => value !== undefined)?.[0];
    if (without) throw new UsageError(`--${without} belongs to --url URL`);
    return undefined;
  }
  if (!simulator || !database || !keys) throw new UsageError('--url needs --simulator URL, --database URL and --api-keys KEY,KEY,… too');
  for (const [name, value, protocols] of [
    ['--url', url, ['http:']],
    ['--simulator', simulator, ['http:']],
    ['--database', database, ['postgres:', 'postgresql:']],
  ] as const) {
    if (!URL.canParse(value) || !(protocols as readonly string[]).includes(new URL(value).protocol))
      throw new UsageError(`${name} is not a URL that begins with ${protocols[0]}//`);
  }
  const apiKeys = keys.split(',').map((key) => key.trim());
  if (apiKeys.some((key) => workspaceOfKey(key) === undefined))
    throw new UsageError('--api-keys: an API key begins with pr_ and the workspace');
  return { url: url.replace(/\/$/, ''), simulatorUrl: simulator.replace(/\/$/, ''), databaseUrl: database, apiKeys };
}
