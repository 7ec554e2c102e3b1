import { describe, expect, test } from '@jest/globals';
import { ConfigError, envExample, readConfig, roles, variables } from '../../platform/config.js';

type Name = keyof typeof variables;
const names = Object.keys(variables) as Name[];
const required: Name[] = ['DATABASE_URL', 'KEYS_DATABASE_URL', 'TEMPORAL_ADDRESS', 'ENCRYPTION_KEY'];
const least = Object.fromEntries(required.map((name) => [name, variables[name].example]));

function linesOf(environment: Record<string, string | undefined>): string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.lines;
  }
}

/** For each variable, a value that is wrong and what is wrong with it. */
const wrong: [Name, string, string][] = [
  ['DATABASE_URL', 'mysql://localhost/postrider', 'must be a postgresql:// URL'],
  ['DATABASE_URL', 'localhost', 'must be a postgresql:// URL'],
  ['DATABASE_OWNER_URL', 'localhost', 'must be a postgresql:// URL'],
  ['TEMPORAL_ADDRESS', 'localhost', 'must be host:port'],
  ['TEMPORAL_ADDRESS', 'http://localhost:7233', 'must be host:port'],
  ['TEMPORAL_UI_URL', 'localhost:8233', 'must be an http(s) URL'],
  ['REDIS_URL', 'http://localhost', 'must be a redis:// URL'],
  ['KEYS_DATABASE_OWNER_URL', 'localhost', 'must be a postgresql:// URL'],
  ['KEYS_DATABASE_URL', 'mysql://localhost/postrider_keys', 'must be a postgresql:// URL'],
  ['ENCRYPTION_KEY', 'secret', 'must be 32 bytes in base64'],
  ['CODEC_TOKEN', 'secret', 'must be at least 22 letters, digits, _ and -'],
  ['ENCRYPTION_KEYS_OLD', `${Buffer.alloc(32).toString('base64')},secret`, 'must be a comma-separated list of keys of 32 bytes in base64'],
  ['ENCRYPTION_KEY', Buffer.alloc(31).toString('base64'), 'must be 32 bytes in base64'],
  ['ROLES', 'server,cook', `must be a comma-separated list of ${roles.join(', ')}`],
  ['ROLES', 'server,', `must be a comma-separated list of ${roles.join(', ')}`],
  ['PORT', 'http', 'must be a number'],
  ['PORT', '80.5', 'must be a whole number'],
  ['PORT', '-1', 'must be at least 0'],
  ['PORT', '65536', 'must be at most 65535'],
  ['PUBLIC_BASE_URL', 'sms.example.com', 'must be an http(s) URL'],
  ['TWILIO_API_BASE_URL', 'ftp://example.com', 'must be an http(s) URL'],
  ['TELNYX_API_BASE_URL', 'api.telnyx.com', 'must be an http(s) URL'],
  ['GATEWAY_HOSTS', 'mine', 'must be public or any'],
  ['TWILIO_STANDBY_API_BASE_URL', 'standby', 'must be an http(s) URL'],
  ['WORKER_BUILD_ID', 'a build', 'must be up to 64 letters, digits, ., _ and -'],
  ['WORKER_DEPLOYMENT_NAME', 'post.rider', 'must be up to 64 letters, digits, _ and -'],
  ['LOG_LEVEL', 'loud', 'must be debug, info, warn, error or silent'],
  ['DATABASE_CONNECTIONS_MAX', '1', 'must be at least 2'],
  ['FIRST_SEND', 'maybe', 'must be local or activity'],
  ['SENDS_CONCURRENT_MAX', '0', 'must be at least 1'],
  ['REQUESTS_PER_KEY_PER_MINUTE', '0', 'must be at least 1'],
  ['REQUESTS_PER_ADDRESS_PER_MINUTE', '0', 'must be at least 1'],
  ['REFUSED_TOKENS_PER_ADDRESS', '0', 'must be at least 1'],
  ['TRUSTED_PROXIES', 'everybody', 'must be a comma-separated list of addresses or networks, e.g. 10.0.0.0/8'],
  ['CORS_ORIGINS', '*', 'must be a comma-separated list of origins, e.g. https://app.example.com'],
  ['CORS_ORIGINS', 'https://app.example.com/page', 'must be a comma-separated list of origins, e.g. https://app.example.com'],
  ['OIDC_ISSUER', 'http://login.example.com', 'must be an https URL, or http on this machine'],
  ['OIDC_CLIENT_ID', 'two words', 'must have no spaces in it'],
  ['OIDC_CLIENT_SECRET', 'two words', 'must have no spaces in it'],
  ['OIDC_ISSUER', 'login.example.com', 'must be an https URL, or http on this machine'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'must be an http(s) URL'],
  ['LOAD_QUEUE_AGE_S', '0', 'must be at least 0.1'],
  ['LOAD_LAG_MS', '0', 'must be at least 1'],
  ['LOAD_LEVEL_MIN', '8', 'must be at most 7'],
  ['CANARY_API_KEY', 'secret', 'must be an API key'],
  ['CANARY_TO', '5550199', 'must be a number in E.164 form'],
  ['METRICS_PORT', '0', 'must be at least 1'],
  ['WORKFLOW_TASKS_CONCURRENT_MAX', '1', 'must be at least 2'],
  ['WORKFLOWS_CACHED_MAX', '1', 'must be at least 2'],
  ['MESSAGE_VALIDITY_S', '36001', 'must be at most 36000'],
  ['RECEIPT_GRACE_S', '0', 'must be at least 1'],
  ['RECONCILE_DELAYS_S', '5,soon', 'must be a comma-separated list of seconds, each between 0 and 3600'],
  ['RECONCILE_DELAYS_S', '5,,30', 'must be a comma-separated list of seconds, each between 0 and 3600'],
  ['RECONCILE_DELAYS_S', '0', 'must be a comma-separated list of seconds, each between 0 and 3600'],
  ['RECONCILE_DELAYS_S', '3601', 'must be a comma-separated list of seconds, each between 0 and 3600'],
  ['PROVIDER_HOLD_S', '601', 'must be at most 600'],
  ['BREAKER_FAILURES', '0', 'must be at least 1'],
  ['BREAKER_OPEN_S', '3601', 'must be at most 3600'],
  ['PROVIDER_RESPONSE_TIMEOUT_MS', '99', 'must be at least 100'],
  ['WEBHOOK_TARGETS', 'private', 'must be public or any'],
  ['WEBHOOK_RETRY_DELAYS_S', '5,never', 'must be a comma-separated list of seconds, each between 0 and 86400'],
  ['WEBHOOK_RETRY_DELAYS_S', '86401', 'must be a comma-separated list of seconds, each between 0 and 86400'],
  ['WEBHOOK_DISABLE_AFTER_S', '0', 'must be at least 1'],
  ['ARCHIVE_DIRECTORY', 'archive', 'must be an absolute path'],
  ['ARCHIVE_AFTER_DAYS', '0', 'must be at least 7'],
  ['ARCHIVE_AFTER_DAYS', '-1', 'must be at least 7'],
  ['ARCHIVE_AFTER_DAYS', '30.5', 'must be a whole number'],
  ['ARCHIVE_AFTER_DAYS', '3652059', 'must be at most 3650'],
  ['S3_BUCKET', 'My Bucket', 'must be the name of a bucket'],
  ['S3_ENDPOINT', 's3.example.com', 'must be an http(s) URL'],
  ['S3_REGION', 'us east', 'must be the name of a region'],
  ['S3_ACCESS_KEY_ID', 'two words', 'must be a key, without spaces'],
  ['S3_SECRET_ACCESS_KEY', 'two words', 'must be a key, without spaces'],
];

describe('a wrong environment', () => {
  test.each(wrong)('%s=%s: %s', (name, value, problem) => {
    expect(linesOf({ ...least, [name]: value })).toEqual([`${name} ${problem}. Example: ${name}=${variables[name].example}`]);
  });

  test('is shown whole, a line for each variable', () => {
    const environment: Record<string, string> = { ...least };
    for (const [name, value] of wrong) environment[name] = value;
    const tried = [...new Set(wrong.map(([name]) => name))];
    expect(
      linesOf(environment)
        .map((line) => line.split(' ')[0])
        .sort(),
    ).toEqual([...tried].sort());
    expect(() => readConfig(environment)).toThrow(/^The environment does not make sense:\n {2}\w/);
  });

  // Any text names a namespace or a host.
  test('has been tried for every variable that can be wrong', () => {
    const tried = wrong.map(([name]) => name);
    expect(names.filter((name) => !tried.includes(name))).toEqual(['TEMPORAL_NAMESPACE', 'HOST']);
  });

  test('tells a variable that is missing from one that is wrong', () => {
    expect(linesOf({})).toEqual(required.map((name) => `${name} is not set. Example: ${name}=${variables[name].example}`));
  });
});

describe('a right environment', () => {
  test('needs no more than where things are and the key', () => {
    expect(readConfig(least)).toMatchObject({
      ...least,
      TEMPORAL_NAMESPACE: 'default',
      ROLES: [...roles],
      HOST: '127.0.0.1',
      PORT: 3_000,
      TWILIO_API_BASE_URL: 'https://api.twilio.com',
      RECONCILE_DELAYS_S: [5_000, 30_000, 120_000],
      MESSAGE_VALIDITY_S: 14_400,
    });
  });

  test('may set variables to nothing: that counts as not set', () => {
    const empty = Object.fromEntries(names.map((name) => [name, '']));
    expect(readConfig({ ...empty, ...least })).toEqual(readConfig(least));
    expect(linesOf(empty)).toEqual(linesOf({}));
  });

  test('may hold anything else', () => {
    expect(readConfig({ ...least, PATH: '/bin', __proto__: 'x' } as Record<string, string>)).toEqual(readConfig(least));
  });

  test.each(names)('may set %s to its example', (name) => {
    expect(linesOf({ ...least, [name]: variables[name].example })).toEqual([]);
  });

  test('reads numbers and lists', () => {
    const config = readConfig({ ...least, PORT: '0', ROLES: 'server, sends', RECONCILE_DELAYS_S: '0.5, 10' });
    expect([config.PORT, config.ROLES, config.RECONCILE_DELAYS_S]).toEqual([0, ['server', 'sends'], [500, 10_000]]);
  });
});

describe('.env.example', () => {
  const text = envExample();

  test('has every variable once, with its meaning and a value that would do', () => {
    for (const name of names) {
      const lines = text.split('\n').filter((line) => line.replace('# ', '').startsWith(`${name}=`));
      expect(lines).toEqual([`${required.includes(name) ? '' : '# '}${name}=${variables[name].example}`]);
      expect(text).toContain(`# ${variables[name].about}`);
    }
  });

  test('sets what is required and nothing else, and makes sense as it is', () => {
    const set = Object.fromEntries(
      text
        .split('\n')
        .filter((line) => /^[A-Z]/.test(line))
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    expect(Object.keys(set)).toEqual(required);
    expect(linesOf(set)).toEqual([]);
  });
});
