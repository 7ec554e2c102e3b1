import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, test } from '@jest/globals';
import { readArguments } from '../../chaos/arguments.js';
import { faultMatrix, faults } from '../../chaos/faults/catalogue.js';
import { UsageError } from '../../platform/commandLine.js';

describe('the words of a run', () => {
  test.each([
    [['--seed', 'abc'], '--seed abc is not a whole number from 0 to 4294967295'],
    [['--seed', '-1'], /--seed/],
    [['--minutes', '0'], '--minutes 0 is not a number above 0 and up to 1440'],
    [['--minutes', '1e3'], '--minutes 1e3 is not a number above 0 and up to 1440'],
    [['--faults', '41'], '--faults 41 is not a whole number from 1 to 40'],
    [['--faults', '1,x'], '--faults x is not a whole number from 1 to 40'],
    [['--faults', '40'], /^--faults 40: restore from a backup can't be injected by a run: /],
    [['--minutes', '0.1', '--faults', '1,2'], '--minutes 0.1 is too short for these faults: give them 0.5'],
    [['--mutation', 'none'], '--mutation none is not one of drop-accepted, blind-retry, no-row-security, stop-ignored'],
    [['--speed', '3'], "Unknown option '--speed'"],
  ])('%j are refused in one line', (words, message) => {
    expect(() => readArguments(words)).toThrow(message instanceof RegExp ? message : new UsageError(message));
    try {
      readArguments(words);
    } catch (error) {
      expect((error as Error).message).not.toContain('\n');
    }
  });

  it('without any make up a seed and take every fault', () => {
    expect(readArguments([], () => 7)).toMatchObject({ seed: 7, minutes: 3, faults: faults.map(({ number }) => number) });
  });
});

describe('the fault matrix', () => {
  it('has forty rows, each injected or named as impossible in a run', () => {
    expect(faultMatrix.map(({ number }) => number)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it('stands in the documents', () => {
    const page = readFileSync(path.join(__dirname, '../../docs/using/chaos.md'), 'utf8');
    for (const { number, name } of faultMatrix) expect(page).toContain(`| ${number} | ${name} |`);
  });
});
