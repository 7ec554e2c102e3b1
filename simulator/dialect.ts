import type { Response } from 'express';
import type { LifeStep } from './actions.js';
import type { StoredMessage, Vendor } from './ledgerEntries.js';
import type { Webhook } from './webhookClient.js';

/** What differs between the APIs that are spoken; faults, lives and the ledger are the same. Codes are Twilio's, or the vendor's own. */
export interface Dialect {
  vendor: Vendor;
  newId(): string;
  /** The answer to a message that was accepted, as it stands now. */
  created(message: StoredMessage): { httpStatus: number; json: unknown };
  /** Answers that it was not accepted; `httpStatus` overrides the status that goes with the code. */
  refuse(response: Response, code: number, httpStatus?: number): void;
  /** What tells a status; null where nobody can be told, or nothing can be signed. */
  statusWebhook(message: StoredMessage, step: Told, atMs: number, idempotencyToken: string): Webhook | null;
  /** What tells that a message came in, and its id; no webhook where nothing can be signed. */
  inboundWebhook(text: InboundText, atMs: number): { id: string; webhook: Webhook | null };
}

/** A message that somebody writes to a number of the account. */
export interface InboundText {
  accountSid: string;
  /** Where the vendor signs with it; else the account's last is taken. */
  authToken?: string | undefined;
  url: string;
  from: string;
  to: string;
  body: string;
  messagingServiceSid?: string | undefined;
  optOutType?: string | undefined;
}

/** A status that is told. */
export type Told = Pick<LifeStep, 'status' | 'errorCode' | 'word'>;

export type Dialects = Readonly<Record<Vendor, Dialect>>;
