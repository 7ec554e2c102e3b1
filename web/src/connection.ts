/** What is known about the way to the server: the socket's state, and whether the last HTTP request was answered. */
export interface ConnectionFacts {
  socket: 'connecting' | 'connected' | 'down';
  reachable: boolean;
  /** The server said that what others do arrives late. */
  delayed: boolean;
  /** What it gives up for load, in its own words. */
  busy: string | null;
}

export type ConnectionState = 'connecting' | 'live' | 'delayed' | 'busy' | 'reconnecting' | 'offline';

export function connectionStateOf({ socket, reachable, delayed, busy }: ConnectionFacts): ConnectionState {
  if (socket === 'connected') return busy ? 'busy' : delayed ? 'delayed' : 'live';
  if (!reachable) return 'offline';
  return socket === 'connecting' ? 'connecting' : 'reconnecting';
}

/**
 * @param waiting messages of the outbox that could not leave yet
 * @param busy what the server says of its load
 */
export function connectionWords(
  state: ConnectionState,
  waiting: number,
  busy: string | null = null,
): { word: string; sentence: string | null } {
  const held = waiting === 0 ? null : `${waiting === 1 ? '1 message waits' : `${waiting} messages wait`} in this tab to be sent`;
  switch (state) {
    case 'live':
      return { word: 'Live', sentence: held };
    case 'delayed':
      return { word: 'Live updates delayed', sentence: held ?? 'messages are sent as always; changes show a moment later' };
    case 'busy':
      return { word: 'Busy', sentence: [held, busy].filter(Boolean).join('. ') || null };
    case 'connecting':
      return { word: 'Connecting…', sentence: held };
    case 'reconnecting':
      return { word: 'Reconnecting…', sentence: held };
    case 'offline':
      return { word: 'Offline', sentence: held ?? 'messages you send are kept in this tab until the connection is back' };
  }
}
