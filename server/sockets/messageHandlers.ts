import type { Socket } from 'socket.io';
import { Problem } from '../../domain/errors.js';
import { eventsPerFollowMax } from '../../domain/limits.js';
import { conversationSequence } from '../../storage/conversations.js';
import { conversationEventsAfter } from '../../storage/messageEvents.js';
import { acceptMessage } from '../acceptMessage.js';
import type { Caller } from '../callers.js';
import { cancelMessage } from '../cancelMessage.js';
import { toProblem } from '../problemResponses.js';
import { cancelEvent, conversationOpenEvent, outboundEvent } from '../requestSchemas.js';
import { requireScope, scopesOfEvents } from '../scopesOfRoutes.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { type EventRelay, eventName, eventPayload } from './eventRelay.js';
import { notificationsRoom, queuesRoom, roomOf } from './rooms.js';

type Acknowledge = (answer: Record<string, unknown>) => void;

/** The events a socket may send. Each is validated and answered: `{ok: true, …}` or `{ok: false, code, message}`. */
export function handleMessages(socket: Socket, services: Services, relay: EventRelay): void {
  const caller = socket.data as Caller;
  const { workspaceId, actor } = caller;

  const on = (name: string, handle: (payload: unknown) => Promise<Record<string, unknown>>) => {
    socket.on(name, async (payload: unknown, acknowledge: unknown) => {
      const answer: Acknowledge = typeof acknowledge === 'function' ? (acknowledge as Acknowledge) : () => undefined;
      try {
        const scope = scopesOfEvents[name];
        if (scope) requireScope(caller, scope);
        answer({ ok: true, ...(await handle(payload)) });
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
    await socket.join(roomOf(message.conversationId));
    return { ...message, repeated };
  });

  on('message:cancel', async (payload) => {
    const { messageId } = validate(cancelEvent, payload);
    return { ...(await cancelMessage(services, workspaceId, messageId, { actor })) };
  });

  on('conversation:open', async (payload) => {
    const { conversationId, afterSeq } = validate(conversationOpenEvent, payload);
    // Followed and joined before the look: an event in between comes twice rather than never, and its number says so.
    await relay.follow(workspaceId);
    await socket.join(roomOf(conversationId));
    const seq = await conversationSequence(services.database, workspaceId, conversationId);
    if (seq === undefined) {
      await socket.leave(roomOf(conversationId));
      throw new Problem('not_found', 'this workspace has no conversation with that id');
    }
    if (afterSeq === undefined) return { seq };
    const missed = await conversationEventsAfter(services.database, workspaceId, conversationId, afterSeq, eventsPerFollowMax);
    for (const event of missed) socket.emit(eventName(event), eventPayload(event));
    return { seq: missed.at(-1)?.seq ?? seq, complete: missed.length < eventsPerFollowMax };
  });

  on('conversation:close', async (payload) => {
    const { conversationId } = validate(conversationOpenEvent, payload);
    await socket.leave(roomOf(conversationId));
    return {};
  });

  const onRoom = (name: 'queues' | 'notifications', room: string, follow: () => Promise<void>) => {
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
  onRoom('notifications', notificationsRoom, () => relay.followNotifications(workspaceId));
}
