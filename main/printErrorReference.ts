import { type Backoff, type ErrorPolicy, errorCatalogue, errorCatalogueVersion, errorClasses } from '../domain/errorCatalogue.js';
import { ownErrors } from '../domain/errorCodes.js';
import { gatewayErrors } from '../domain/gatewayErrors.js';
import { telnyxErrors } from '../domain/telnyxErrors.js';
import { type ErrorCode, twilioErrors } from '../domain/twilioErrors.js';

function timeOf(milliseconds: number): string {
  if (milliseconds < 1_000) return `${milliseconds} ms`;
  return milliseconds < 120_000 ? `${milliseconds / 1_000} s` : `${milliseconds / 60_000} min`;
}

function waitOf(name: string, { initialMs, coefficient, maxMs }: Backoff): string {
  if (name === 'QUIET_HOURS') return `until the recipient's hours open, ${timeOf(initialMs)} at least`;
  return initialMs === maxMs
    ? `up to ${timeOf(maxMs)}`
    : `up to ${timeOf(initialMs)}, then ${coefficient} times that, up to ${timeOf(maxMs)}`;
}

function classRow(name: string, policy: ErrorPolicy): string {
  const tries = policy.retry ? String(policy.attemptsMax) : 'one';
  const wait = policy.retry ? waitOf(name, policy.backoff) : '';
  return `| \`${name}\` | ${policy.sentence} | ${tries} | ${wait} | ${policy.notify} | ${policy.mayOverrideRetry ? 'yes' : 'only who is told'} | ${policy.cure} |`;
}

function codeRows(codes: Record<string, ErrorCode>): string[] {
  return Object.entries(codes).map(([code, [errorClass, sentence]]) => `| \`${code}\` | [${errorClass}](#classes) | ${sentence} |`);
}

/** The page docs/reference/errors.md. */
function errorReference(): string {
  return `${[
    '# Errors of messages',
    '',
    `Generated from the catalogue (\`domain/errorCatalogue.ts\`, \`domain/errorCodes.ts\`, and the codes of each provider beside them), version ${errorCatalogueVersion}. Errors of requests are in [the API](../using/api.md#errors).`,
    '',
    'The code is what `error.code` of a message says; its class decides what is done. A workspace reads and changes what holds for it at [`/v1/workspace/errors`](../using/api.md#the-workspace).',
    '',
    '## Classes',
    '',
    'Tries count the first one. A wait is drawn at random between nothing and its bound, so that messages which failed together do not come back together; a `Retry-After` of the provider is kept to. A retry never lies beyond the validity of its message, which grows by the wait where a message is put off for quiet hours.',
    '',
    '| class | meaning | tries | wait before the next | told | may be overridden | what to do |',
    '|---|---|---|---|---|---|---|',
    ...errorClasses.map((name) => classRow(name, errorCatalogue[name])),
    '',
    'The three tries of `NETWORK` are attempts of one activity, to be seen in the Temporal Web UI; a first try within the first step of the message comes before them. `DATABASE_TIMEOUT` is tried twice within a run; then the workflow waits on a timer and runs it again, without end.',
    '',
    '## Codes of our own',
    '',
    '| code | class | meaning |',
    '|---|---|---|',
    ...codeRows(ownErrors),
    '',
    '## Codes of Twilio',
    '',
    `Any other number is of class \`UNKNOWN\` and is counted under its own number.`,
    '',
    '| code | class | meaning |',
    '|---|---|---|',
    ...codeRows(Object.fromEntries(Object.entries(twilioErrors))),
    '',
    '## Codes of Telnyx',
    '',
    '| code | class | meaning |',
    '|---|---|---|',
    ...codeRows(Object.fromEntries(Object.entries(telnyxErrors))),
    '',
    '## Codes of HTTP gateways',
    '',
    'Those of [the contract](../using/http-gateway.md#errors). Whatever else a gateway says is `refused`, with its own code in the words.',
    '',
    '| code | class | meaning |',
    '|---|---|---|',
    ...codeRows(gatewayErrors),
  ].join('\n')}\n`;
}

process.stdout.write(errorReference());
