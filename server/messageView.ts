import type { InboundConsent } from '../domain/consent.js';
import { campaignCharactersMax } from '../domain/historyLimits.js';
import type { Category, MessageError, OutboundMessage } from '../domain/message.js';
import type { MessageStatus } from '../domain/messageStatus.js';
import type { StoredMessage } from '../storage/messages.js';

/** A message as the API shows it. Times are ISO 8601. */
export interface MessageView {
  id: string;
  conversationId: string;
  direction: 'outbound' | 'inbound';
  status: MessageStatus;
  /** Null where it is the contact's, and the contact was erased. */
  to: string | null;
  from: string | null;
  /** Null where the text was erased, or the time for which texts are kept is over. */
  body: string | null;
  mediaUrls: string[];
  metadata: Record<string, string>;
  /** `campaign` of the metadata: messages are found by it. */
  campaign: string | null;
  /** Its text is gone for good. */
  erased: boolean;
  /** When the text was removed because the workspace keeps texts no longer, and after how many days. */
  contentRemovedAt: string | null;
  contentKeptDays: number | null;
  priority: string;
  category: Category;
  encoding: string;
  segments: number;
  attempt: number;
  providerMessageId: string | null;
  error: MessageError | null;
  /** What an inbound message says of its sender's consent. */
  consent: InboundConsent | null;
  /** When it may leave at the earliest; null where that was at once. */
  sendAt: string | null;
  /** After this time it is not sent any more. */
  validUntil: string | null;
  createdAt: string;
  updatedAt: string;
  /** It is so old that it can be read and not changed any more. */
  archived: boolean;
}

const iso = (time: Date | null) => time && time.toISOString();

export function viewOf(message: StoredMessage): MessageView {
  const {
    workspaceId: _workspaceId,
    generation: _generation,
    contentRemovedAt,
    sendAt,
    validUntil,
    createdAt,
    updatedAt,
    ...shown
  } = message;
  return {
    ...shown,
    contentRemovedAt: iso(contentRemovedAt),
    sendAt: iso(sendAt),
    validUntil: iso(validUntil),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

/** A message that was accepted a moment ago and may not be stored as a row yet. */
export function viewOfNew(message: OutboundMessage): MessageView {
  const at = new Date(message.acceptedAtMs).toISOString();
  return {
    id: message.messageId,
    conversationId: message.contactId,
    direction: 'outbound',
    status: message.sendAtMs === undefined ? 'queued' : 'scheduled',
    to: message.to,
    from: message.from,
    body: message.body,
    mediaUrls: message.mediaUrls,
    metadata: message.metadata,
    campaign: message.metadata.campaign?.slice(0, campaignCharactersMax) ?? null,
    erased: false,
    contentRemovedAt: null,
    contentKeptDays: null,
    priority: message.priority,
    category: message.category ?? 'transactional',
    encoding: message.encoding,
    segments: message.segments,
    attempt: 0,
    providerMessageId: null,
    error: null,
    consent: null,
    sendAt: message.sendAtMs === undefined ? null : new Date(message.sendAtMs).toISOString(),
    validUntil: new Date(message.validUntilMs).toISOString(),
    createdAt: at,
    updatedAt: at,
    archived: false,
  };
}
