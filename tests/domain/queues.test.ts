import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isTerminal, messageStatuses } from '../../domain/messageStatus.js';
import { priorities } from '../../domain/priority.js';
import { failedStatuses, outboundStatuses, processingStatuses, queueOfOpen, reasonOf } from '../../domain/queues.js';
import { narrows } from '../../domain/redrive.js';

describe('the queues', () => {
  it('hold every state of a message exactly once, save those that ended well or came in', () => {
    const inQueues = [...outboundStatuses, ...processingStatuses, ...failedStatuses] as string[];
    expect(new Set(inQueues).size).toBe(inQueues.length);
    const outside = messageStatuses.filter((status) => !inQueues.includes(status));
    expect(outside).toEqual(messageStatuses.filter((status) => ['received', 'delivered', 'canceled'].includes(status)));
  });

  it('say why a message is in them', () => {
    for (const status of [...outboundStatuses, ...processingStatuses, ...failedStatuses])
      expect([status, reasonOf[status]]).not.toContain(undefined);
  });

  it('leave out an open message that has ended and is not recorded yet', () => {
    for (const status of messageStatuses.filter(isTerminal)) expect(queueOfOpen({ direction: 'outbound', status })).toBeUndefined();
    expect(queueOfOpen({ direction: 'inbound', status: 'delivered' })).toBe('inbound');
  });
});

describe('a filter of failed messages', () => {
  it('matches everything where it names nothing, all states, all lanes, or both', () => {
    for (const filter of [
      {},
      { status: [...failedStatuses] },
      { lane: [...priorities] },
      { status: [...failedStatuses], lane: [...priorities] },
    ])
      expect([filter, narrows(filter)]).toEqual([filter, false]);
  });

  it('narrows where it leaves out a state or a lane, or names a code, a time or a sender', () => {
    fc.assert(
      fc.property(fc.subarray([...failedStatuses], { minLength: 1 }), fc.subarray([...priorities], { minLength: 1 }), (status, lane) => {
        expect(narrows({ status, lane })).toBe(status.length < failedStatuses.length || lane.length < priorities.length);
      }),
    );
    for (const filter of [
      { errorCode: ['30003'] },
      { acceptedAfter: '2026-11-24T00:00:00Z' },
      { acceptedBefore: '2026-11-24T00:00:00Z' },
      { senderId: 'x' },
    ])
      expect(narrows({ status: [...failedStatuses], ...filter })).toBe(true);
  });
});
