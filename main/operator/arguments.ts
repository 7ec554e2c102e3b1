import { parseArgs } from 'node:util';
import { parseWords, UsageError } from '../../platform/commandLine.js';

const options = {
  status: { type: 'string' },
  'error-code': { type: 'string' },
  lane: { type: 'string' },
  category: { type: 'string' },
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
  yes: { type: 'boolean' },
  for: { type: 'string' },
  reason: { type: 'string' },
  key: { type: 'string' },
  file: { type: 'string' },
  provider: { type: 'string' },
  workspace: { type: 'string' },
  role: { type: 'string' },
  name: { type: 'string' },
  percent: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;
type OptionName = keyof typeof options;

interface CommandWords {
  /** What the word after the command is, where there must be one. */
  takes?: string;
  about: string;
  options: readonly OptionName[];
  /** Done by this program itself, with the environment of a process of Postrider; the API is not asked. */
  isOwn?: true;
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
  'cancel-all': {
    about: 'take back messages that have not left, by a filter; counts them, and does it with --yes',
    options: ['lane', 'category', 'from', 'accepted-after', 'accepted-before', 'yes', 'confirm', ...byHand],
  },
  canceled: { takes: 'CANCELLATION', about: 'how far a cancel-all has come', options: [] },
  progress: { takes: 'REDRIVE', about: 'how far a redrive has come', options: [] },
  stop: { takes: 'REDRIVE', about: 'end a redrive', options: byHand },
  versions: { about: 'what the workspace was set to, who changed it and why; the newest first', options: ['limit'] },
  undo: {
    takes: 'VERSION',
    about: 'take back what one version changed; shows it, and does it with --yes',
    options: ['yes', 'confirm', ...byHand],
  },
  restore: { takes: 'VERSION', about: 'set everything back to a version; shows it, and does it with --yes', options: ['yes', ...byHand] },
  audit: { about: 'what people and keys did, the newest first', options: ['limit'] },
  'audit verify': {
    about: 'go over the chain of the audit, of one workspace or of all, and name what is wrong with it first',
    options: ['workspace'],
    isOwn: true,
  },
  record: { takes: 'ID', about: 'the whole story of a message as one signed record; > FILE keeps it', options: [] },
  'record verify': { takes: 'FILE', about: 'whether a record was changed since it was exported, and what of it', options: [], isOwn: true },
  notifications: { about: 'what you are told of and nobody has read yet', options: ['limit'] },
  read: { takes: 'ID|all', about: 'mark a notification as read, or all of them', options: [] },
  webhooks: { about: 'where the workspace hears of what happens, and whether that works', options: [] },
  providers: { about: 'the accounts of the workspace at providers', options: [] },
  'set-provider': { takes: 'PROVIDER', about: 'set the account at a provider, from a file', options: ['file', 'reason'] },
  sender: { takes: 'NUMBER', about: 'make a number a sender, or say at which provider it lives', options: ['provider', 'reason'] },
  'remove-provider': { takes: 'PROVIDER', about: 'remove the account at a provider', options: [] },
  limits: { about: 'show or change the limits of the workspace', options: ['rate', 'burst', 'cooldown-s', 'end-cooldown', 'reason'] },
  routes: { about: 'by which providers messages leave, and how well these serve', options: [] },
  people: { about: 'who belongs to the workspace, and as what', options: [] },
  'person add': { takes: 'EMAIL', about: 'make somebody a member', options: ['role', 'name'] },
  'person role': { takes: 'PERSON', about: 'give a member another role', options: ['role', 'reason'] },
  'person remove': { takes: 'PERSON', about: 'take somebody out of the workspace', options: [] },
  'person sign-in-link': { takes: 'PERSON', about: 'a link that signs a member in, once', options: [] },
  'breaker list': { about: 'the breakers of accounts and senders, and what holds', options: [] },
  'breaker open': { takes: 'BREAKER', about: 'let nothing through for a time', options: ['for', 'reason'] },
  'breaker close': { takes: 'BREAKER', about: 'let everything through for a time', options: ['for', 'reason'] },
  'breaker auto': { takes: 'BREAKER', about: 'leave it to itself again', options: ['reason'] },
  'deployment list': { about: 'the builds of the workers: which gets new messages, and how many each has still', options: [], isOwn: true },
  'deployment set': { takes: 'BUILD', about: 'give all new messages to a build', options: [], isOwn: true },
  'deployment ramp': { takes: 'BUILD', about: 'give a share of new messages to a build', options: ['percent'], isOwn: true },
  'deployment rollback': {
    about: 'take back the last ramp or set: the build before gets all new messages, and those that the withdrawn one has begun',
    options: ['reason'],
    isOwn: true,
  },
} as const satisfies Record<string, CommandWords>;
export type CommandName = keyof typeof commands;
/** Commands that this program does itself. */
export type OwnCommand = { [K in CommandName]: (typeof commands)[K] extends { isOwn: true } ? K : never }[CommandName];
/** Commands that are a request to the API. */
export type ApiCommand = Exclude<CommandName, OwnCommand>;

const words = (Object.entries(commands) as [string, CommandWords][]).map(
  ([name, { takes, about }]) => `  ${[name, takes].filter(Boolean).join(' ').padEnd(24)} ${about}`,
);

export const usage = `npm run postrider -- COMMAND [ID] [options] [--json]

${words.join('\n')}

  --status S,S            for redrive: parked, unknown, failed, undelivered, expired
  --error-code C,C        for redrive
  --lane L,L              for redrive and cancel-all: high, normal, bulk
  --category C            for cancel-all: transactional or marketing
  --from NUMBER           for redrive and cancel-all: the sender
  --accepted-after TIME   for both: ISO 8601, e.g. 2026-11-24T03:00:00Z
  --accepted-before TIME  for both
  --dry-run               for redrive: count, and change nothing
  --rate N                for redrive and limits: messages a second
  --burst N, --cooldown-s N   for limits
  --end-cooldown          for limits: go on at once after a rate error of the provider
  --limit N               for list, versions, audit and notifications: at most so many (default: 20)
  --sent-as SID           for resolve: the provider's id
  --confirm C,C           for retry and redrive: may-have-been-sent; for redrive and cancel-all everything; for undo changed-since
  --yes                   for cancel-all, undo and restore: not only show it
  --provider NAME         for sender: twilio, telnyx, …; the first account where it is left out
  --file FILE             for set-provider: JSON with its credentials; - reads standard input, so that they are in no history
  --role ROLE             for person add and role: owner, admin, agent, viewer, auditor
  --name TEXT             for person add: what the workspace calls her or him
  --for TIME              for breaker open and close: 30s, 10m or 2h (default: 10m)
  --workspace ID          for audit verify: only this one
  --percent N             for deployment ramp: the share, 0 to 100
  --reason TEXT           for the audit
  --key KEY               Idempotency-Key: under it, it is done once
  --json                  one line of JSON on standard output

A BREAKER is account/PROVIDER, such as account/twilio, or sender/NUMBER.

POSTRIDER_URL (default: http://127.0.0.1:3000) and POSTRIDER_API_KEY say where, and as whom. audit verify needs neither: it
reads DATABASE_URL, ENCRYPTION_KEY, and ARCHIVE_DIRECTORY or S3_…, as the processes do; record verify reads ENCRYPTION_KEY and
ENCRYPTION_KEYS_OLD. deployment asks Temporal alone, at
TEMPORAL_ADDRESS (default: 127.0.0.1:7233), TEMPORAL_NAMESPACE and WORKER_DEPLOYMENT_NAME.
Exit code 1 where Postrider refuses or something is wrong, 2 where these words are wrong.`;

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
  const [first, second] = positionals;
  if (first === undefined) throw new UsageError('say what to do');
  // Some have two words.
  const isPair = Object.hasOwn(commands, `${first} ${second}`);
  const command = isPair ? `${first} ${second}` : first;
  const [id, ...more] = positionals.slice(isPair ? 2 : 1);
  if (!Object.hasOwn(commands, command)) throw new UsageError(`there is no command ${command}`);
  const known: CommandWords = commands[command as CommandName];
  if (known.takes && id === undefined) throw new UsageError(`${command} needs one more word: ${known.takes}`);
  const unexpected = known.takes ? more : [id, ...more].filter((word) => word !== undefined);
  if (unexpected.length > 0) throw new UsageError(`what is ${unexpected.join(' ')}?`);
  for (const name of Object.keys(values) as OptionName[]) {
    if (name !== 'json' && name !== 'help' && !known.options.includes(name))
      throw new UsageError(`--${name} does not belong to ${command}`);
  }
  if (command === 'set-provider' && !values.file) throw new UsageError('set-provider needs --file FILE, or --file - for standard input');
  if ((command === 'person add' || command === 'person role') && !values.role)
    throw new UsageError(`${command} needs --role: owner, admin, agent, viewer or auditor`);
  if (command === 'resolve' && !values['sent-as']) throw new UsageError("resolve needs --sent-as and the provider's id");
  if (command === 'deployment ramp' && !(Number(values.percent) <= 100)) throw new UsageError('deployment ramp needs --percent, 0 to 100');
  for (const name of ['rate', 'burst', 'cooldown-s', 'limit', 'percent'] as const) {
    const text = values[name];
    if (text !== undefined && !/^\d+$/.test(text)) throw new UsageError(`--${name} ${text} is not a whole number`);
  }
  if (values.for !== undefined && secondsOf(values.for) === undefined)
    throw new UsageError(`--for ${values.for} is not a time such as 30s, 10m or 2h`);
  return { command: command as CommandName, id: id ?? '', values, json: values.json };
}

const secondsIn = { s: 1, m: 60, h: 3_600 } as const;

/** A time as people write it, in seconds; undefined where it is none. */
export function secondsOf(text: string): number | undefined {
  const [, amount, unit] = /^(\d+)([smh])$/.exec(text) ?? [];
  return amount && unit ? Number(amount) * secondsIn[unit as keyof typeof secondsIn] : undefined;
}

function parse(given: string[]) {
  return parseWords(() => parseArgs({ args: given, allowPositionals: true, options }));
}
