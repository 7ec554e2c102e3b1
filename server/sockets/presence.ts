import type { Namespace, Socket } from 'socket.io';
import { presenceMs, presenceToldEveryMs, typingMs } from '../../domain/socketLimits.js';
import type { EventBus, Note } from '../../platform/eventBus.js';
import { roomOf } from './rooms.js';

export type AgentState = 'viewing' | 'typing' | 'left';

/** Who does what in a conversation, as the sockets that are in its room hear of it, by the event `conversation:presence`. */
export interface Presence {
  conversationId: string;
  /** Names the connection: one person may look twice. */
  agentId: string;
  name: string;
  state: AgentState;
  /** After this many milliseconds it holds no longer, unless it is said again. */
  forMs: number;
}

/**
 * Tells the people who look at a conversation of each other, so that two do not answer it. Nothing of it is kept: who is there
 * says so again and again, in all processes, and who does not say so any more is gone. Who is alone says nothing twice.
 */
export class PresenceBoard {
  /** Of this process: who has which conversation open, and until when they type there. Epoch milliseconds, 0 where they do not. */
  private readonly viewers = new Map<string, Map<Socket, number>>();
  private readonly openOf = new Map<Socket, Set<string>>();
  /** Conversations in which somebody else was heard of, and until when that holds. */
  private readonly companyUntilMs = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly bus: EventBus,
    private readonly namespaceOf: (workspaceId: string) => Namespace | undefined,
  ) {
    bus.onNote((workspaceId, note) => this.hear(workspaceId, note));
    this.timer = setInterval(() => this.sayAgain(), presenceToldEveryMs);
    this.timer.unref();
  }

  /** Somebody looks at a conversation from now on; those who do already say so again. */
  enter(socket: Socket, conversationId: string): void {
    this.openOf.set(socket, (this.openOf.get(socket) ?? new Set()).add(conversationId));
    this.viewers.set(conversationId, (this.viewers.get(conversationId) ?? new Map()).set(socket, 0));
    this.say(socket, conversationId, 'viewing');
    this.bus.note(workspaceOf(socket), { kind: 'who', conversationId });
  }

  /** Somebody types in a conversation that they have open, or stopped to. */
  type(socket: Socket, conversationId: string, typing: boolean): void {
    const viewers = this.viewers.get(conversationId);
    if (!viewers?.has(socket)) return;
    viewers.set(socket, typing ? Date.now() + typingMs : 0);
    this.say(socket, conversationId, typing ? 'typing' : 'viewing');
  }

  /** Somebody looks at a conversation no longer, or without one at none. */
  leave(socket: Socket, conversationId?: string): void {
    const open = this.openOf.get(socket) ?? new Set();
    for (const left of conversationId === undefined ? [...open] : [conversationId]) {
      const viewers = this.viewers.get(left);
      if (!viewers?.delete(socket)) continue;
      if (viewers.size === 0) this.viewers.delete(left);
      open.delete(left);
      this.say(socket, left, 'left');
    }
    if (open.size === 0) this.openOf.delete(socket);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private say(socket: Socket, conversationId: string, state: AgentState): void {
    const forMs = state === 'typing' ? typingMs : state === 'viewing' ? presenceMs : 0;
    const presence: Presence = { conversationId, agentId: socket.id, name: String(socket.data.name), state, forMs };
    this.bus.note(workspaceOf(socket), { kind: 'presence', presence });
  }

  private hear(workspaceId: string, note: Note): void {
    if (note.kind === 'who') return this.sayOf(String(note.conversationId));
    if (note.kind !== 'presence') return;
    const presence = note.presence as Presence;
    const { conversationId, agentId } = presence;
    const others = [...(this.viewers.get(conversationId)?.keys() ?? [])].filter(({ id }) => id !== agentId);
    if (others.length === 0) return;
    this.companyUntilMs.set(conversationId, Date.now() + presenceMs);
    this.namespaceOf(workspaceId)?.to(roomOf(conversationId)).except(agentId).emit('conversation:presence', presence);
  }

  private sayAgain(): void {
    const now = Date.now();
    for (const [conversationId, untilMs] of this.companyUntilMs) {
      if (untilMs > now) this.sayOf(conversationId);
      else this.companyUntilMs.delete(conversationId);
    }
  }

  private sayOf(conversationId: string): void {
    const now = Date.now();
    for (const [socket, typingUntilMs] of this.viewers.get(conversationId) ?? [])
      this.say(socket, conversationId, typingUntilMs > now ? 'typing' : 'viewing');
  }
}

const workspaceOf = (socket: Socket) => String(socket.data.workspaceId);
