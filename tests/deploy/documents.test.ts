import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { commands } from '../../main/operator/arguments.js';

const root = path.join(__dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const markdownIn = (folder: string) =>
  readdirSync(path.join(root, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${folder}/${file}`);

const pages = [...markdownIn('docs/security'), ...markdownIn('docs/runbooks'), 'docs/using/releases.md', 'docs/using/sizing.md'];
const parts = ['What you see', 'What it means', 'First minute', 'Find', 'Free', 'Verify', 'Afterwards', 'The drill'];
/** The bad nights that must have a page. */
const nights = [
  'provider-outage',
  'ambiguous-spike',
  'stuck-workflows',
  'disk-full',
  'restore',
  'redis-flush',
  'temporal-rebuilt',
  'poison-message',
  'leaked-key',
  'tenant-leak',
  'runaway-campaign',
  'bad-deploy',
  'clock-skew',
  'opt-out-backlog',
];

const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
const operations = Object.entries(JSON.parse(read('docs/reference/openapi.json')).paths as Record<string, object>).flatMap(
  ([route, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${route.replaceAll(/\{\w+\}/g, '{}')}`),
);
const testFiles = (readdirSync(path.join(root, 'tests'), { recursive: true }) as string[])
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => `tests/${file}`);

/** What a text says, within code or without. */
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)];

/** Words after `npm run postrider --` that name no command. */
function unknownCommands(text: string): string[] {
  return all(text, /npm run postrider -- ([a-z-]+)(?: ([a-z-]+))?/g)
    .filter(([, first = '', second]) => !Object.hasOwn(commands, first) && !Object.hasOwn(commands, `${first} ${second}`))
    .map(([words]) => words);
}

/** Options of such a line that its command does not take. */
function unknownOptions(text: string): string[] {
  return all(text, /npm run postrider -- ([a-z-]+)(?: ([a-z-]+))?([^`\n]*)/g).flatMap(([line, first = '', second, rest = '']) => {
    const pair = `${first} ${second}`;
    const name = (Object.hasOwn(commands, pair) ? pair : first) as keyof typeof commands;
    const may: readonly string[] = commands[name]?.options ?? [];
    return all(`${second} ${rest}`, /--([a-z-]+)/g)
      .filter(([, option = '']) => option !== 'json' && !may.includes(option))
      .map(([option]) => `${line}: ${option}`);
  });
}

const unknownScripts = (text: string) =>
  all(text, /npm run ([\w:-]+)/g)
    .map(([, name = '']) => name)
    .filter((name) => !scripts.includes(name));

const unknownOperations = (text: string) =>
  all(text, /`(GET|POST|PUT|PATCH|DELETE) (\/v1\/[^\s`?]+)/g)
    .map(([, method, route = '']) => `${method} ${route.replaceAll(/\{\w+\}|<[^>]+>/g, '{}')}`)
    .filter((one) => !operations.includes(one));

/** Patterns for tests that match none, and files of tests that are not there. */
const unknownTests = (text: string) => [
  ...all(text, /--testPathPatterns '?([^\s'`]+)/g)
    .map(([, pattern = '']) => pattern)
    .filter((pattern) => !testFiles.some((file) => new RegExp(pattern).test(file))),
  ...all(text, /\btests\/[\w/]+\.(?:test\.)?ts\b/g)
    .map(([file]) => file)
    .filter((file) => !existsSync(path.join(root, file))),
];

const deadLinks = (page: string, text: string) =>
  all(text, /\]\(([^)#\s]+)(?:#[^)]*)?\)/g)
    .map(([, to = '']) => to)
    .filter((to) => !/^\w+:/.test(to) && !existsSync(path.join(root, path.dirname(page), to)));

describe('what the pages for operators and about security name', () => {
  test.each(pages)('is there: %s', (page) => {
    const text = read(page);
    const faults = [
      unknownScripts(text),
      unknownCommands(text),
      unknownOptions(text),
      unknownOperations(text),
      unknownTests(text),
      deadLinks(page, text),
    ];
    expect(faults.flat()).toEqual([]);
  });

  test('is missed where it is not: a command, an option, a script, an operation, a test and a link', () => {
    const text =
      'npm run postrider -- mend, npm run postrider -- queues --now, npm run magic, `GET /v1/nothing/{id}`, --testPathPatterns nowhere, tests/no.test.ts [x](no.md)';
    const found = [unknownCommands(text), unknownOptions(text), unknownScripts(text), unknownOperations(text), unknownTests(text)];
    expect(found.map((faults) => faults.length)).toEqual([1, 1, 1, 1, 2]);
    expect(deadLinks('docs/runbooks/README.md', text)).toEqual(['no.md']);
  });
});

describe('the runbooks', () => {
  test.each(nights)('have a page for %s, with all of its parts in order', (night) => {
    const text = read(`docs/runbooks/${night}.md`);
    expect(all(text, /^## (.+)$/gm).map(([, title]) => title)).toEqual(parts);
    for (const part of text.split(/^## .+$/m).slice(1)) expect(part.trim().length).toBeGreaterThan(40);
  });

  test.each(nights)('tell the drill of %s: when, by which command, and what was seen', (night) => {
    const drill = read(`docs/runbooks/${night}.md`).split('## The drill')[1] ?? '';
    expect(drill).toMatch(/\| (20\d\d-\d\d-\d\d|with every change) \| .*`.+`.* \| .*\d.* \|/);
  });

  test.each(nights)('are listed: %s', (night) => expect(read('docs/runbooks/README.md')).toContain(`(${night}.md)`));
});

describe('the threat model', () => {
  const text = read('docs/security/threat-model.md');
  const named = all(text, /`(tests\/[^`]+?) › ([^`]+)`/g).map(([, file = '', title = '']) => ({ file, title }));

  test('names for each threat the test that shows what stands in its way', () => {
    const tables = text.split(/^## /m).filter((part) => part.includes('| shown by |'));
    expect(tables.length).toBeGreaterThan(5);
    const rows = tables.flatMap((part) => part.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| threat |')));
    expect(rows.filter((row) => !/`tests\/[^`]+ › /.test(row))).toEqual([]);
  });

  test('names only tests that there are', () => {
    const sources = new Map<string, string>();
    const isThere = ({ file, title }: { file: string; title: string }) => {
      if (!existsSync(path.join(root, file))) return false;
      const source = sources.get(file) ?? read(file);
      sources.set(file, source);
      return ["'", '`', '"'].some((quote) => source.includes(`${quote}${title}${quote}`));
    };
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((one) => !isThere(one))).toEqual([]);
  });
});

describe('the sizing page', () => {
  const text = read('docs/using/sizing.md');

  test('says of what was measured only what stands in the report that it names', () => {
    const measured = all(text, /^\| [^|]+ \| ([\d.]+)[^|]* \| \[[^\]]+\]\(\.\.\/(reports\/[\w.-]+)\)/gm);
    expect(measured.length).toBeGreaterThan(10);
    for (const [line, figure = '', report] of measured) expect([line, read(`docs/${report}`).includes(figure)]).toEqual([line, true]);
  });

  test('calculates cores from what it says was measured, by its own formula', () => {
    const rates = [28, 100, 300, 1_000];
    const rows = all(text, /^\| [^|]+ \| (?:\*\*)?([\d.]+)(?:\*\*)? \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm).filter(([line]) =>
      /rs|Postgres|all/.test(line),
    );
    expect(rows.length).toBe(5);
    for (const [line, ms, ...cores] of rows)
      for (const [index, rate] of rates.entries())
        expect([line, Math.abs(Number(cores[index]?.replaceAll('*', '')) - (rate * Number(ms)) / 1_000 / 0.6) < 0.11]).toEqual([
          line,
          true,
        ]);
  });
});
