/** The sockets of a measurement; a process of its own, so that its CPU can be told apart. */
import { type HeardEvent, ListeningSockets, type SocketPlace } from '../load/sockets.js';
import { answerRequests } from './processMessages.js';

/** With `places` sockets are connected; in any case what was heard since is answered. */
export interface SocketsAsked {
  places?: SocketPlace[];
  /** Sockets of each workspace. */
  each?: number;
}

export interface SocketsAnswer {
  connected: number;
  heard: HeardEvent[];
}

function main(): void {
  const [url = ''] = process.argv.slice(2);
  const sockets = new ListeningSockets([url]);
  answerRequests<SocketsAsked, SocketsAnswer>(
    async ({ places = [], each = 1 }) => {
      await sockets.open(places, each);
      return { connected: sockets.connected, heard: sockets.take() };
    },
    async () => sockets.close(),
  );
}

main();
