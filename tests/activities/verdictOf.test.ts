import { expect, it } from '@jest/globals';
import { verdictOf } from '../../activities/verdictOf.js';
import type { SendOutcome } from '../../providers/provider.js';

const rejected = (code: string): SendOutcome => ({ kind: 'rejected', code, message: '' });

it.each<[string, SendOutcome, 'account' | 'sender' | null, boolean]>([
  ['was taken', { kind: 'accepted', providerMessageId: 'SM1', status: 'accepted' }, null, false],
  ['may have been taken', { kind: 'ambiguous', reason: 'HTTP 500' }, 'account', false],
  ['found nobody there', { kind: 'notSent', reason: 'ECONNREFUSED' }, 'account', true],
  ['was refused for the rate', { kind: 'rateLimited', code: '20429', retryAfterMs: null }, null, true],
  ['was refused for the credentials', rejected('20003'), 'account', true],
  ['was refused for the sender', rejected('21606'), 'sender', true],
  ['was refused for the region', rejected('21408'), null, true],
  ['was refused because the queue overflowed', rejected('30001'), null, true],
  ['was refused for the number', rejected('21211'), null, false],
  ['was refused because the recipient opted out', rejected('21610'), null, false],
  ['was refused for its content', rejected('30007'), null, false],
  ['was refused for a reason that nobody knows', rejected('29999'), null, false],
])(
  'a message that %s blames the right one, and goes on to another provider only where it is proved unsent',
  (_, outcome, blames, mayFallBack) => {
    expect(verdictOf(outcome)).toMatchObject({ blames, mayFallBack });
  },
);
