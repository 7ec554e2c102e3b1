import type { InboundConsent } from './consent.js';
import type { MessageStatus } from './messageStatus.js';
import type { Priority } from './priority.js';
import type { Encoding } from './segments.js';
import type { WaitingFor } from './submission.js';

/** What happens to a message whose sending is in doubt and for which the provider shows no proof. */
export const ambiguousPolicies = ['prefer-no-duplicate', 'prefer-delivery'] as const;
export type AmbiguousPolicy = (typeof ambiguousPolicies)[number];

/** What a message is for. Marketing keeps to the hours of its recipient; what a person waits for does not. */
export const categories = ['transactional', 'marketing'] as const;
export type Category = (typeof categories)[number];

export const directions = ['outbound', 'inbound'] as const;
export type Direction = (typeof directions)[number];

/** Where the states of one message are told, as it was given with it. */
export interface StatusCallback {
  /** The webhook endpoint that stands for the server which the URL leads to. */
  endpointId: string;
  url: string;
  /** The account at Twilio by which the message came in, and whose auth token signs. */
  accountSid: string;
}

/** An accepted outbound message: the input of the workflow sendMessage. Times are epoch milliseconds. */
export interface OutboundMessage {
  workspaceId: string;
  messageId: string;
  /** Grows with each redrive; a run of an older generation ends at once. */
  generation: number;
  /** SHA-256 (hex) of the canonical request, to tell the same idempotency key with another payload. */
  payloadHash: string;
  contactId: string;
  to: string;
  senderId: string;
  from: string;
  /** Nobody asked for this sender: where its provider can't take the message, it may leave from another's number. */
  routed?: true;
  body: string;
  mediaUrls: string[];
  metadata: Record<string, string>;
  statusCallback?: StatusCallback;
  priority: Priority;
  encoding: Encoding;
  segments: number;
  acceptedAtMs: number;
  /** Its place in the order of acceptance, epoch microseconds; unique within the process that accepted it. Absent in runs of before there was an order. */
  acceptedAtUs?: number;
  category?: Category;
  /** When it may leave at the earliest; absent where that is at once. */
  sendAtMs?: number;
  /** That is because of the hours of its recipient. */
  quietHours?: true;
  /** After this time the message is of no use and must not be sent any more. */
  validUntilMs: number;
  /** When the workflow stops waiting for a receipt, asks the provider once and closes. */
  closesAtMs: number;
}

/** A message that came in, as it was stored with its receipt: the input of the workflow receiveMessage. */
export interface InboundMessage {
  workspaceId: string;
  messageId: string;
  contactId: string;
  /** Who wrote it: E.164, or what the provider says where it is no such number, as a short code. */
  from: string;
  /** The number it came to. */
  to: string;
  providerMessageId: string;
  /** When it was stored, epoch milliseconds: says in which partition it lies. */
  createdAtMs: number;
  consent: InboundConsent | null;
}

/** When a message may leave and until when, where that is not as it was accepted. Epoch milliseconds. */
export interface Deferral {
  sendAtMs: number;
  validUntilMs: number;
}

/** A right to send one message between two moments, given under one epoch of the workspace's limits. Epoch milliseconds. */
export interface SendToken {
  notBeforeMs: number;
  goodUntilMs: number;
  limitsEpoch: number;
}

/** Why a message did not arrive, in the provider's code and in words. */
export interface MessageError {
  code: string;
  message: string;
}

/** The answer of the workflow query `getMessageState`: where this run stands, for support and for the trace. */
export interface MessageState {
  step:
    | 'persisting'
    | 'scheduled'
    | 'waiting for send token'
    | 'submitting'
    | 'reconciling'
    | 'awaiting status callback'
    | 'recording'
    | 'closed';
  status: MessageStatus;
  attempt: number;
  providerMessageId: string | null;
  /** ISO time until which the message waits, while it waits. */
  waitingUntil: string | null;
  /** What it waits for, while it waits. */
  waitingFor: WaitingFor | null;
  error: MessageError | null;
}

/** What the workflow sendMessage ends with. */
export interface MessageOutcome {
  status: MessageStatus;
  providerMessageId: string | null;
  error: MessageError | null;
}
