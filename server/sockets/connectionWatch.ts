import type { Namespace, Socket } from 'socket.io';
import { socketBacklogBytesMax, socketBacklogPacketsMax, socketsLookedAtEveryMs } from '../../domain/socketLimits.js';
import type { Services } from '../services.js';

/** Why a connection was ended by the server, told to it by `session:ended` where it can still be told. */
export type EndReason = 'key_revoked' | 'too_slow' | 'too_many_events';

/** Ends a connection, with the reason. The client may connect again. */
export function endConnection(socket: Socket, reason: EndReason, { logger, telemetry }: Pick<Services, 'logger' | 'telemetry'>): void {
  logger.info({ event: 'socket.ended', reason, workspaceId: socket.data.workspaceId });
  telemetry.count('sockets_ended_total', { reason });
  if (reason === 'too_slow') {
    // It would not take a farewell either, and an orderly close waits for what was sent before.
    wireOf(socket).terminate?.();
    return;
  }
  socket.emit('session:ended', { code: reason });
  socket.disconnect(true);
}

/**
 * Looks at every connection from time to time: one whose key was revoked is ended, and one that does not take what it is sent,
 * because what waits for it is memory of the server.
 */
export class ConnectionWatch {
  private readonly timer: NodeJS.Timeout;
  private looking = false;

  constructor(
    private readonly namespaces: () => Iterable<Namespace>,
    private readonly isGood: (socket: Socket) => Promise<boolean>,
    private readonly services: Pick<Services, 'logger' | 'telemetry'>,
  ) {
    this.timer = setInterval(() => void this.look(), socketsLookedAtEveryMs);
    this.timer.unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      const namespaces = [...this.namespaces()];
      this.count(namespaces);
      for (const { sockets } of namespaces) {
        for (const socket of sockets.values()) {
          if (isBehind(socket)) endConnection(socket, 'too_slow', this.services);
          // Cached by token: all sockets of a key cost one look. A database that is away ends nobody's connection.
          else if (!(await this.isGood(socket).catch(() => true))) endConnection(socket, 'key_revoked', this.services);
        }
      }
    } finally {
      this.looking = false;
    }
  }

  private count(namespaces: Namespace[]): void {
    const { telemetry } = this.services;
    const sum = (of: (namespace: Namespace) => number) => namespaces.reduce((total, namespace) => total + of(namespace), 0);
    telemetry.set('socket_namespaces', {}, namespaces.length);
    telemetry.set(
      'sockets_connected',
      {},
      sum(({ sockets }) => sockets.size),
    );
    telemetry.set(
      'socket_rooms',
      {},
      sum(({ sockets, adapter }) => [...adapter.rooms.keys()].filter((room) => !sockets.has(room)).length),
    );
  }
}

/** The WebSocket under a connection, of which Socket.IO says nothing in its types. */
export function wireOf({ conn }: Pick<Socket, 'conn'>): { bufferedAmount?: number; terminate?(): void } {
  return (conn.transport as unknown as { socket?: object }).socket ?? {};
}

/** Packets that the engine keeps because the transport is busy, and bytes that the kernel did not take. */
function isBehind(socket: Socket): boolean {
  const { writeBuffer } = socket.conn as unknown as { writeBuffer: unknown[] };
  return writeBuffer.length > socketBacklogPacketsMax || (wireOf(socket).bufferedAmount ?? 0) > socketBacklogBytesMax;
}
