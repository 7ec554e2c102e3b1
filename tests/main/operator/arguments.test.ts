import { describe, expect, it } from '@jest/globals';
import { readArguments } from '../../../main/operator/arguments.js';
import { age, print, table } from '../../../main/operator/print.js';
import { requestOf } from '../../../main/operator/requestOf.js';
import { UsageError } from '../../../platform/commandLine.js';

const requestFor = (line: string) => {
  const words = readArguments(line.split(' '));
  return words && requestOf(words as Parameters<typeof requestOf>[0]);
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
    [
      'cancel-all --from +14155550100 --lane bulk --category marketing',
      'POST',
      '/v1/queues/outbound/cancel',
      { filter: { lane: ['bulk'], category: 'marketing', from: '+14155550100' }, dryRun: true },
    ],
    ['cancel-all --yes --confirm everything', 'POST', '/v1/queues/outbound/cancel', { filter: {}, dryRun: false, confirm: 'everything' }],
    ['canceled 1-2', 'GET', '/v1/queues/outbound/cancel/1-2', undefined],
    ['versions --limit 3', 'GET', '/v1/workspace/versions?limit=3', undefined],
    ['undo 7', 'POST', '/v1/workspace/versions/7/undo', { dryRun: true }],
    ['undo 7 --yes --confirm changed-since', 'POST', '/v1/workspace/versions/7/undo', { dryRun: false, confirm: 'changed-since' }],
    ['restore 7 --yes --reason why', 'POST', '/v1/workspace/versions/7/restore', { dryRun: false, reason: 'why' }],
    ['audit --limit 3', 'GET', '/v1/workspace/audit?limit=3', undefined],
    ['notifications', 'GET', '/v1/notifications?state=unread&limit=20', undefined],
    ['read 1-2', 'POST', '/v1/notifications/1-2/read', undefined],
    ['read all', 'POST', '/v1/notifications/read', undefined],
    ['webhooks', 'GET', '/v1/webhook-endpoints', undefined],
    ['sender +14155550100 --provider telnyx', 'PUT', '/v1/workspace/senders/%2B14155550100', { provider: 'telnyx' }],
    ['providers', 'GET', '/v1/workspace/providers', undefined],
    ['set-provider twilio --file package.json', 'PUT', '/v1/workspace/providers/twilio', expect.objectContaining({ name: 'postrider' })],
    ['remove-provider http-gateway', 'DELETE', '/v1/workspace/providers/http-gateway', undefined],
    ['limits', 'GET', '/v1/workspace/limits', undefined],
    ['limits --rate 5 --cooldown-s 0', 'PATCH', '/v1/workspace/limits', { ratePerSecond: 5, cooldownMs: 0 }],
    ['routes', 'GET', '/v1/workspace/routes', undefined],
    ['breaker list', 'GET', '/v1/workspace/breakers', undefined],
    ['breaker open account/twilio --for 2h', 'PUT', '/v1/workspace/breakers/account/twilio', { state: 'open', forSeconds: 7_200 }],
    ['breaker close sender/+1415', 'PUT', '/v1/workspace/breakers/sender/%2B1415', { state: 'closed', forSeconds: 600 }],
    ['breaker auto account/twilio --reason why', 'PUT', '/v1/workspace/breakers/account/twilio', { state: 'auto', reason: 'why' }],
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
    ['set-provider twilio', /set-provider needs --file FILE/],
    ['limits --rate fast', /--rate fast is not a whole number/],
    ['breaker', /there is no command breaker/],
    ['breaker open', /breaker open needs one more word: BREAKER/],
    ['breaker open account/twilio --for ever', /--for ever is not a time such as 30s/],
    ['breaker list --for 2h', /--for does not belong to breaker list/],
    ['queues --colour', /'--colour'/],
  ])('that are wrong are refused: %s', (line, sentence) => {
    expect(() => readArguments(line.split(' ').filter(Boolean))).toThrow(UsageError);
    expect(() => readArguments(line.split(' ').filter(Boolean))).toThrow(sentence);
  });
});

it.each([
  ['no-such-file.json', /--file no-such-file.json can not be read: ENOENT/],
  ['README.md', /--file README.md is not a JSON object/],
])('credentials that can not be read from %s are refused, and not shown', (file, sentence) => {
  expect(() => requestFor(`set-provider twilio --file ${file}`)).toThrow(sentence);
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
