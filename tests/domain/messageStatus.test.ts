import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  advances,
  attemptStatusesThatYieldTo,
  cancelableStatuses,
  isClosed,
  isTerminal,
  type MessageStatus,
  messageStatuses,
  statusAfter,
  statusesThatYieldTo,
} from '../../domain/messageStatus.js';

const anyStatus = fc.constantFrom(...messageStatuses);
const waypoints = ['accepted', 'sending', 'sent'] as const;
const endings = ['delivered', 'undelivered', 'failed', 'canceled'] as const;

/** The receipts of one life: some of the way, and one ending; or an `undelivered` that was corrected. */
const life = fc.tuple(
  fc.subarray([...waypoints]),
  fc.oneof(...endings.map((ending) => fc.constant<MessageStatus[]>([ending])), fc.constant<MessageStatus[]>(['undelivered', 'delivered'])),
);

describe('the receipts of one life', () => {
  test('end the same in any order and with any repeats', () => {
    fc.assert(
      fc.property(
        life.chain(([way, ending]) => {
          const receipts: MessageStatus[] = [...way, ...ending];
          const arrivals = fc
            .array(fc.constantFrom(...receipts), { maxLength: 10 })
            .chain((repeats) => fc.shuffledSubarray([...receipts, ...repeats], { minLength: receipts.length + repeats.length }));
          return fc.record({ end: fc.constant(ending.at(-1) as MessageStatus), arrivals });
        }),
        fc.constantFrom<MessageStatus>('scheduled', 'queued', 'dispatching', 'uncertain', 'parked', 'unknown'),
        ({ end, arrivals }, start) => expect(statusAfter(start, arrivals)).toBe(end),
      ),
    );
  });

  test('never move a message downwards', () => {
    const way: MessageStatus[] = ['scheduled', 'queued', 'dispatching', 'uncertain', 'accepted', 'sending', 'sent', 'delivered'];
    for (const [index, current] of way.entries()) {
      for (const [other, next] of way.entries())
        expect(`${current} → ${next}: ${advances(current, next)}`).toBe(`${current} → ${next}: ${other > index}`);
    }
  });

  test('that contradict each other leave the first ending, whatever follows', () => {
    fc.assert(
      fc.property(fc.constantFrom(...endings), fc.array(anyStatus), (first, later) => {
        const corrected = first === 'undelivered' && later.includes('delivered');
        expect(statusAfter('queued', [first, ...later])).toBe(corrected ? 'delivered' : first);
      }),
    );
  });

  test('a late `delivered` corrects `undelivered`, and no other ending', () => {
    expect(messageStatuses.filter((status) => isTerminal(status) && advances(status, 'delivered'))).toEqual(['undelivered']);
    expect(advances('delivered', 'undelivered')).toBe(false);
  });
});

describe('a message that was given up', () => {
  test.each(['parked', 'unknown'] as const)('as %s yields to all that a provider can prove, and to nothing less', (givenUp) => {
    const yields = messageStatuses.filter((status) => advances(givenUp, status));
    expect(yields).toEqual([...waypoints, 'delivered', 'undelivered', 'failed', 'canceled', 'expired']);
    expect([isClosed(givenUp), isTerminal(givenUp)]).toEqual([true, false]);
  });

  test('was in doubt before: nothing above uncertain can be given up', () => {
    expect(statusesThatYieldTo('parked')).toEqual(['scheduled', 'queued', 'dispatching', 'uncertain']);
    expect(statusesThatYieldTo('unknown')).toEqual(['scheduled', 'queued', 'dispatching', 'uncertain']);
  });
});

test('the states that end a workflow are the terminal ones, parked and unknown', () => {
  expect(messageStatuses.filter(isTerminal)).toEqual(['delivered', 'undelivered', 'failed', 'canceled', 'expired', 'received']);
  expect(messageStatuses.filter(isClosed)).toEqual([
    'delivered',
    'undelivered',
    'failed',
    'canceled',
    'parked',
    'unknown',
    'expired',
    'received',
  ]);
});

test('a message that came in is what it is: nothing turns it into another, and no other into it', () => {
  expect(messageStatuses.filter((status) => advances('received', status) || advances(status, 'received'))).toEqual([]);
});

test('a message can be called back only while nothing of it has ever been on its way', () => {
  const way = statusesThatYieldTo('dispatching');
  expect([...cancelableStatuses]).toEqual(way);
});

test('the rule as a list for SQL agrees with the rule as a function', () => {
  for (const next of messageStatuses) {
    for (const current of messageStatuses) expect(statusesThatYieldTo(next).includes(current)).toBe(advances(current, next));
  }
});

describe('a send attempt', () => {
  test.each([...waypoints, ...endings])(
    "yields to the provider's `%s` where the message would, and even where it was given up",
    (proof) => {
      const yields = attemptStatusesThatYieldTo(proof);
      expect(yields).toEqual(expect.arrayContaining(['dispatching', 'uncertain', 'notSent', 'abandoned']));
      const ofMessage = statusesThatYieldTo(proof) as string[];
      expect(yields.filter((status) => status !== 'notSent' && status !== 'abandoned')).toEqual(
        ofMessage.filter((status) => !['scheduled', 'queued', 'parked', 'unknown', 'expired', 'received'].includes(status)),
      );
    },
  );

  test.each(['uncertain', 'notSent', 'abandoned'] as const)('becomes %s only while nothing is proved', (verdict) => {
    expect(attemptStatusesThatYieldTo(verdict)).toEqual(['dispatching', 'uncertain']);
  });
});
