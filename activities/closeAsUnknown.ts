import type { OutboundMessage } from '../domain/message.js';
import type { MessageStatus } from '../domain/messageStatus.js';
import type { Dependencies } from './dependencies.js';

/** Local activity. The message was taken by the provider and no receipt came: said so, never counted as delivered. */
export function closeAsUnknown({ store }: Dependencies) {
  return async (message: OutboundMessage, attempt: number): Promise<MessageStatus> => {
    const moved = await store.advance({
      workspaceId: message.workspaceId,
      messageId: message.messageId,
      attempt,
      provider: '',
      attemptStatus: null,
      messageStatus: 'unknown',
      from: ['accepted', 'sending', 'sent'],
      error: { code: 'no_receipt', message: 'the provider took it and never said what became of it' },
    });
    return moved?.status ?? 'unknown';
  };
}
