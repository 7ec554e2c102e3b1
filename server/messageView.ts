import type { MessageError, OutboundMessage } from '../domain/message.js';
import type { MessageStatus } from '../domain/messageStatus.js';
import type { StoredMessage } from '../storage/messages.js';

/** A message as the API shows it. Times are ISO 8601. */
export interface MessageView {
  id: string;
  conversationId: string;
  direction: 'outbound' | 'inbound';
  status: MessageStatus;
  to: string;
  from: string;
  body: string;
  mediaUrls: string[];
  metadata: Record<string, string>;
  priority: string;
  encoding: string;
  segments: number;
  attempt: number;
  providerMessageId: string | null;
  error: MessageError | null;
  createdAt: string;
  updatedAt: string;
}

export function viewOf(message: StoredMessage): MessageView {
  const { workspaceId: _workspaceId, generation: _generation, createdAt, updatedAt, ...shown } = message;
  return { ...shown, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}

/** A message that was accepted a moment ago and may not be stored as a row yet. */
export function viewOfNew(message: OutboundMessage): MessageView {
  const at = new Date(message.acceptedAtMs).toISOString();
  return {
    id: message.messageId,
    conversationId: message.contactId,
    direction: 'outbound',
    status: 'queued',
    to: message.to,
    from: message.from,
    body: message.body,
    mediaUrls: message.mediaUrls,
    metadata: message.metadata,
    priority: message.priority,
    encoding: message.encoding,
    segments: message.segments,
    attempt: 0,
    providerMessageId: null,
    error: null,
    createdAt: at,
    updatedAt: at,
  };
}
