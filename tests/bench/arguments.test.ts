import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, test } from '@jest/globals';
import { readArguments } from '../../bench/arguments.js';
import { profiles } from '../../bench/profiles.js';
import { UsageError } from '../../platform/commandLine.js';

const running = [
  '--url',
  'http://127.0.0.1:3000',
  '--simulator',
  'http://127.0.0.1:4010',
  '--database',
  'postgresql://localhost/postrider',
];
const key = `pr_${'0123456789abcdef'.repeat(2)}_12345678_secret`;

describe('the words of a bench', () => {
  test.each(Object.keys(profiles))('name the profile %s', (profile) => {
    expect(readArguments([profile, '--quick']).profile).toBe(profile);
    expect(readFileSync(path.join(__dirname, '../../docs/using/bench.md'), 'utf8')).toContain(`\`npm run bench -- ${profile}\``);
  });

  test.each([
    [['hotpaht'], 'there is no profile hotpaht'],
    [['toString'], 'there is no profile toString'],
    [[], 'say which profile to run'],
    [['hotpath', 'nominal'], 'one profile at a time: what is nominal?'],
    [['nominal', '--seconds', '1e3'], '--seconds 1e3 is not a whole number above 0'],
    [['hotpath', '--messages', '0'], '--messages 0 is not a whole number above 0'],
    [['hotpath', '--quik'], "Unknown option '--quik'"],
    [['hotpath', '--env', 'LOG_LEVEL'], '--env LOG_LEVEL: write NAME=VALUE'],
    [['nominal', '--url', 'http://127.0.0.1:3000'], '--url needs --simulator URL, --database URL and --api-keys KEY,KEY,… too'],
    [['nominal', '--simulator', 'http://127.0.0.1:3000'], '--simulator belongs to --url URL'],
    [['nominal', ...running, '--api-keys', 'secret'], '--api-keys: an API key begins with pr_ and the workspace'],
    [['nominal', ...running.with(1, 'localhost'), '--api-keys', key], '--url is not a URL that begins with http://'],
    [['hotpath', ...running, '--api-keys', key], 'hotpath measures a system of its own: leave --url out'],
  ])('%j are refused: %s', (words, message) => {
    expect(() => readArguments(words)).toThrow(new UsageError(message));
  });

  it('name a system that runs, by keys that say their workspace', () => {
    expect(readArguments(['nominal', ...running, '--api-keys', `${key}, ${key}`]).running).toEqual({
      url: 'http://127.0.0.1:3000',
      simulatorUrl: 'http://127.0.0.1:4010',
      databaseUrl: 'postgresql://localhost/postrider',
      apiKeys: [key, key],
    });
  });
});
