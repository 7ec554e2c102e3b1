import type { Server as HttpServer } from 'node:http';
import { type Namespace, Server, type Socket } from 'socket.io';
import {
  agentNameCharactersMax,
  socketEventBytesMax,
  socketHeartbeatMs,
  socketPongTimeoutMs,
  socketsPerWorkspaceMax,
} from '../../domain/socketLimits.js';
import { isFromOwnPage } from '../ownOrigin.js';
import type { Services } from '../services.js';
import { ConnectionCounts } from './connectionCounts.js';
import { ConnectionWatch, wireOf } from './connectionWatch.js';
import { EventRelay } from './eventRelay.js';
import { LiveNotice } from './liveNotice.js';
import { handleMessages } from './messageHandlers.js';
import { PresenceBoard } from './presence.js';

const namespacePattern = /^\/workspace\/([0-9a-f-]{36})$/;
/** A connection that the server closes has so long to answer. */
const farewellMs = 1_000;

/** A refusal as the client's connect_error sees it: a message for people, and `data.code`. */
function refusal(code: string, message: string): Error {
  return Object.assign(new Error(message), { data: { code, message } });
}

export interface SocketServer {
  close(): Promise<void>;
}

/** Sockets: a namespace a workspace, a room a conversation, an API key in every handshake. */
export function createSocketServer(http: HttpServer, services: Services): SocketServer {
  const { callers, config, logger, publicBaseUrl } = services;
  const io = new Server(http, {
    pingInterval: socketHeartbeatMs,
    pingTimeout: socketPongTimeoutMs,
    maxHttpBufferSize: socketEventBytesMax,
    transports: ['websocket'],
    cleanupEmptyChildNamespaces: true,
    serveClient: false,
    // A browser tells where its page is from: only our own page may use the keys that it keeps, and those that are listed. Programs send no Origin.
    allowRequest: (request, decide) => {
      const { origin } = request.headers;
      decide(null, isFromOwnPage(request, publicBaseUrl) !== false || (origin !== undefined && config.CORS_ORIGINS.includes(origin)));
    },
  });
  const workspaces = io.of(namespacePattern);
  const inWorkspace = (workspaceId: string) => namespaceOf(io, workspaceId);
  const relay = new EventRelay(services, inWorkspace);
  const presence = new PresenceBoard(services.bus, inWorkspace);
  const counts = new ConnectionCounts(services.redis, logger);
  const live = new LiveNotice(services.redis, services.load, () => workspaceNamespaces(io));
  const watch = new ConnectionWatch(() => workspaceNamespaces(io), isGood, services);

  // Nobody has anything to do outside of a workspace.
  io.use((_socket, next) => next(refusal('not_found', 'connect to the namespace of a workspace: /workspace/<id>')));

  async function isGood({ data }: Socket): Promise<boolean> {
    return (await callers.callerOf(data.token as string, data.workspaceId as string)) !== undefined;
  }

  const admit = async (socket: Socket): Promise<Error | undefined> => {
    const workspaceId = namespacePattern.exec(socket.nsp.name)?.[1] ?? '';
    const token: unknown = socket.handshake.auth.token;
    try {
      const caller = typeof token === 'string' ? await callers.callerOf(token, workspaceId) : undefined;
      if (!caller)
        return refusal(
          'unauthorized',
          'a valid API key of this workspace, or the access token of somebody in it, is required: auth: { token }',
        );
      if (!(await counts.claim(workspaceId, socket.id))) {
        const detail = `the workspace has ${socketsPerWorkspaceMax} connections, which is as many as it may have: close one`;
        return refusal('too_many_connections', detail);
      }
      Object.assign(socket.data, caller, { token });
      socket.data.name = nameOf(socket);
      // A client that goes away before it is let in never connects, and never disconnects.
      const release = () => counts.release(workspaceId, socket.id);
      if (socket.conn.readyState === 'open') socket.conn.once('close', release);
      else release();
      return undefined;
    } catch (error) {
      logger.error({ event: 'socket.auth_failed', error: String(error) });
      return refusal('unavailable', 'the key could not be checked right now: try again');
    }
  };
  workspaces.use((socket, next) => void admit(socket).then(next));
  workspaces.on('connection', (socket: Socket) => {
    socket.once('disconnect', () => counts.release(socket.data.workspaceId as string, socket.id));
    live.greet(socket);
    handleMessages(socket, services, relay, presence);
  });

  return {
    close: async () => {
      watch.close();
      counts.close();
      presence.close();
      relay.close();
      const clients = Object.values((io.engine as unknown as { clients: Record<string, Socket['conn']> }).clients);
      // Who does not answer the farewell is not waited for.
      const late = setTimeout(() => {
        for (const conn of clients) wireOf({ conn }).terminate?.();
      }, farewellMs);
      await io.close().finally(() => clearTimeout(late));
    },
  };
}

/** By which name others see who connects: what the client says, else which key it has. */
function nameOf({ handshake, data }: Socket): string {
  const given: unknown = handshake.auth.name;
  const name = typeof given === 'string' ? given.trim().slice(0, agentNameCharactersMax) : '';
  return name && name.isWellFormed() ? name : String(data.actor);
}

function* workspaceNamespaces(io: Server): Iterable<Namespace> {
  for (const [name, namespace] of io._nsps) if (namespacePattern.test(name)) yield namespace;
}

/** The namespace where this process has sockets in it, else undefined. */
function namespaceOf(io: Server, workspaceId: string): Namespace | undefined {
  const namespace = io._nsps.get(`/workspace/${workspaceId}`);
  return namespace && namespace.sockets.size > 0 ? namespace : undefined;
}
