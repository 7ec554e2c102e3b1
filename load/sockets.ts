import { io, type Socket } from 'socket.io-client';

/** A workspace whose sockets look at these conversations. */
export interface SocketPlace {
  id: string;
  apiKey: string;
  conversationIds: string[];
}

/** An event that a socket heard. Epoch milliseconds. */
export interface HeardEvent {
  messageId: string;
  status: string;
  /** When the event was stored. */
  storedAtMs: number;
  heardAtMs: number;
}

/** Workspaces whose sockets connect at the same time. */
const placesAtOnce = 20;

/** One connection of a workspace to the server at `url`, without transports and reconnections that a browser would try. */
export function connectSocket({ id, apiKey }: Pick<SocketPlace, 'id' | 'apiKey'>, url: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = io(`${url}/workspace/${id}`, {
      transports: ['websocket'],
      auth: { token: apiKey },
      forceNew: true,
      reconnection: false,
    });
    socket.once('connect', () => resolve(socket)).once('connect_error', reject);
  });
}

/** Does something with all items, `size` of them at a time. */
export async function inBatches<T>(items: readonly T[], size: number, act: (item: T, index: number) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += size)
    await Promise.all(items.slice(start, start + size).map((item, index) => act(item, start + index)));
}

/** Sockets that stay connected and write down what they hear. */
export class ListeningSockets {
  private readonly sockets: Socket[] = [];
  private heard: HeardEvent[] = [];

  /** @param urls of the servers, which get the sockets in turn */
  constructor(private readonly urls: readonly string[]) {}

  get count(): number {
    return this.sockets.length;
  }

  /** How many of them are still connected. */
  get connected(): number {
    return this.sockets.filter(({ connected }) => connected).length;
  }

  get heardCount(): number {
    return this.heard.length;
  }

  /** Connects so many sockets for each workspace; each opens all of its conversations. */
  async open(places: readonly SocketPlace[], each: number): Promise<void> {
    await inBatches(places, placesAtOnce, async (place) => {
      for (let number = 0; number < each; number++) {
        const socket = await connectSocket(place, this.urls[number % this.urls.length] as string);
        this.sockets.push(socket);
        for (const name of ['message:status', 'message:inbound']) {
          socket.on(name, ({ messageId, status, at }: { messageId: string; status: string; at: string }) =>
            this.heard.push({ messageId, status, storedAtMs: Date.parse(at), heardAtMs: Date.now() }),
          );
        }
        for (const conversationId of place.conversationIds) {
          const answer = (await socket.emitWithAck('conversation:open', { conversationId })) as { ok: boolean; message?: string };
          if (!answer.ok) throw new Error(`a socket could not open its conversation: ${answer.message}`);
        }
      }
    });
  }

  /** What was heard since the last time. */
  take(): HeardEvent[] {
    const { heard } = this;
    this.heard = [];
    return heard;
  }

  close(): void {
    for (const socket of this.sockets.splice(0)) socket.close();
  }
}
