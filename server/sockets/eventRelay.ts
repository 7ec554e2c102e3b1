import type { Namespace } from 'socket.io';
import type { MessageEvent } from '../../domain/events.js';
import { eventFollowIntervalMs, eventsPerFollowMax } from '../../domain/limits.js';
import { eventsAfter, lastSequences } from '../../storage/messageEvents.js';
import type { Services } from '../services.js';
import { QueueNotices } from './queueNotices.js';
import { roomOf } from './rooms.js';

/** What a socket hears of an event: its namespace already says the workspace. */
export function eventPayload({ workspaceId: _workspaceId, ...event }: MessageEvent): Omit<MessageEvent, 'workspaceId'> {
  return event;
}

/** The name under which a socket hears of an event. */
export function eventName({ direction }: MessageEvent): 'message:status' | 'message:inbound' {
  return direction === 'inbound' ? 'message:inbound' : 'message:status';
}

/**
 * Brings stored events to the sockets of this process. It follows the event table, workspace by workspace, where
 * somebody listens: a ring of the bus makes it look at once, and every 200 ms it compares the newest numbers of all
 * followed workspaces in one query. So an event is relayed once it is committed, in order, and none is skipped.
 */
export class EventRelay {
  /** Number of the last event relayed, or undefined while that is being found out. */
  private readonly followed = new Map<string, number | undefined>();
  private readonly busy = new Set<string>();
  private readonly rungAgain = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private readonly notices: QueueNotices;

  constructor(
    private readonly services: Services,
    private readonly namespaceOf: (workspaceId: string) => Namespace | undefined,
  ) {
    this.notices = new QueueNotices(namespaceOf);
    services.bus.onRing((workspaceId) => {
      if (!this.followed.has(workspaceId)) return;
      // Also where no event tells of it: somebody dismissed a message.
      this.notices.changed(workspaceId);
      void this.relay(workspaceId);
    });
    this.scheduleLook();
  }

  /** Relays the workspace's events from now on, for as long as sockets are connected. Resolves once it does. */
  async follow(workspaceId: string): Promise<void> {
    if (this.followed.get(workspaceId) !== undefined) return;
    if (!this.followed.has(workspaceId)) this.followed.set(workspaceId, undefined);
    const newest = (await lastSequences(this.services.database, [workspaceId])).get(workspaceId) ?? 0;
    // The first listener gets what happens from now on; what came before it asks for by `afterSeq`.
    if (this.followed.get(workspaceId) === undefined) this.followed.set(workspaceId, newest);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.notices.close();
  }

  private scheduleLook(): void {
    if (this.closed) return;
    this.timer = setTimeout(() => void this.look().finally(() => this.scheduleLook()), eventFollowIntervalMs);
  }

  private async look(): Promise<void> {
    for (const workspaceId of this.followed.keys()) if (!this.namespaceOf(workspaceId)) this.followed.delete(workspaceId);
    if (this.followed.size === 0) return;
    try {
      const newest = await lastSequences(this.services.database, [...this.followed.keys()]);
      for (const [workspaceId, seq] of newest) {
        const relayed = this.followed.get(workspaceId);
        if (relayed !== undefined && seq > relayed) await this.relay(workspaceId);
      }
    } catch (error) {
      this.services.logger.warn({ event: 'relay.look_failed', error: String(error) });
    }
  }

  private async relay(workspaceId: string): Promise<void> {
    if (this.busy.has(workspaceId)) return void this.rungAgain.add(workspaceId);
    this.busy.add(workspaceId);
    try {
      do {
        this.rungAgain.delete(workspaceId);
        await this.relayOnce(workspaceId);
      } while (this.rungAgain.has(workspaceId));
    } catch (error) {
      this.services.logger.warn({ event: 'relay.failed', workspaceId, error: String(error) });
    } finally {
      this.busy.delete(workspaceId);
    }
  }

  private async relayOnce(workspaceId: string): Promise<void> {
    const { database } = this.services;
    const relayed = this.followed.get(workspaceId);
    if (relayed === undefined) return;
    const events = await eventsAfter(database, workspaceId, relayed, eventsPerFollowMax);
    const namespace = this.namespaceOf(workspaceId);
    for (const event of events) namespace?.to(roomOf(event.conversationId)).emit(eventName(event), eventPayload(event));
    if (events.length > 0) this.notices.changed(workspaceId);
    const last = events.at(-1);
    if (last && this.followed.has(workspaceId)) this.followed.set(workspaceId, last.seq);
    if (events.length === eventsPerFollowMax) this.rungAgain.add(workspaceId);
  }
}
