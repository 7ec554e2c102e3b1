/** `npm run postrider`: what an operator does to messages and queues, over the HTTP API, and to the stores beneath it. */
import { UsageError } from '../platform/commandLine.js';
import { type OperatorArguments, readArguments, usage } from './operator/arguments.js';
import { print } from './operator/print.js';
import { type ApiRequest, requestOf } from './operator/requestOf.js';
import { printVerdicts, verifyAudits } from './operator/verifyAudits.js';
import { operatorEnvironment } from './operatorEnvironment.js';

const answerTimeoutMs = 60_000;

/** Postrider was not reached, or says no: said to the user, exit code 1. */
class Refused extends Error {}

async function ask({ method, path, body }: ApiRequest, key: string | undefined): Promise<unknown> {
  const { url, apiKey } = operatorEnvironment();
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(body && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(answerTimeoutMs),
  }).catch((error: unknown) => {
    const cause = (error as { cause?: { message?: string } }).cause?.message ?? String(error);
    throw new Refused(`Postrider does not answer at ${url} (${cause}): see that it runs, and that POSTRIDER_URL is right`);
  });
  const text = await response.text();
  if (response.ok) return text === '' ? {} : JSON.parse(text);
  throw new Refused(refusal(response, text));
}

/** The problem's own words; they say what to do. */
function refusal(response: Response, text: string): string {
  try {
    const { code, title, detail } = JSON.parse(text) as { code: string; title: string; detail: string };
    const again = response.headers.get('retry-after');
    return `${title} (${code})\n${detail}${again ? `\nTry again after ${again} s.` : ''}`;
  } catch {
    return `the answer is no problem of Postrider's (HTTP ${response.status}): is POSTRIDER_URL right?`;
  }
}

async function verify({ values, json }: OperatorArguments): Promise<void> {
  const verdicts = await verifyAudits(typeof values.workspace === 'string' ? values.workspace : undefined);
  process.stdout.write(json ? `${JSON.stringify(verdicts)}\n` : printVerdicts(verdicts));
  if (verdicts.some(({ fault }) => fault)) process.exitCode = 1;
}

async function main(): Promise<void> {
  const words = readArguments(process.argv.slice(2));
  if (!words) return void process.stdout.write(`${usage}\n`);
  const { command } = words;
  if (command === 'audit verify') return verify(words);
  const key = words.values.key;
  const answer = await ask(requestOf({ ...words, command }), typeof key === 'string' ? key : undefined);
  process.stdout.write(words.json ? `${JSON.stringify(answer)}\n` : print(command, answer));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${usage}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
