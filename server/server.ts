import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.js';
import type { Services } from './services.js';
import { createSocketServer } from './sockets/createSocketServer.js';

/** A request's headers must be here within this time. */
const headersTimeoutMs = 10_000;
const keepAliveTimeoutMs = 65_000;
/** Requests that are under way when the server closes have this long to be answered. */
const closeWithinMs = 5_000;
const idleCheckEveryMs = 50;

export interface RunningServer {
  port: number;
  close(): Promise<void>;
}

/** Listens for HTTP and sockets. Resolves once it does; rejects where the port can't be had. */
export async function startServer(services: Services): Promise<RunningServer> {
  const { HOST, PORT } = services.config;
  const http = createServer({ headersTimeout: headersTimeoutMs, keepAliveTimeout: keepAliveTimeoutMs }, createApp(services));
  const sockets = createSocketServer(http, services);
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(PORT, HOST, resolve);
  });
  return {
    port: (http.address() as AddressInfo).port,
    close: async () => {
      // A connection that was answering a request stays open after the answer: it is closed once it is idle.
      const idle = setInterval(() => http.closeIdleConnections(), idleCheckEveryMs);
      const late = setTimeout(() => http.closeAllConnections(), closeWithinMs);
      // Closes the HTTP server too.
      await sockets.close().finally(() => {
        clearInterval(idle);
        clearTimeout(late);
      });
    },
  };
}
