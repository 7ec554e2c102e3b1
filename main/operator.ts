/** `npm run postrider`: what an operator does to messages and queues, over the HTTP API, and to the stores beneath it. */
import type { components } from '../generated/api/schema.js';
import { UsageError } from '../platform/commandLine.js';
import { type ApiRequest, apiClient } from './operator/apiRequest.js';
import { type OperatorArguments, readArguments, usage } from './operator/arguments.js';
import { deployment, isDeploymentCommand } from './operator/deployment.js';
import { print } from './operator/print.js';
import { requestOf } from './operator/requestOf.js';
import { printVerdicts, verifyAudits } from './operator/verifyAudits.js';
import { verifyRecordFile } from './operator/verifyRecordFile.js';
import { operatorEnvironment } from './operatorEnvironment.js';

const answerTimeoutMs = 60_000;

type Problem = components['schemas']['Problem'];

/** Postrider was not reached, or says no: said to the user, exit code 1. */
class Refused extends Error {}

async function ask(request: ApiRequest, key: string | undefined): Promise<unknown> {
  const { url, apiKey } = operatorEnvironment();
  const headers = { authorization: `Bearer ${apiKey}`, ...(key !== undefined && { 'idempotency-key': key }) };
  const { data, error, response } = await request.send(apiClient(url, headers, answerTimeoutMs)).catch((failure: unknown) => {
    const cause = (failure as { cause?: { message?: string } }).cause?.message ?? String(failure);
    throw new Refused(`Postrider does not answer at ${url} (${cause}): see that it runs, and that POSTRIDER_URL is right`);
  });
  // An answer without a body has nothing to print.
  if (response.ok) return data ?? {};
  throw new Refused(refusal(response, error));
}

/** The problem's own words; they say what to do. */
function refusal(response: Response, error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error))
    return `the answer is no problem of Postrider's (HTTP ${response.status}): is POSTRIDER_URL right?`;
  const { code, title, detail } = error as Problem;
  const again = response.headers.get('retry-after');
  return `${title} (${code})\n${detail}${again ? `\nTry again after ${again} s.` : ''}`;
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
  if (command === 'record verify') return verifyRecordFile(words);
  if (isDeploymentCommand(command)) return deployment(command, words);
  const key = words.values.key;
  const answer = await ask(requestOf({ ...words, command }), typeof key === 'string' ? key : undefined);
  process.stdout.write(words.json ? `${JSON.stringify(answer)}\n` : print(command, answer));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${usage}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
