import { parseArgs } from 'node:util';
import { parseWords, UsageError } from '../../platform/commandLine.js';

export interface DemoArguments {
  messages: number;
  workspaces: number;
  /** Messages a second; without it as many as 100 requests in flight make. */
  rate: number | undefined;
  /** The folder of a running system. */
  data: string;
  url: string | undefined;
  simulator: string | undefined;
  apiKeys: string[] | undefined;
  own: boolean;
  deadlineS: number | undefined;
  json: boolean;
  help: boolean;
}

export const usage = `npm run demo -- [--messages N] [--workspaces W] [--rate R] [--json]

  --messages N     messages to send (default: 200)
  --workspaces W   workspaces to spread them over (default: 10)
  --rate R         messages a second (default: as fast as 100 requests in flight go)
  --deadline S     give up waiting for outcomes S seconds after the last acknowledgement (default: by the limits and N)
  --data DIR       use the system that runs on this folder (default: .data); where none runs, one is started and stopped
  --own            start one in any case
  --url URL        use the system at this URL, with --simulator URL and --api-keys KEY,KEY,…
  --json           one line of JSON on standard output

Exit code 1 where a message was lost or sent twice.`;

const messagesMax = 1_000_000;
const workspacesMax = 10_000;

export function readArguments(words: string[]): DemoArguments {
  const values = parse(words);
  const given = {
    messages: wholeNumber('--messages', values.messages, messagesMax),
    workspaces: wholeNumber('--workspaces', values.workspaces, workspacesMax),
    rate: values.rate === undefined ? undefined : positive('--rate', values.rate),
    deadlineS: values.deadline === undefined ? undefined : positive('--deadline', values.deadline),
    data: values.data,
    url: values.url,
    simulator: values.simulator,
    apiKeys: values['api-keys']?.split(',').map((key) => key.trim()),
    own: values.own,
    json: values.json,
    help: values.help,
  };
  for (const [name, url] of [
    ['--url', given.url],
    ['--simulator', given.simulator],
  ] as const) {
    if (url !== undefined && !(URL.canParse(url) && new URL(url).protocol === 'http:'))
      throw new UsageError(`${name} ${url} is not an http:// URL`);
  }
  if (given.url !== undefined && !(given.simulator && given.apiKeys))
    throw new UsageError('--url needs --simulator URL and --api-keys KEY,KEY,… too');
  if (given.url === undefined && (given.simulator || given.apiKeys)) throw new UsageError('--simulator and --api-keys belong to --url URL');
  if (given.apiKeys && given.apiKeys.length < given.workspaces) {
    throw new UsageError(`--workspaces ${given.workspaces} needs as many --api-keys; there are ${given.apiKeys.length}`);
  }
  return given;
}

function parse(words: string[]) {
  return parseWords(
    () =>
      parseArgs({
        args: words,
        options: {
          messages: { type: 'string', default: '200' },
          workspaces: { type: 'string', default: '10' },
          rate: { type: 'string' },
          deadline: { type: 'string' },
          data: { type: 'string', default: '.data' },
          own: { type: 'boolean', default: false },
          url: { type: 'string' },
          simulator: { type: 'string' },
          'api-keys': { type: 'string' },
          json: { type: 'boolean', default: false },
          help: { type: 'boolean', default: false },
        },
      }).values,
  );
}

function wholeNumber(name: string, text: string, max: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 1 && number <= max) return number;
  throw new UsageError(`${name} ${text} is not a whole number from 1 to ${max}`);
}

function positive(name: string, text: string): number {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (number > 0 && number <= 100_000) return number;
  throw new UsageError(`${name} ${text} is not a number above 0`);
}
