import { parseArgs } from 'node:util';
import { parseWords, UsageError } from '../../platform/commandLine.js';

const options = {
  status: { type: 'string' },
  'error-code': { type: 'string' },
  lane: { type: 'string' },
  from: { type: 'string' },
  'accepted-after': { type: 'string' },
  'accepted-before': { type: 'string' },
  rate: { type: 'string' },
  burst: { type: 'string' },
  'cooldown-s': { type: 'string' },
  'end-cooldown': { type: 'boolean' },
  limit: { type: 'string' },
  'sent-as': { type: 'string' },
  confirm: { type: 'string' },
  'dry-run': { type: 'boolean' },
  reason: { type: 'string' },
  key: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;
type OptionName = keyof typeof options;

interface CommandWords {
  /** What the word after the command is, where there must be one. */
  takes?: string;
  about: string;
  options: readonly OptionName[];
}

const byHand = ['reason', 'key'] as const;
const filter = ['status', 'error-code', 'lane', 'from', 'accepted-after', 'accepted-before'] as const;

export const commands = {
  queues: { about: 'what is in the four queues, how old, and how fast it moves', options: [] },
  list: { takes: 'QUEUE', about: 'the oldest messages of outbound, processing, failed or inbound', options: ['limit'] },
  show: { takes: 'ID', about: 'the story of one message: events, attempts, what people did', options: [] },
  retry: { takes: 'ID', about: 'send a failed or parked message once more', options: ['confirm', ...byHand] },
  cancel: { takes: 'ID', about: 'take a message back that has not left', options: byHand },
  park: { takes: 'ID', about: 'put a message aside that has not left', options: byHand },
  resolve: { takes: 'ID', about: 'say under which id the provider has a message in doubt', options: ['sent-as', ...byHand] },
  dismiss: { takes: 'ID', about: 'take a message out of the failed queue', options: byHand },
  redrive: {
    about: 'send failed messages once more, by a filter; with --dry-run only count them',
    options: [...filter, 'rate', 'dry-run', 'confirm', ...byHand],
  },
  progress: { takes: 'REDRIVE', about: 'how far a redrive has come', options: [] },
  stop: { takes: 'REDRIVE', about: 'end a redrive', options: byHand },
  limits: { about: 'show or change the limits of the workspace', options: ['rate', 'burst', 'cooldown-s', 'end-cooldown', 'reason'] },
} as const satisfies Record<string, CommandWords>;
export type CommandName = keyof typeof commands;

const words = (Object.entries(commands) as [string, CommandWords][]).map(
  ([name, { takes, about }]) => `  ${[name, takes].filter(Boolean).join(' ').padEnd(18)} ${about}`,
);

export const usage = `npm run postrider -- COMMAND [ID] [options] [--json]

${words.join('\n')}

  --status S,S            for redrive: parked, unknown, failed, undelivered, expired
  --error-code C,C        for redrive
  --lane L,L              for redrive: high, normal, bulk
  --from NUMBER           for redrive: the sender
  --accepted-after TIME   for redrive: ISO 8601, e.g. 2026-11-24T03:00:00Z
  --accepted-before TIME  for redrive
  --dry-run               for redrive: count, and change nothing
  --rate N                for redrive and limits: messages a second
  --burst N, --cooldown-s N   for limits
  --end-cooldown          for limits: go on at once after a rate error of the provider
  --limit N               for list: at most so many (default: 20)
  --sent-as SID           for resolve: the provider's id
  --confirm C,C           for retry and redrive: may-have-been-sent; for redrive also everything
  --reason TEXT           for the audit
  --key KEY               Idempotency-Key: under it, it is done once
  --json                  one line of JSON on standard output

POSTRIDER_URL (default: http://127.0.0.1:3000) and POSTRIDER_API_KEY say where, and as whom.
Exit code 1 where Postrider refuses, 2 where these words are wrong.`;

export interface OperatorArguments {
  command: CommandName;
  /** The word after the command; empty where it takes none. */
  id: string;
  values: { [K in OptionName]?: string | boolean };
  json: boolean;
}

/** Reads the command line; undefined where help is wanted. Throws UsageError. */
export function readArguments(given: string[]): OperatorArguments | undefined {
  const { values, positionals } = parse(given);
  if (values.help) return undefined;
  const [command, id, ...more] = positionals;
  if (command === undefined) throw new UsageError('say what to do');
  if (!Object.hasOwn(commands, command)) throw new UsageError(`there is no command ${command}`);
  const known: CommandWords = commands[command as CommandName];
  if (known.takes && id === undefined) throw new UsageError(`${command} needs one more word: ${known.takes}`);
  const unexpected = known.takes ? more : [id, ...more].filter((word) => word !== undefined);
  if (unexpected.length > 0) throw new UsageError(`what is ${unexpected.join(' ')}?`);
  for (const name of Object.keys(values) as OptionName[]) {
    if (name !== 'json' && name !== 'help' && !known.options.includes(name))
      throw new UsageError(`--${name} does not belong to ${command}`);
  }
  if (command === 'resolve' && !values['sent-as']) throw new UsageError("resolve needs --sent-as and the provider's id");
  for (const name of ['rate', 'burst', 'cooldown-s', 'limit'] as const) {
    const text = values[name];
    if (text !== undefined && !/^\d+$/.test(text)) throw new UsageError(`--${name} ${text} is not a whole number`);
  }
  return { command: command as CommandName, id: id ?? '', values, json: values.json };
}

function parse(given: string[]) {
  return parseWords(() => parseArgs({ args: given, allowPositionals: true, options }));
}
