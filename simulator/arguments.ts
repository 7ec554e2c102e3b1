import { parseArgs } from 'node:util';
import type { LifeStep } from './actions.js';
import { type MessageStatus, messageStatuses } from './messageStatus.js';
import type { SimulatorOptions } from './server.js';

/** A wrong command line, told in one sentence. */
export class ArgumentError extends Error {}

const example = 'node dist/simulator/main.js --port 4010 --callbacks sent:150,delivered:400 --callback-retries 1 --seed 7';

/** Reads the command line, or throws an ArgumentError that ends with an example. */
export function parseArguments(argv: readonly string[]): SimulatorOptions {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string', default: '4010' },
        host: { type: 'string', default: '127.0.0.1' },
        ledger: { type: 'string' },
        callbacks: { type: 'string' },
        'callback-retries': { type: 'string', default: '1' },
        seed: { type: 'string', default: '1' },
      },
    });
    if (values.ledger === '') throw new Error('--ledger needs the name of a file');
    return {
      port: wholeNumber('--port', values.port, 65_535),
      host: values.host,
      callbackRetries: wholeNumber('--callback-retries', values['callback-retries'], 100),
      seed: wholeNumber('--seed', values.seed, 2 ** 32 - 1),
      ...(values.ledger !== undefined && { ledgerFile: values.ledger }),
      ...(values.callbacks !== undefined && { callbacks: readLife(values.callbacks) }),
    };
  } catch (error) {
    // The parser's own message may have several sentences; its first says what is wrong.
    const sentence = (error as Error).message.split('. ', 1)[0]?.replace(/\.$/, '');
    throw new ArgumentError(`${sentence}, for example: ${example}`);
  }
}

function wholeNumber(option: string, value: string, max: number): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number <= max) return number;
  throw new Error(`${option} must be a whole number from 0 to ${max}, not "${value}"`);
}

function readLife(value: string): LifeStep[] {
  return value.split(',').map((step) => {
    const [status, delay, ...rest] = step.trim().split(':');
    if (!messageStatuses.includes(status as MessageStatus) || rest.length > 0 || !/^\d{1,9}$/.test(delay ?? ''))
      throw new Error(`--callbacks must list status:milliseconds with Twilio's statuses, not "${value}"`);
    return { status: status as MessageStatus, delayMs: Number(delay) };
  });
}
