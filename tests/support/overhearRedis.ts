import { once } from 'node:events';
import { connect } from 'node:net';

/** What is said to a Redis, by whomever. */
export interface Overheard {
  /** All commands since, with their words; as MONITOR writes them. */
  text(): string;
  close(): void;
}

/** Listens to every command that a Redis gets from now on: nothing can lie in it that was not said to it. */
export async function overhearRedis(url: string): Promise<Overheard> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const heard: Buffer[] = [];
  socket.on('data', (bytes) => heard.push(bytes));
  socket.write('MONITOR\r\n');
  await once(socket, 'data');
  return { text: () => Buffer.concat(heard).toString('latin1'), close: () => socket.destroy() };
}
