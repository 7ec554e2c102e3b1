import type { Socket } from 'socket.io';
import { Problem } from '../../domain/errors.js';
import { socketConversationsMax, socketEventsBurst, socketEventsPerSecond, socketRefusalsMax } from '../../domain/socketLimits.js';
import { acceptMessage } from '../acceptMessage.js';
import { requireScope, scopesOfEvents } from '../authorize.js';
import type { Caller } from '../callers.js';
import { cancelMessage } from '../cancelMessage.js';
import { toProblem } from '../problemResponses.js';
import { cancelEvent, conversationOpenEvent, conversationTypingEvent, conversationViewingEvent, outboundEvent } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { endConnection } from './connectionWatch.js';
import { EventAllowance } from './eventAllowance.js';
import type { EventRelay } from './eventRelay.js';
import type { PresenceBoard } from './presence.js';
import { conversationsRoom, notificationsRoom, queuesRoom, roomOf } from './rooms.js';

type Acknowledge = (answer: Record<string, unknown>) => void;

/** The events a socket may send. Each is validated and answered: `{ok: true, …}` or `{ok: false, code, message}`. */
export function handleMessages(socket: Socket, services: Services, relay: EventRelay, presence: PresenceBoard): void {
  const caller = socket.data as Caller;
  const { workspaceId, actor } = caller;
  const allowance = new EventAllowance(socketEventsPerSecond, socketEventsBurst);
  let refusals = 0;

  /** Who goes on sending what is refused for its rate is not heard any longer. */
  const refuseTooMany = () => {
    const waitMs = allowance.take();
    if (waitMs === 0) return;
    if (++refusals >= socketRefusalsMax) endConnection(socket, 'too_many_events', services);
    const detail = `a connection may send ${socketEventsPerSecond} events a second: wait ${waitMs} ms`;
    throw new Problem('too_many_requests', detail, { retryAfterSeconds: Math.ceil(waitMs / 1_000) });
  };

  /**
   * What the caller may do by now: a role may have changed since it connected. Whose token has ended is sent away by the watch, and
   * where it can't be looked up what was known holds, as it does there.
   */
  const asOfNow = async () => (await services.callers.callerOf(socket.data.token as string, workspaceId).catch(() => undefined)) ?? caller;

  const known = new Set<string>();
  const on = (name: string, handle: (payload: unknown) => Promise<Record<string, unknown>>) => {
    known.add(name);
    socket.on(name, async (...words: unknown[]) => {
      const answer = acknowledgeOf(words);
      try {
        refuseTooMany();
        const scope = scopesOfEvents[name];
        if (scope) requireScope(await asOfNow(), scope);
        answer({ ok: true, ...(await handle(words[0])) });
      } catch (error) {
        const problem = toProblem(error, services.logger, { socketEvent: name, workspaceId });
        answer({ ok: false, code: problem.code, message: problem.message, ...problem.extra });
      }
    });
  };

  on('message:outbound', async (payload) => {
    const { idempotencyKey, ...request } = validate(outboundEvent, payload);
    await relay.follow(workspaceId);
    const { message, repeated } = await acceptMessage(services, workspaceId, request, idempotencyKey);
    if (!socket.rooms.has(roomOf(message.conversationId))) refuseTooManyRooms(socket);
    await socket.join(roomOf(message.conversationId));
    return { ...message, repeated };
  });

  on('message:cancel', async (payload) => {
    const { messageId } = validate(cancelEvent, payload);
    return { ...(await cancelMessage(services, workspaceId, messageId, { actor })) };
  });

  on('conversation:open', async (payload) => {
    const { conversationId, afterSeq } = validate(conversationOpenEvent, payload);
    if (!socket.rooms.has(roomOf(conversationId))) refuseTooManyRooms(socket);
    const seq = await relay.bring(socket, workspaceId, conversationId, afterSeq);
    if (seq === undefined) throw new Problem('not_found', 'this workspace has no conversation with that id');
    return { seq };
  });

  // To have a conversation open is not to look at it: a list hears of all that it shows.
  on('conversation:viewing', async (payload) => {
    const { conversationId, viewing } = validate(conversationViewingEvent, payload);
    if (viewing && !socket.rooms.has(roomOf(conversationId))) throw new Problem('not_possible_now', 'open the conversation first');
    if (viewing) presence.enter(socket, conversationId);
    else presence.leave(socket, conversationId);
    return {};
  });

  on('conversation:typing', async (payload) => {
    const { conversationId, typing } = validate(conversationTypingEvent, payload);
    presence.type(socket, conversationId, typing);
    return {};
  });

  on('conversation:close', async (payload) => {
    const { conversationId } = validate(conversationOpenEvent, payload);
    presence.leave(socket, conversationId);
    await socket.leave(roomOf(conversationId));
    return {};
  });
  socket.on('disconnecting', () => presence.leave(socket));

  const onRoom = (name: 'queues' | 'notifications' | 'conversations', room: string, follow: () => Promise<void>) => {
    on(`${name}:open`, async () => {
      await relay.follow(workspaceId);
      // Joined first: who is in nobody's room is followed no longer.
      await socket.join(room);
      await follow();
      return {};
    });
    on(`${name}:close`, async () => {
      await socket.leave(room);
      return {};
    });
  };
  onRoom('queues', queuesRoom, async () => undefined);
  onRoom('conversations', conversationsRoom, async () => undefined);
  onRoom('notifications', notificationsRoom, () => relay.followNotifications(workspaceId));

  socket.onAny((name: string, ...words: unknown[]) => {
    if (known.has(name)) return;
    const problem = new Problem(
      'unknown_event',
      `there is no event ${JSON.stringify(String(name).slice(0, 64))}: the events are ${[...known].join(', ')}`,
    );
    try {
      refuseTooMany();
      acknowledgeOf(words)({ ok: false, code: problem.code, message: problem.message });
    } catch (error) {
      const { code, message } = error as Problem;
      acknowledgeOf(words)({ ok: false, code, message });
    }
  });
}

/** The client's callback, the last of what it sent, where it wants an answer. */
function acknowledgeOf(words: unknown[]): Acknowledge {
  const last = words.at(-1);
  return typeof last === 'function' ? (last as Acknowledge) : () => undefined;
}

function refuseTooManyRooms(socket: Socket): void {
  if (socket.rooms.size < socketConversationsMax) return;
  throw new Problem(
    'too_many_requests',
    `a connection may have ${socketConversationsMax} conversations open: close some by conversation:close`,
  );
}
