import { parseArgs } from 'node:util';
import { parseWords, UsageError } from '../platform/commandLine.js';
import { faultNumbered, faults } from './faults/catalogue.js';
import { type MutationName, mutations } from './mutations.js';
import { secondsNeeded } from './schedule.js';

export const usage = `npm run chaos -- --seed S --minutes M [--faults 1,3,25] [--rate R] [--json] [--save] [--plan] [--keep] [--mutation NAME]

  --seed S         whole number; it alone decides which faults come when, alone or in pairs. Made up and told where not given
  --minutes M      how long faults are injected; 3 where not given
  --faults 1,3,25  only these of the fault matrix; all where not given (docs/using/chaos.md)
  --rate R         messages a second, over all workspaces; 5 where not given
  --json           one line of JSON, the last on standard output
  --save           writes the report under docs/reports
  --plan           prints what the seed decides, and starts nothing
  --keep           keeps the data and the logs of the run
  --mutation NAME  puts a known bug into the product, to prove the checker: ${Object.keys(mutations).join(', ')}

Exit code 1 where a promise was broken, 2 where these words make no sense.`;

export interface ChaosArguments {
  help: boolean;
  json: boolean;
  save: boolean;
  plan: boolean;
  keep: boolean;
  seed: number;
  minutes: number;
  /** Numbers of the fault matrix, ascending. */
  faults: number[];
  ratePerSecond: number;
  mutation: MutationName | undefined;
}

const minutesDefault = 3;
const minutesMax = 24 * 60;
const rateDefaultPerSecond = 5;
const rateMaxPerSecond = 200;
const seedMax = 2 ** 32 - 1;

/** Reads the command line; throws a UsageError of one sentence that names what is wrong with it. */
export function readArguments(words: string[], madeUp: () => number = () => Math.floor(Math.random() * seedMax)): ChaosArguments {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const { values } = parseWords(() =>
    parseArgs({
      args: words,
      options: {
        help: flag,
        json: flag,
        save: flag,
        plan: flag,
        keep: flag,
        seed: text,
        minutes: text,
        faults: text,
        rate: text,
        mutation: text,
      },
    }),
  );
  const { help, json, save, plan, keep } = values;
  const seed = values.seed === undefined ? madeUp() : wholeNumber('--seed', values.seed, 0, seedMax);
  const minutes = values.minutes === undefined ? minutesDefault : minutesOf(values.minutes);
  const ratePerSecond = values.rate === undefined ? rateDefaultPerSecond : wholeNumber('--rate', values.rate, 1, rateMaxPerSecond);
  const mutation = values.mutation === undefined ? undefined : mutationOf(values.mutation);
  const chosen = values.faults ?? (mutation && mutations[mutation].faults.join(','));
  const numbers = chosen === undefined ? faults.map(({ number }) => number) : faultsOf(chosen);
  const neededS = secondsNeeded(numbers);
  if (chosen !== undefined && neededS > minutes * 60)
    throw new UsageError(`--minutes ${minutes} is too short for these faults: give them ${Math.ceil(neededS / 6) / 10}`);
  return { help, json, save, plan, keep, seed, minutes, faults: numbers, ratePerSecond, mutation };
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`${name} ${text} is not a whole number from ${min} to ${max}`);
}

function minutesOf(text: string): number {
  const minutes = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (minutes > 0 && minutes <= minutesMax) return minutes;
  throw new UsageError(`--minutes ${text} is not a number above 0 and up to ${minutesMax}`);
}

function faultsOf(text: string): number[] {
  const numbers = text.split(',').map((word) => {
    const fault = faultNumbered(wholeNumber('--faults', word.trim(), 1, 40));
    if ('because' in fault) throw new UsageError(`--faults ${word.trim()}: ${fault.name} can't be injected by a run: ${fault.because}`);
    return fault.number;
  });
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function mutationOf(text: string): MutationName {
  if (Object.hasOwn(mutations, text)) return text as MutationName;
  throw new UsageError(`--mutation ${text} is not one of ${Object.keys(mutations).join(', ')}`);
}
