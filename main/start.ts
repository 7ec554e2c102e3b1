/** `npm start`: the whole system on this machine, until Ctrl-C. */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { toE164 } from '../domain/phoneNumber.js';
import { isMessagingService } from '../domain/sender.js';
import { whenNpmIsGone } from '../local/npmParent.js';
import { type Stack, startStack } from '../local/stack.js';
import { consoleSteps } from '../local/steps.js';
import { UsageError } from '../platform/commandLine.js';

const usage = `npm start -- [--port N] [--data DIR] [--json]

  --port N     port of the API and the inbox (default: 3000, or the next free)
  --data DIR   where everything is kept (default: .data)
  --json       one line of JSON on standard output once everything is ready

Environment: DATABASE_OWNER_URL, KEYS_DATABASE_OWNER_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and REDIS_URL switch to running services (with
DATABASE_URL beside it, that is the product's login; alone it is the owner's); TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_SENDERS (numbers or Messaging Services, comma-separated) send through Twilio.`;

function readArguments(words: string[]) {
  let values;
  try {
    ({ values } = parseArgs({
      args: words,
      options: {
        port: { type: 'string' },
        data: { type: 'string', default: '.data' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    throw new UsageError(`--port ${values.port} is not a port: give a number from 1 to 65535, e.g. --port 3000`);
  }
  return { ...values, port };
}

function twilioFrom({ TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_API_BASE_URL, TWILIO_SENDERS }: NodeJS.ProcessEnv) {
  if (!TWILIO_ACCOUNT_SID && !TWILIO_AUTH_TOKEN) return undefined;
  if (!TWILIO_ACCOUNT_SID || !TWILIO_AUTH_TOKEN)
    throw new UsageError('TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN belong together: set both or none');
  const senders = (TWILIO_SENDERS ?? '')
    .split(',')
    .map((number) => number.trim())
    .filter(Boolean);
  const wrong = senders.find((sender) => toE164(sender) !== sender && !isMessagingService(sender));
  if (senders.length === 0 || wrong !== undefined) {
    const problem =
      wrong === undefined ? 'is not set' : `has ${wrong}, which is neither a number in E.164 form nor the SID of a Messaging Service`;
    throw new UsageError(`TWILIO_SENDERS ${problem}: name the account's numbers or Messaging Services, e.g. TWILIO_SENDERS=+14155552671`);
  }
  return {
    accountSid: TWILIO_ACCOUNT_SID,
    authToken: TWILIO_AUTH_TOKEN,
    senders,
    ...(TWILIO_API_BASE_URL && { apiBaseUrl: TWILIO_API_BASE_URL }),
  };
}

/** Whoever names one user only means that the rest is made by it. */
function databaseFrom({ DATABASE_OWNER_URL: owner, DATABASE_URL: login }: NodeJS.ProcessEnv) {
  if (owner) return { databaseUrl: owner, ...(login && { loginUrl: login }) };
  return login ? { databaseUrl: login } : {};
}

function summary(stack: Stack): string {
  const [demo] = stack.workspaces;
  const rows: [string, string | undefined][] = [
    ['Inbox', `${stack.url}/#key=${demo?.apiKey}`],
    ['Sign in', stack.signInUrl && `${stack.signInUrl} (as the owner, once, within the hour)`],
    ['API', `${stack.url}/v1`],
    ['Temporal Web UI', stack.temporalUiUrl],
    ['Simulator', stack.simulatorUrl && `${stack.simulatorUrl}/_control/ledger`],
    ['Postgres', stack.databaseUrl],
    ['API key', demo?.apiKey],
  ];
  const table = rows.flatMap(([name, value]) => (value ? [`  ${name.padEnd(16)} ${value}`] : []));
  const curl = `  curl -X POST ${stack.url}/v1/messages \\
    -H 'Authorization: Bearer ${demo?.apiKey}' \\
    -H 'Content-Type: application/json' -H "Idempotency-Key: try-$RANDOM" \\
    -d '{"to": "${demo?.contacts[0]}", "body": "Hello from Postrider"}'`;
  return `\n${table.join('\n')}\n\nSend a message:\n\n${curl}\n\nCtrl-C stops everything.\n`;
}

function describe({
  url,
  temporalAddress,
  temporalUiUrl,
  databaseUrl,
  keysDatabaseUrl,
  simulatorUrl,
  signInUrl,
  workspaces,
}: Stack): string {
  return JSON.stringify({ url, temporalAddress, temporalUiUrl, databaseUrl, keysDatabaseUrl, simulatorUrl, signInUrl, workspaces });
}

async function main(): Promise<void> {
  const { port, data, json, help } = readArguments(process.argv.slice(2));
  if (help) return void process.stdout.write(`${usage}\n`);
  const { env } = process;
  const twilio = twilioFrom(env);
  const steps = consoleSteps(json);
  if (twilio && !env.PUBLIC_BASE_URL) steps.say('PUBLIC_BASE_URL is not set: Twilio can not report what became of a message');
  // What other commands (npm run demo) need to drive the running system. It holds API keys: for its owner alone.
  const runningFile = path.join(path.resolve(data), 'running.json');

  let stack: Stack | undefined;
  let interrupted = 0;
  const stop = async (): Promise<void> => {
    interrupted += 1;
    if (interrupted > 1) process.exit(130);
    // During the start: what is up is stopped by the start itself, once the step that runs has ended.
    if (!stack) return;
    rmSync(runningFile, { force: true });
    await steps.run('stopped', () => (stack as Stack).stop());
    process.exit(0);
  };
  // Whoever read our output may be gone; that is no reason to end as if by an error.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
  whenNpmIsGone(() => void stop());

  stack = await startStack({
    dataDirectory: data,
    steps,
    ...(port !== undefined && { port }),
    ...(twilio && { twilio }),
    ...databaseFrom(env),
    ...(env.KEYS_DATABASE_OWNER_URL && { keysDatabaseUrl: env.KEYS_DATABASE_OWNER_URL }),
    ...(env.TEMPORAL_ADDRESS && { temporalAddress: env.TEMPORAL_ADDRESS }),
    ...(env.TEMPORAL_NAMESPACE && { temporalNamespace: env.TEMPORAL_NAMESPACE }),
    ...(env.REDIS_URL && { redisUrl: env.REDIS_URL }),
    ...(env.ENCRYPTION_KEYS_OLD && { encryptionKeysOld: env.ENCRYPTION_KEYS_OLD }),
    ...(env.ENCRYPTION_KEY && { encryptionKey: env.ENCRYPTION_KEY }),
  });
  if (interrupted > 0) {
    await stack.stop();
    process.exit(0);
  }
  writeFileSync(runningFile, `${describe(stack)}\n`, { mode: 0o600 });
  process.stdout.write(json ? `${describe(stack)}\n` : summary(stack));
}

main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${usage}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
});
