import { describe, expect, it } from '@jest/globals';
import { detailsText } from '../../web/src/operator/detailsText.js';
import { stepsOf } from '../../web/src/operator/messageSteps.js';
import { filterOf, noWords } from '../../web/src/operator/redriveFilter.js';
import { agoText } from '../../web/src/timeText.js';

const nowMs = Date.UTC(2026, 10, 29, 12);
const at = (secondsAgo: number) => new Date(nowMs - secondsAgo * 1_000).toISOString();

describe('the operator’s room', () => {
  it.each([
    [0, 'now'],
    [2, '2 s ago'],
    [119, '119 s ago'],
    [120, '2 min ago'],
    [7_199, '119 min ago'],
    [7_200, '2 h ago'],
    [172_800, '2 d ago'],
    [-30, 'in 30 s'],
    [-600, 'in 10 min'],
  ])('says how far a time is: %d s ago is %s', (seconds, words) => {
    expect(agoText(at(seconds), nowMs)).toBe(words);
  });

  it('tells events, tries, receipts and what people did in one line of time', () => {
    const steps = stepsOf({
      events: [
        { seq: 1, prev: 0, status: 'queued', attempt: 0, providerMessageId: null, error: null, consent: null, at: at(60) },
        {
          seq: 4,
          prev: 1,
          status: 'parked',
          attempt: 1,
          providerMessageId: null,
          error: { code: 'x', message: 'y' },
          consent: null,
          at: at(10),
        },
      ],
      attempts: [
        {
          attempt: 1,
          status: 'ambiguous',
          provider: 'twilio',
          startedAt: at(50),
          deadlineAt: at(40),
          providerMessageId: null,
          error: null,
          evidence: 'no answer within 15000 ms',
        },
      ],
      receipts: [{ at: at(5), attempt: 1, providerMessageId: 'SM1', status: 'sent' }],
      interventions: [{ at: at(1), actor: 'person 1', action: 'message.resolved', details: { reason: 'seen' } }],
    });
    expect(steps.map(({ kind, isBad }) => [kind, isBad])).toEqual([
      ['event', false],
      ['attempt', true],
      ['event', true],
      ['receipt', false],
      ['person', false],
    ]);
    expect(steps[1]?.details).toEqual([['evidence', 'no answer within 15000 ms']]);
    expect(steps[4]?.details).toEqual([
      ['by', 'person 1'],
      ['why', 'seen'],
    ]);
  });

  it('makes a filter of what was typed, and leaves out what was left empty', () => {
    expect(filterOf(noWords)).toEqual({ status: ['failed'] });
    expect(filterOf({ ...noWords, statuses: [], codes: ' 30007, 30008;x ', from: ' +14155550100 ' })).toEqual({
      errorCode: ['30007', '30008', 'x'],
      from: '+14155550100',
    });
    expect(filterOf({ ...noWords, after: '2026-11-24T03:00' }).acceptedAfter).toBe(new Date('2026-11-24T03:00').toISOString());
  });

  it('says in short what an entry of the audit changed, and why', () => {
    const details = { before: { status: 'parked', attempt: 1 }, after: { status: 'queued', attempt: 1 }, reason: 'mended', count: 2 };
    expect(detailsText(details)).toBe('status parked → queued, count 2, “mended”');
    expect(detailsText({ scopes: ['messages:read', 'keys:read'], expiresAt: null })).toBe('scopes messages:read keys:read, expiresAt none');
    expect(detailsText({ text: 'x'.repeat(500) }).length).toBe(160);
  });
});
