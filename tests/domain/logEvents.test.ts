import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { logEvents } from '../../domain/logEvents.js';

const root = path.resolve(__dirname, '../..');
const folders = ['activities', 'limiter', 'lives', 'main', 'platform', 'providers', 'server', 'storage', 'workers'];
const sources = folders.flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join(root, folder, file), 'utf8')),
);

describe('the catalogue of log lines', () => {
  test('has no line that nobody writes', () => {
    const written = sources.flatMap((source) => [...source.matchAll(/event: ['`]([^'`]+)['`]/g)].map(([, name = '']) => name));
    // A part of the name may be one of a few words.
    const patterns = written.map((name) => new RegExp(`^${name.replace('.', '\\.').replace(/\$\{\w+\}/, '[a-z_]+')}$`));
    expect(Object.keys(logEvents).filter((name) => !patterns.some((pattern) => pattern.test(name)))).toEqual([]);
  });

  test('has a name of two parts and a sentence for each', () => {
    for (const [name, { about }] of Object.entries(logEvents)) {
      expect(name).toMatch(/^[a-z_]+\.[a-z_]+$/);
      expect(about).toMatch(/^[A-Z].*\.$/);
    }
  });
});
