import { describe, expect, it } from '@jest/globals';
import { readArguments } from '../../../main/operator/arguments.js';
import { age, print, table } from '../../../main/operator/print.js';
import { requestOf } from '../../../main/operator/requestOf.js';
import { UsageError } from '../../../platform/commandLine.js';

const requestFor = (line: string) => {
  const words = readArguments(line.split(' '));
  return words && requestOf(words);
};

describe('the words of an operator', () => {
  it.each([
    ['queues', 'GET', '/v1/queues', undefined],
    ['list failed --limit 3', 'GET', '/v1/queues/failed?limit=3', undefined],
    ['show 1-2', 'GET', '/v1/messages/1-2/trace', undefined],
    [
      'retry 1-2 --confirm may-have-been-sent --reason why',
      'POST',
      '/v1/messages/1-2/retry',
      { confirm: 'may-have-been-sent', reason: 'why' },
    ],
    ['resolve 1-2 --sent-as SM1', 'POST', '/v1/messages/1-2/resolve', { providerMessageId: 'SM1' }],
    ['park 1-2', 'POST', '/v1/messages/1-2/park', {}],
    ['stop 1-2', 'POST', '/v1/queues/failed/redrive/1-2/cancel', {}],
    ['limits', 'GET', '/v1/workspace/limits', undefined],
    ['limits --rate 5 --cooldown-s 0', 'PATCH', '/v1/workspace/limits', { ratePerSecond: 5, cooldownMs: 0 }],
    ['limits --end-cooldown', 'PATCH', '/v1/workspace/limits', { cooldownUntil: null }],
    [
      'redrive --status failed,expired --error-code 30003 --rate 2 --dry-run',
      'POST',
      '/v1/queues/failed/redrive',
      { filter: { status: ['failed', 'expired'], errorCode: ['30003'] }, ratePerSecond: 2, dryRun: true },
    ],
  ])('%s', (line, method, path, body) => {
    const request = requestFor(line);
    expect(JSON.parse(JSON.stringify(request))).toEqual({ method, path, ...(body && { body }) });
  });

  it.each([
    ['', /say what to do/],
    ['explode', /there is no command explode/],
    ['retry', /retry needs one more word: ID/],
    ['retry 1 2', /what is 2\?/],
    ['queues now', /what is now\?/],
    ['show 1 --rate 2', /--rate does not belong to show/],
    ['resolve 1', /resolve needs --sent-as/],
    ['limits --rate fast', /--rate fast is not a whole number/],
    ['queues --colour', /'--colour'/],
  ])('that are wrong are refused: %s', (line, sentence) => {
    expect(() => readArguments(line.split(' ').filter(Boolean))).toThrow(UsageError);
    expect(() => readArguments(line.split(' ').filter(Boolean))).toThrow(sentence);
  });
});

describe('what an operator reads', () => {
  it('is a table with a column each, and dashes for what is not there', () => {
    expect(
      table([
        { id: 'a', error: null },
        { id: 'long one', error: 'x' },
      ]),
    ).toBe('id        error\na         -\nlong one  x\n');
    expect(table([])).toBe('nothing\n');
  });

  it('says ages in the unit that fits', () => {
    expect([null, 0, 119, 120, 7_199, 7_200].map(age)).toEqual(['-', '0 s', '119 s', '2 min', '119 min', '2 h']);
  });

  it('says of a dry run that nothing was changed, and what has to be confirmed', () => {
    const answer = { dryRun: true, matched: 30, byStatus: { failed: 30 }, ratePerSecond: 5, takesAboutS: 6, mustConfirm: ['everything'] };
    expect(print('redrive', answer)).toMatch(/30 .*\n\nNothing was changed\. It would take about 6 s, and needs --confirm everything\.\n$/);
  });
});
