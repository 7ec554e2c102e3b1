import type { Namespace, Socket } from 'socket.io';
import type { MessageEvent } from '../../domain/events.js';
import { eventFollowIntervalMs, eventsPerFollowMax } from '../../domain/limits.js';
import { shedFrom } from '../../domain/loadLevel.js';
import { liveSlowEveryMs } from '../../domain/loadLimits.js';
import { conversationSequence } from '../../storage/conversations.js';
import { conversationEventsAfter, eventsAfter, lastSequences } from '../../storage/messageEvents.js';
import { lastNotified } from '../../storage/notifications.js';
import type { Services } from '../services.js';
import { ChangeNotices } from './changeNotices.js';
import { conversationsRoom, notificationsRoom, queuesRoom, roomOf } from './rooms.js';

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
  /** The end of what is done for a workspace, one thing after the other: relaying, and bringing a socket up to what was relayed. */
  private readonly turns = new Map<string, Promise<void>>();
  private readonly rung = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private readonly queueNotices: ChangeNotices;
  private readonly notificationNotices: ChangeNotices;
  private readonly listNotices: ChangeNotices;
  /** When the notifications of followed workspaces changed last, as far as was looked. Epoch milliseconds. */
  private readonly notifiedAtMs = new Map<string, number>();

  constructor(
    private readonly services: Services,
    private readonly namespaceOf: (workspaceId: string) => Namespace | undefined,
  ) {
    this.queueNotices = new ChangeNotices(namespaceOf, queuesRoom, 'queues:changed');
    this.notificationNotices = new ChangeNotices(namespaceOf, notificationsRoom, 'notification:changed');
    this.listNotices = new ChangeNotices(namespaceOf, conversationsRoom, 'conversations:changed');
    services.bus.onNote((workspaceId, { kind, change }) => {
      if (kind !== 'conversation') return;
      const { id } = change as { id: string };
      namespaceOf(workspaceId)?.to(conversationsRoom).to(roomOf(id)).emit('conversation:changed', change);
    });
    services.bus.onRing((workspaceId) => {
      if (!this.followed.has(workspaceId) || this.isSlow) return;
      // Also where no event tells of it: somebody dismissed a message.
      this.queueNotices.changed(workspaceId);
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

  /** Tells of changed notifications of the workspace from now on, for as long as somebody watches them. Resolves once it does. */
  async followNotifications(workspaceId: string): Promise<void> {
    if (this.notifiedAtMs.has(workspaceId)) return;
    const [atMs = 0] = (await lastNotified(this.services.database, [workspaceId])).values();
    if (!this.notifiedAtMs.has(workspaceId)) this.notifiedAtMs.set(workspaceId, atMs);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.queueNotices.close();
    this.notificationNotices.close();
    this.listNotices.close();
  }

  /** Under load what is new goes out together, once a second: no ring is followed. */
  private get isSlow(): boolean {
    return this.services.load.level >= shedFrom.live;
  }

  private scheduleLook(): void {
    if (this.closed) return;
    const everyMs = this.isSlow ? liveSlowEveryMs : eventFollowIntervalMs;
    this.timer = setTimeout(() => void this.look().finally(() => this.scheduleLook()), everyMs);
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
      await this.lookAtNotifications();
    } catch (error) {
      this.services.logger.warn({ event: 'relay.look_failed', error: String(error) });
    }
  }

  private async lookAtNotifications(): Promise<void> {
    const isWatched = (workspaceId: string) => this.namespaceOf(workspaceId)?.adapter.rooms.has(notificationsRoom);
    for (const workspaceId of this.notifiedAtMs.keys()) if (!isWatched(workspaceId)) this.notifiedAtMs.delete(workspaceId);
    if (this.notifiedAtMs.size === 0) return;
    for (const [workspaceId, atMs] of await lastNotified(this.services.database, [...this.notifiedAtMs.keys()])) {
      if (atMs <= (this.notifiedAtMs.get(workspaceId) ?? 0)) continue;
      this.notifiedAtMs.set(workspaceId, atMs);
      this.notificationNotices.changed(workspaceId);
    }
  }

  /**
   * Brings a socket what it missed of a conversation after `afterSeq`, and puts it into the conversation's room: from then on it gets what
   * is relayed. Nothing is relayed in between, so each event comes once and in order. Without `afterSeq` it gets what happens from now
   * on. Resolves with the newest number that it need not ask for any more, or undefined where there is no such conversation.
   */
  async bring(socket: Socket, workspaceId: string, conversationId: string, afterSeq: number | undefined): Promise<number | undefined> {
    const { database } = this.services;
    await this.follow(workspaceId);
    let after = afterSeq;
    /** True while there may be more. What is not relayed yet comes by the relay. */
    const bringPage = async (): Promise<boolean> => {
      if (after === undefined) return false;
      const missed = await conversationEventsAfter(database, workspaceId, conversationId, after, eventsPerFollowMax);
      const relayed = missed.filter(({ seq }) => seq <= (this.followed.get(workspaceId) ?? 0));
      for (const event of relayed) socket.emit(eventName(event), eventPayload(event));
      after = relayed.at(-1)?.seq ?? after;
      return relayed.length === eventsPerFollowMax && socket.connected;
    };
    // What is far behind is brought without holding others up.
    while (await bringPage());
    return this.inTurn(workspaceId, async () => {
      const newest = await conversationSequence(database, workspaceId, conversationId);
      if (newest === undefined) return undefined;
      // Another process may have relayed more than this one has.
      if (after !== undefined && after > (this.followed.get(workspaceId) ?? 0)) while (await this.relayOnce(workspaceId));
      while (await bringPage());
      await socket.join(roomOf(conversationId));
      return after ?? newest;
    });
  }

  private async relay(workspaceId: string): Promise<void> {
    if (this.rung.has(workspaceId)) return;
    this.rung.add(workspaceId);
    try {
      await this.inTurn(workspaceId, async () => {
        this.rung.delete(workspaceId);
        while (await this.relayOnce(workspaceId));
      });
    } catch (error) {
      this.services.logger.warn({ event: 'relay.failed', workspaceId, error: String(error) });
    }
  }

  private inTurn<T>(workspaceId: string, act: () => Promise<T>): Promise<T> {
    const done = (this.turns.get(workspaceId) ?? Promise.resolve()).then(act);
    const end = done.then(
      () => undefined,
      () => undefined,
    );
    this.turns.set(workspaceId, end);
    void end.then(() => this.turns.get(workspaceId) === end && this.turns.delete(workspaceId));
    return done;
  }

  /** Relays what comes next; true where there may be more. */
  private async relayOnce(workspaceId: string): Promise<boolean> {
    const { database } = this.services;
    const relayed = this.followed.get(workspaceId);
    if (relayed === undefined) return false;
    const events = await eventsAfter(database, workspaceId, relayed, eventsPerFollowMax);
    const namespace = this.namespaceOf(workspaceId);
    for (const event of events) namespace?.to(roomOf(event.conversationId)).emit(eventName(event), eventPayload(event));
    if (events.length > 0) {
      this.queueNotices.changed(workspaceId);
      this.listNotices.changed(workspaceId);
    }
    const last = events.at(-1);
    if (last && this.followed.has(workspaceId)) this.followed.set(workspaceId, last.seq);
    return events.length === eventsPerFollowMax;
  }
}
