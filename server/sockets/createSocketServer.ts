import type { Server as HttpServer } from 'node:http';
import { type Namespace, Server, type Socket } from 'socket.io';
import { socketEventBytesMax, socketHeartbeatMs } from '../../domain/limits.js';
import type { Services } from '../services.js';
import { EventRelay } from './eventRelay.js';
import { handleMessages } from './messageHandlers.js';

const namespacePattern = /^\/workspace\/([0-9a-f-]{36})$/;
/** After a ping without an answer for this long a socket counts as dead. */
const pongTimeoutMs = 20_000;

/** A refusal as the client's connect_error sees it: a message for people, and `data.code`. */
function refusal(code: string, message: string): Error {
  return Object.assign(new Error(message), { data: { code, message } });
}

export interface SocketServer {
  close(): Promise<void>;
}

/** Sockets: a namespace a workspace, a room a conversation, an API key in every handshake. */
export function createSocketServer(http: HttpServer, services: Services): SocketServer {
  const { callers, logger, publicBaseUrl } = services;
  const io = new Server(http, {
    pingInterval: socketHeartbeatMs,
    pingTimeout: pongTimeoutMs,
    maxHttpBufferSize: socketEventBytesMax,
    transports: ['websocket'],
    cleanupEmptyChildNamespaces: true,
    serveClient: false,
    // A browser tells where its page is from: only our own page may use the keys that it keeps. Programs send no Origin.
    allowRequest: (request, decide) => {
      const { origin, host } = request.headers;
      decide(
        null,
        origin === undefined || origin === new URL(publicBaseUrl).origin || (URL.canParse(origin) && new URL(origin).host === host),
      );
    },
  });
  const workspaces = io.of(namespacePattern);
  const relay = new EventRelay(services, (workspaceId) => namespaceOf(io, workspaceId));

  const admit = async (socket: Socket): Promise<Error | undefined> => {
    const workspaceId = namespacePattern.exec(socket.nsp.name)?.[1] ?? '';
    const token: unknown = socket.handshake.auth.token;
    try {
      const caller = typeof token === 'string' ? await callers.callerOf(token, workspaceId) : undefined;
      if (!caller) return refusal('unauthorized', 'a valid API key of this workspace is required: auth: { token }');
      Object.assign(socket.data, caller);
      return undefined;
    } catch (error) {
      logger.error({ event: 'socket.auth_failed', error: String(error) });
      return refusal('unavailable', 'the key could not be checked right now: try again');
    }
  };
  workspaces.use((socket, next) => void admit(socket).then(next));
  workspaces.on('connection', (socket: Socket) => {
    handleMessages(socket, services, relay);
  });

  return {
    close: async () => {
      relay.close();
      await io.close();
    },
  };
}

/** The namespace where this process has sockets in it, else undefined. */
function namespaceOf(io: Server, workspaceId: string): Namespace | undefined {
  const namespace = io._nsps.get(`/workspace/${workspaceId}`);
  return namespace && namespace.sockets.size > 0 ? namespace : undefined;
}
