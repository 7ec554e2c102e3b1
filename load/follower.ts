import { io, type Socket } from 'socket.io-client';

export interface Heard {
  seq: number;
  prev: number;
  messageId: string;
  status: string;
}

/** A client that follows one conversation as every client should: it comes back, at another server too, and says what it has. */
export interface Follower {
  heard: Heard[];
  /** Connections so far. */
  connections(): number;
  /** Resolves when it has the conversation open at the moment. */
  opened(): boolean;
  close(): void;
}

export function follow(
  urls: string[],
  { workspaceId, key, conversationId, afterSeq }: { workspaceId: string; key: string; conversationId: string; afterSeq: number },
): Follower {
  const heard: Heard[] = [];
  let place = 0;
  let connections = 0;
  let isOpen = false;
  let closed = false;
  let socket: Socket | undefined;

  const connect = () => {
    if (closed) return;
    const own = io(`${urls[place++ % urls.length]}/workspace/${workspaceId}`, {
      transports: ['websocket'],
      auth: { token: key },
      forceNew: true,
      reconnection: false,
    });
    socket = own;
    const hear = (event: Heard) => void heard.push(event);
    own.on('message:status', hear).on('message:inbound', hear);
    own.on('connect', () => {
      connections += 1;
      own.emit('conversation:open', { conversationId, afterSeq: heard.at(-1)?.seq ?? afterSeq }, (answer: { ok: boolean }) => {
        // A conversation that has only just been accepted may not be stored yet.
        if (!answer.ok) return again();
        isOpen = true;
      });
    });
    const again = () => {
      isOpen = false;
      own.removeAllListeners().close();
      setTimeout(connect, 100 + Math.random() * 200);
    };
    own.once('disconnect', again).once('connect_error', again);
  };
  connect();
  return {
    heard,
    connections: () => connections,
    opened: () => isOpen,
    close: () => {
      closed = true;
      socket?.removeAllListeners().close();
    },
  };
}
