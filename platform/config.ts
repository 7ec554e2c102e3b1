/**
 * The environment, read once. Every variable is declared here with its meaning, a default and an example; the file
 * .env.example is generated from this schema, and a wrong value is refused with the variable's name, the problem and
 * an example.
 */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { archiveAfterDefaultDays, archiveAfterMinDays } from '../domain/archiveLimits.js';
import { failuresPerAddressDefault, requestsPerAddressDefault, requestsPerKeyDefault } from '../domain/identityLimits.js';
import {
  breakerFailuresDefault,
  breakerOpenDefaultMs,
  messageValidityDefaultMs,
  providerHoldDefaultMs,
  providerResponseTimeoutDefaultMs,
  receiptGraceDefaultMs,
  reconcileDelaysDefaultMs,
  sendsConcurrentDefault,
  webhookDisableAfterDefaultMs,
  webhookRetryDelaysDefaultMs,
} from '../domain/limits.js';
import { observingVariables } from './observingVariables.js';
import { httpTargets } from './publicHttp.js';
import { httpUrl, listOf, urlOf, variable, wholeNumber } from './variable.js';

export const roles = ['server', 'messages', 'sends', 'limiter', 'maintenance', 'webhooks'] as const;
export type Role = (typeof roles)[number];

function networkOf(text: string): string {
  if (!ipaddr.isValid(text) && !ipaddr.isValidCIDR(text)) throw new Error(text);
  return text;
}

function originOf(text: string): string {
  const { origin, protocol } = new URL(text);
  if (origin !== text || !/^https?:$/.test(protocol)) throw new Error(text);
  return origin;
}

function oneOfRoles(text: string): Role {
  const role = roles.find((name) => name === text);
  if (!role) throw new Error(text);
  return role;
}

function masterKeyText(text: string): string {
  if (Buffer.from(text, 'base64').length !== 32) throw new Error(text);
  return text;
}

const delaySeconds = (max: number) => (text: string) => {
  const seconds = Number(text);
  if (text === '' || !(seconds > 0 && seconds <= max)) throw new Error(text);
  return seconds * 1_000;
};

const isOwnMachine = ({ protocol, hostname }: URL) => protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);

const s3Key = z.string().regex(/^\S+$/, 'must be a key, without spaces');

export const variables = {
  DATABASE_URL: variable(
    urlOf(['postgresql:', 'postgres:'], 'must be a postgresql:// URL'),
    'Postgres 15 to 17, by a login that owns nothing and may only step into the roles app and maintenance: node dist/main/migrate.js makes it. A process refuses an owner of tables, or a superuser.',
    'postgresql://postrider:postrider@127.0.0.1:5432/postrider',
  ),
  DATABASE_OWNER_URL: variable(
    urlOf(['postgresql:', 'postgres:'], 'must be a postgresql:// URL').optional(),
    'The same database by the owner of its tables, who may create roles: for node dist/main/migrate.js, npm run backup and npm start alone. No process of the product needs it.',
    'postgresql://postgres:postgres@127.0.0.1:5432/postrider',
  ),
  KEYS_DATABASE_URL: variable(
    urlOf(['postgresql:', 'postgres:'], 'must be a postgresql:// URL'),
    "The database of contacts' keys, apart from DATABASE_URL: what is deleted there must not come back from a backup, so its own are kept for 7 days at most.",
    'postgresql://postrider:postrider@127.0.0.1:5432/postrider_keys',
  ),
  KEYS_DATABASE_OWNER_URL: variable(
    urlOf(['postgresql:', 'postgres:'], 'must be a postgresql:// URL').optional(),
    'The database of keys by the owner of its tables, as DATABASE_OWNER_URL; by default the same user.',
    'postgresql://postgres:postgres@127.0.0.1:5432/postrider_keys',
  ),
  TEMPORAL_ADDRESS: variable(z.string().regex(/^[\w.-]+:\d+$/, 'must be host:port'), 'The Temporal frontend.', '127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: variable(z.string().min(1).default('default'), 'The Temporal namespace.', 'default'),
  TEMPORAL_UI_URL: variable(httpUrl.optional(), 'Where people reach the Temporal Web UI, for links.', 'http://127.0.0.1:8233'),
  REDIS_URL: variable(
    urlOf(['redis:', 'rediss:'], 'must be a redis:// URL').optional(),
    'Carries hints that a workspace has new events between server processes. Optional on one node; never the record of anything.',
    'redis://127.0.0.1:6379',
  ),
  ENCRYPTION_KEY: variable(
    z.string().refine((text) => Buffer.from(text, 'base64').length === 32, { error: 'must be 32 bytes in base64' }),
    'Master key under which the keys of workspaces are wrapped. Make one with: openssl rand -base64 32',
    '1Iy0VJmN6eJwz4yO4Zc1yZ0Qx2r8cXnqB6tS1fE3a9k=',
  ),
  CODEC_TOKEN: variable(
    z
      .string()
      .regex(/^[\w-]{22,}$/, 'must be at least 22 letters, digits, _ and -')
      .optional(),
    'What operators show to /codec, which makes histories readable in the Temporal Web UI. Without it there is no such path. Make one with: openssl rand -hex 16',
    'f2a1c07be04d4c2f9b1e5d3a8c6b7e10',
  ),
  ENCRYPTION_KEYS_OLD: variable(
    listOf(masterKeyText, 'must be a comma-separated list of keys of 32 bytes in base64').optional(),
    'Master keys of before, until nothing is sealed under them any more.',
    'CzBVep/E6Q4zWH2ix+wRNluApcrvFDleg6jN8hc8YYY=',
  ),
  ROLES: variable(
    listOf(oneOfRoles, `must be a comma-separated list of ${roles.join(', ')}`).default([...roles]),
    `What this process does: ${roles.join(', ')}.`,
    'server,messages,sends',
  ),
  WORKER_BUILD_ID: variable(
    z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'must be up to 64 letters, digits, ., _ and -')
      .optional(),
    'The build of this process, such as its release. With it messages finish on the build that has begun them, and a build gets new ones once it is made current: docs/using/releases.md. Without it all workers are alike, as on one machine.',
    '2026.11.29-1',
  ),
  WORKER_DEPLOYMENT_NAME: variable(
    z
      .string()
      .regex(/^[\w-]{1,64}$/, 'must be up to 64 letters, digits, _ and -')
      .default('postrider'),
    'What the builds of WORKER_BUILD_ID are builds of; another for each installation in one namespace.',
    'postrider',
  ),
  HOST: variable(z.string().min(1).default('127.0.0.1'), 'Address the HTTP server listens on.', '0.0.0.0'),
  PORT: variable(wholeNumber(0, 65_535).default(3_000), 'Port the HTTP server listens on; 0 takes a free one.', '3000'),
  PUBLIC_BASE_URL: variable(
    httpUrl.optional(),
    'The URL under which providers reach this server. Callback signatures are checked against it, never against a Host header.',
    'https://sms.example.com',
  ),
  TWILIO_API_BASE_URL: variable(
    httpUrl.default('https://api.twilio.com'),
    'Any server that speaks Twilio. The simulator is just one.',
    'http://127.0.0.1:4010',
  ),
  TWILIO_STANDBY_API_BASE_URL: variable(
    httpUrl.optional(),
    'A second server that speaks Twilio, such as that of another region: the provider twilio-standby, at which workspaces have accounts and senders of their own.',
    'https://api.dublin.ie1.twilio.com',
  ),
  TELNYX_API_BASE_URL: variable(httpUrl.default('https://api.telnyx.com'), 'Any server that speaks Telnyx.', 'http://127.0.0.1:4010'),
  GATEWAY_HOSTS: variable(
    z.enum(['public', 'any'], { error: 'must be public or any' }).default('public'),
    'Where the HTTP gateways of workspaces may be: on the public internet, by https; or anywhere, also in our own network and by http, for use on one machine.',
    'any',
  ),
  REQUESTS_PER_KEY_PER_MINUTE: variable(
    wholeNumber(1, 100_000_000).default(requestsPerKeyDefault),
    'Requests that one API key, or one person, may make in a minute; over all servers where there is Redis, else of each.',
    '60000',
  ),
  REQUESTS_PER_ADDRESS_PER_MINUTE: variable(
    wholeNumber(1, 100_000_000).default(requestsPerAddressDefault),
    'Requests without a token, such as sign-ins, that one address may make in a minute.',
    '6000',
  ),
  REFUSED_TOKENS_PER_ADDRESS: variable(
    wholeNumber(1, 100_000_000).default(failuresPerAddressDefault),
    'Tokens, links and sign-ins of one address that may be refused in ten minutes; then it is told to wait. Good ones go on.',
    '1000',
  ),
  TRUSTED_PROXIES: variable(
    listOf(networkOf, 'must be a comma-separated list of addresses or networks, e.g. 10.0.0.0/8').default([]),
    'The proxies before this server, whose X-Forwarded-For is believed. Without any, the address of the connection counts.',
    '10.0.0.0/8',
  ),
  CORS_ORIGINS: variable(
    listOf(originOf, 'must be a comma-separated list of origins, e.g. https://app.example.com').default([]),
    'Pages of others that may use the API and sockets with a token. Without any, none may.',
    'https://app.example.com',
  ),
  OIDC_ISSUER: variable(
    z
      .string()
      .refine((text) => URL.canParse(text) && (text.startsWith('https:') || isOwnMachine(new URL(text))), {
        error: 'must be an https URL, or http on this machine',
      })
      .optional(),
    'The OpenID provider at which people sign in. It sends them back to PUBLIC_BASE_URL/v1/auth/oidc/callback. Without it they sign in by links.',
    'https://login.example.com',
  ),
  OIDC_CLIENT_ID: variable(
    z.string().regex(/^\S+$/, 'must have no spaces in it').optional(),
    'As whom we are known at the OpenID provider.',
    'postrider',
  ),
  OIDC_CLIENT_SECRET: variable(
    z.string().regex(/^\S+$/, 'must have no spaces in it').optional(),
    'Our secret at the OpenID provider.',
    'change-me',
  ),
  ...observingVariables,
  DATABASE_CONNECTIONS_MAX: variable(wholeNumber(2, 200).default(10), 'Connections to Postgres a process may hold on its hot path.', '10'),
  FIRST_SEND: variable(
    z.enum(['local', 'activity'], { error: 'must be local or activity' }).default('local'),
    'Whether the first attempt is made inside the first local activity, which costs less, or as an activity of its own, which support sees pending.',
    'local',
  ),
  SENDS_CONCURRENT_MAX: variable(
    wholeNumber(1, 2_000).default(sendsConcurrentDefault),
    'Requests to providers a process has in flight at once.',
    '50',
  ),
  WORKFLOW_TASKS_CONCURRENT_MAX: variable(wholeNumber(2, 2_000).default(400), 'Workflow tasks a process works on at once.', '400'),
  WORKFLOWS_CACHED_MAX: variable(
    wholeNumber(2, 100_000).default(2_000),
    'Workflows a process keeps in memory between their tasks.',
    '2000',
  ),
  MESSAGE_VALIDITY_S: variable(
    wholeNumber(1, 36_000).default(messageValidityDefaultMs / 1_000),
    'How long a message is of use after it was accepted.',
    '14400',
  ),
  RECEIPT_GRACE_S: variable(
    wholeNumber(1, 86_400).default(receiptGraceDefaultMs / 1_000),
    'How long after its validity a message waits for a receipt before the provider is asked once and the message closes as unknown.',
    '600',
  ),
  RECONCILE_DELAYS_S: variable(
    listOf(delaySeconds(3_600), 'must be a comma-separated list of seconds, each between 0 and 3600').default([
      ...reconcileDelaysDefaultMs,
    ]),
    'When the provider is asked about a message whose sending is in doubt, in seconds since the doubt.',
    '5,30,120',
  ),
  PROVIDER_HOLD_S: variable(
    wholeNumber(1, 600).default(providerHoldDefaultMs / 1_000),
    'How long a provider may hold a request. Nothing about a doubtful send is decided earlier.',
    '26',
  ),
  BREAKER_FAILURES: variable(
    wholeNumber(1, 100_000).default(breakerFailuresDefault),
    'So many failures of a provider in a row, within a minute, open the breaker of a workspace for it.',
    '5',
  ),
  BREAKER_OPEN_S: variable(
    wholeNumber(1, 3_600).default(breakerOpenDefaultMs / 1_000),
    'How long a breaker stays open before one message tries; twice as long each time that fails, up to two minutes.',
    '10',
  ),
  PROVIDER_RESPONSE_TIMEOUT_MS: variable(
    wholeNumber(100, 30_000).default(providerResponseTimeoutDefaultMs),
    'How long a send waits for the answer after its request was written.',
    '15000',
  ),
  WEBHOOK_TARGETS: variable(
    z.enum(httpTargets, { error: `must be ${httpTargets.join(' or ')}` }).default('public'),
    'Where webhooks of customers may lead: public means https and public addresses only; any allows http and inner addresses too, for a machine of your own.',
    'public',
  ),
  WEBHOOK_RETRY_DELAYS_S: variable(
    listOf(delaySeconds(86_400), 'must be a comma-separated list of seconds, each between 0 and 86400').default([
      ...webhookRetryDelaysDefaultMs,
    ]),
    'Waits before the second and each further attempt of a webhook, in seconds; up to a fifth longer by chance.',
    '5,300,1800,7200,18000,36000,50400,72000,86400',
  ),
  WEBHOOK_DISABLE_AFTER_S: variable(
    wholeNumber(1, 2_592_000).default(webhookDisableAfterDefaultMs / 1_000),
    'A webhook endpoint whose every attempt has failed for so long is disabled.',
    '432000',
  ),
  ARCHIVE_DIRECTORY: variable(
    z.string().startsWith('/', 'must be an absolute path').optional(),
    'Directory of the archive, of exports and of the anchors of the audit, where they do not lie in S3. All processes must see the same one. Without it and S3_BUCKET there is none of these.',
    '/var/lib/postrider/archive',
  ),
  ARCHIVE_AFTER_DAYS: variable(
    wholeNumber(archiveAfterMinDays, 3_650).default(archiveAfterDefaultDays),
    'A week of messages goes into the archive so many days after its end.',
    '90',
  ),
  S3_BUCKET: variable(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
      .optional(),
    'Bucket of the archive. It must be there; nothing else should write to it.',
    'postrider-archive',
  ),
  S3_ENDPOINT: variable(httpUrl.optional(), 'Any server that speaks S3; without it, AWS.', 'http://127.0.0.1:7070'),
  S3_REGION: variable(
    z
      .string()
      .regex(/^[\w-]+$/, 'must be the name of a region')
      .default('us-east-1'),
    'Region of the bucket.',
    'us-east-1',
  ),
  S3_ACCESS_KEY_ID: variable(
    s3Key.optional(),
    'Key for the bucket. Without one it is looked for where machines of AWS have theirs.',
    'postrider',
  ),
  S3_SECRET_ACCESS_KEY: variable(s3Key.optional(), 'Secret of that key.', 'at-least-as-long-as-this'),
} as const;

const schema = z.object(
  Object.fromEntries(Object.entries(variables).map(([name, { schema: one }]) => [name, one])) as {
    [K in keyof typeof variables]: (typeof variables)[K]['schema'];
  },
);
export type Config = z.infer<typeof schema>;

/** The environment is wrong: the message has a line a variable, with what is wrong and an example. */
export class ConfigError extends Error {
  constructor(readonly lines: string[]) {
    super(`The environment does not make sense:\n${lines.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** Reads and checks the environment. Empty variables count as not set. Throws ConfigError. */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.keys(variables).map((name) => [name, environment[name] || undefined]));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new ConfigError(
    result.error.issues.map((issue) => {
      const name = String(issue.path[0]) as keyof typeof variables;
      const problem = given[name] === undefined ? 'is not set' : issue.message;
      return `${name} ${problem}. Example: ${name}=${variables[name].example}`;
    }),
  );
}

/** One variable, for programs that need no more. Throws ConfigError where it is missing or wrong. */
export function readConfigOf<Name extends keyof Config>(
  name: Name,
  environment: Record<string, string | undefined> = process.env,
): Config[Name] {
  const { schema: one, example } = variables[name];
  const result = one.safeParse(environment[name] || undefined);
  if (result.success) return result.data as Config[Name];
  const problem = environment[name] ? (result.error.issues[0]?.message ?? 'is wrong') : 'is not set';
  throw new ConfigError([`${name} ${problem}. Example: ${name}=${example}`]);
}

/** By whom the schema is changed and rows are kept whole. Throws ConfigError where that is not set. */
export function readOwnerUrl(): string {
  const url = readConfigOf('DATABASE_OWNER_URL');
  if (url) return url;
  throw new ConfigError([`DATABASE_OWNER_URL is not set. Example: DATABASE_OWNER_URL=${variables.DATABASE_OWNER_URL.example}`]);
}

/** The text of .env.example. */
export function envExample(): string {
  const lines = Object.entries(variables).map(([name, { schema: one, about, example }]) => {
    const required = !one.safeParse(undefined).success;
    return `# ${about}${required ? ' Required.' : ''}\n${required ? '' : '# '}${name}=${example}\n`;
  });
  return `# Generated from platform/config.ts by: npm run build && node dist/main/printEnvExample.js > .env.example\n\n${lines.join('\n')}`;
}
