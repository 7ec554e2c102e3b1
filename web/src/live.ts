import { io, type Socket } from 'socket.io-client';
import type { FieldError } from '../../domain/errors.js';
import type { MessageStatus } from '../../domain/messageStatus.js';
import type { MessageToSend } from './api.js';
import type { ConversationMarks } from './conversationList.js';
import type { Credential } from './credential.js';
import { createStore } from './store.js';
import type { StatusEvent } from './thread.js';

export interface RefusedAck {
  ok: false;
  code: string;
  message: string;
  errors?: FieldError[];
}
export type OpenAck = { ok: true; seq: number } | RefusedAck;
export type SendAck = { ok: true; id: string; status: MessageStatus; conversationId: string } | RefusedAck;

/** What somebody else does in a conversation; it holds for `forMs`, unless it is said again. */
export interface PresenceEvent {
  conversationId: string;
  agentId: string;
  name: string;
  state: 'viewing' | 'typing' | 'left';
  forMs: number;
}

interface ServerEvents {
  'conversation:presence': (event: PresenceEvent) => void;
  'conversation:changed': (marks: ConversationMarks & { lastSeq: number }) => void;
  'conversations:changed': (change: { at: string }) => void;
  'live:state': (state: { delayed: boolean; busy: string | null }) => void;
  'message:status': (event: StatusEvent) => void;
  'message:inbound': (event: StatusEvent) => void;
}
interface ClientEvents {
  'conversations:open': (request: object) => void;
  'conversation:viewing': (request: { conversationId: string; viewing: boolean }) => void;
  'conversation:typing': (request: { conversationId: string; typing: boolean }) => void;
  'conversation:open': (request: { conversationId: string; afterSeq?: number }, ack: (answer: OpenAck) => void) => void;
  'message:outbound': (message: MessageToSend & { idempotencyKey: string }, ack: (answer: SendAck) => void) => void;
}

export interface LiveOptions {
  workspaceId: string;
  credential: Credential;
  lastSeqOf(conversationId: string): number | undefined;
  onStatus(event: StatusEvent): void;
  /** Events of the conversation come from now on; `seq` is its newest. */
  onOpened(conversationId: string, seq: number): void;
  onPresence(event: PresenceEvent): void;
  /** Somebody gave a conversation away, closed it or read it. */
  onMarks(marks: ConversationMarks): void;
  /** Something happened in some conversation. */
  onListChanged(): void;
  /** Changes come late; and what the server gives up for load, in words. */
  onState(state: { delayed: boolean; busy: string | null }): void;
  onConnected(): void;
  /** The server answered and would not have us, as it does with a revoked key. */
  onTurnedAway(): void;
}

const ackTimeoutMs = 5_000;
const turnedAwayRetryMs = 5_000;

export type Live = ReturnType<typeof connectLive>;

/** The socket to the workspace. A conversation's events come once it was opened, anew after each connect. */
export function connectLive(options: LiveOptions) {
  const state = createStore<'connecting' | 'connected' | 'down'>('connecting');
  const open = createStore<ReadonlySet<string>>(new Set());
  const opening = new Set<string>();
  const wanted = new Set<string>();
  let viewed: string | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const socket: Socket<ServerEvents, ClientEvents> = io(`/workspace/${options.workspaceId}`, {
    // Asked at each connect: a person's token is another after a while.
    auth: (show) => {
      options.credential.token().then(
        (token) => show({ token }),
        () => show({}),
      );
    },
    transports: ['websocket'],
    // Spread, and later and later: a server that comes back is not run over by all its pages at once.
    reconnectionDelay: 500,
    reconnectionDelayMax: 20_000,
    randomizationFactor: 0.5,
  });

  async function openOne(conversationId: string): Promise<void> {
    if (!socket.connected || open.get().has(conversationId) || opening.has(conversationId)) return;
    opening.add(conversationId);
    const connection = socket.id;
    const afterSeq = options.lastSeqOf(conversationId);
    try {
      const answer = await socket
        .timeout(ackTimeoutMs)
        .emitWithAck('conversation:open', { conversationId, ...(afterSeq === undefined ? {} : { afterSeq }) });
      // Rooms end with the connection they were joined on.
      if (!answer.ok || socket.id !== connection) return;
      open.set(new Set(open.get()).add(conversationId));
      options.onOpened(conversationId, answer.seq);
      if (viewed === conversationId) socket.emit('conversation:viewing', { conversationId, viewing: true });
    } catch {
      // No answer. A conversation that isn't open is polled, and opened at the next occasion.
    } finally {
      opening.delete(conversationId);
    }
  }

  function down(): void {
    open.set(new Set());
    opening.clear();
    state.set('down');
    // After a refusal socket.io leaves the socket inactive and does not try again by itself.
    if (socket.active) return;
    options.onTurnedAway();
    clearTimeout(retry);
    retry = setTimeout(() => socket.connect(), turnedAwayRetryMs);
  }

  socket.on('connect', () => {
    state.set('connected');
    // Only a server that is troubled says so.
    socket.emit('conversations:open', {});
    options.onState({ delayed: false, busy: null });
    options.onConnected();
    for (const conversationId of wanted) void openOne(conversationId);
  });
  socket.on('disconnect', down);
  socket.on('connect_error', down);
  socket.on('conversation:presence', (event) => options.onPresence(event));
  socket.on('conversation:changed', ({ lastSeq: _lastSeq, ...marks }) => options.onMarks(marks));
  socket.on('conversations:changed', () => options.onListChanged());
  socket.on('live:state', ({ delayed, busy }) => options.onState({ delayed, busy }));
  socket.on('message:status', (event) => options.onStatus(event));
  // Its text is fetched, as that of any message which the thread does not hold yet.
  socket.on('message:inbound', (event) => options.onStatus(event));

  return {
    state,
    /** Ids of the conversations whose events come in. */
    open,
    follow(conversationIds: readonly string[]): void {
      for (const conversationId of conversationIds) {
        wanted.add(conversationId);
        void openOne(conversationId);
      }
    },
    /** Says to others that this conversation is looked at, or none any more. */
    view(conversationId: string | null): void {
      if (viewed && socket.connected) socket.emit('conversation:viewing', { conversationId: viewed, viewing: false });
      viewed = conversationId;
      if (viewed && open.get().has(viewed)) socket.emit('conversation:viewing', { conversationId: viewed, viewing: true });
    },
    type(conversationId: string, typing: boolean): void {
      if (socket.connected) socket.emit('conversation:typing', { conversationId, typing });
    },
    /** Null where the socket brought no answer; the message may have been taken all the same. */
    async send(message: MessageToSend & { idempotencyKey: string }): Promise<SendAck | null> {
      // While it is down socket.io would keep the message and send it later, behind our back.
      if (!socket.connected) return null;
      try {
        return await socket.timeout(ackTimeoutMs).emitWithAck('message:outbound', message);
      } catch {
        return null;
      }
    },
    close(): void {
      clearTimeout(retry);
      socket.off();
      socket.disconnect();
    },
  };
}
