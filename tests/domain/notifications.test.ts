import { describe, expect, it } from '@jest/globals';
import { audienceOf, noticeOfMessage } from '../../domain/notifications.js';

const message = { workspaceId: 'w', messageId: 'm' };
const noticeOf = (status: Parameters<typeof noticeOfMessage>[1], code?: string) =>
  noticeOfMessage(message, status, code === undefined ? null : { code, message: 'To +14155550100: no' });

describe('people are told of a message', () => {
  it.each([
    ['failed', '30007', 'message.failed', '30007', 'workspace'],
    ['undelivered', '30005', 'message.failed', '30005', 'workspace'],
    ['failed', 'provider_unreachable', 'message.failed', 'provider_unreachable', 'operator'],
    ['expired', 'expired', 'message.failed', 'expired', 'workspace'],
    ['queued', '20003', 'message.kept', '20003', 'operator'],
    ['uncertain', undefined, 'message.uncertain', 'outcome_unknown', 'operator'],
    ['parked', 'outcome_unknown', 'message.parked', 'outcome_unknown', 'operator'],
    ['unknown', 'no_receipt', 'message.unknown', 'no_receipt', 'operator'],
    // Of a class that tells nobody.
    ['undelivered', '30003', 'message.failed', '30003', 'nobody'],
  ] as const)('that is %s by code %s: %s about %s, to %s', (status, code, kind, subject, audience) => {
    const notice = noticeOf(status, code);
    expect(notice).toMatchObject({ workspaceId: 'w', kind, subject, details: { messageId: 'm' } });
    expect(notice && audienceOf(notice)).toBe(audience);
    expect(JSON.stringify(notice)).not.toContain('+1415');
  });

  it.each([
    ['delivered', undefined],
    ['canceled', undefined],
    ['sent', undefined],
    ['queued', undefined],
    // Tried again by itself, and not yet worth a word.
    ['queued', '30001'],
    ['queued', 'outcome_unknown'],
  ] as const)('not where it is %s (%s)', (status, code) => {
    expect(noticeOf(status, code)).toBeUndefined();
  });

  it('in as many notifications as there are codes, not as there are texts', () => {
    expect(noticeOf('failed', 'a code of some provider')?.subject).toBe('other');
    expect(noticeOf('failed', '39999')).toMatchObject({ subject: '39999', errorClass: 'UNKNOWN' });
  });
});
