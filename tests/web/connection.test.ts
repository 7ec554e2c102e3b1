import { describe, expect, it } from '@jest/globals';
import { connectionStateOf, connectionWords } from '../../web/src/connection.js';

describe('the connection', () => {
  it('is live with a socket, and offline only where HTTP fails too', () => {
    expect(connectionStateOf({ socket: 'connected', reachable: false, delayed: false, busy: null })).toBe('live');
    expect(connectionStateOf({ socket: 'connected', reachable: true, delayed: true, busy: null })).toBe('delayed');
    expect(connectionStateOf({ socket: 'connecting', reachable: true, delayed: false, busy: null })).toBe('connecting');
    expect(connectionStateOf({ socket: 'down', reachable: true, delayed: false, busy: null })).toBe('reconnecting');
    expect(connectionStateOf({ socket: 'down', reachable: false, delayed: false, busy: null })).toBe('offline');
  });

  it('says what waits to be sent', () => {
    expect(connectionWords('live', 0)).toEqual({ word: 'Live', sentence: null });
    expect(connectionWords('offline', 0).sentence).toBe('messages you send are kept in this tab until the connection is back');
    expect(connectionWords('offline', 1).sentence).toBe('1 message waits in this tab to be sent');
    expect(connectionWords('reconnecting', 2).sentence).toBe('2 messages wait in this tab to be sent');
  });
});
