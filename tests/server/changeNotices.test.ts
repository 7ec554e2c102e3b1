import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Namespace } from 'socket.io';
import { ChangeNotices } from '../../server/sockets/changeNotices.js';

let told: string[];
let watched: boolean;
let notices: ChangeNotices;

beforeEach(() => {
  jest.useFakeTimers();
  told = [];
  watched = true;
  const namespaceOf = (workspaceId: string) => {
    const rooms = new Map(watched ? [['queues', new Set(['socket'])]] : []);
    const namespace = { adapter: { rooms }, to: () => ({ emit: (name: string) => told.push(`${workspaceId} ${name}`) }) };
    return namespace as unknown as Namespace;
  };
  notices = new ChangeNotices(namespaceOf, 'queues', 'queues:changed');
});
afterEach(() => {
  notices.close();
  jest.useRealTimers();
});

describe('those who watch the queues of a workspace', () => {
  it('hear of a change at once, and of all that come within a second together, when it is over', () => {
    notices.changed('a');
    expect(told).toEqual(['a queues:changed']);
    for (let more = 0; more < 100; more++) notices.changed('a');
    jest.advanceTimersByTime(999);
    expect(told).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(told).toHaveLength(2);
    jest.advanceTimersByTime(10_000);
    expect(told).toHaveLength(2);
  });

  it('do not wait for those of another', () => {
    notices.changed('a');
    notices.changed('b');
    expect(told).toEqual(['a queues:changed', 'b queues:changed']);
  });

  it('are told nothing where nobody watches', () => {
    watched = false;
    notices.changed('a');
    expect(told).toEqual([]);
  });
});
