import type { FieldError } from '../../domain/errors.js';
import type { MessageStatus } from '../../domain/messageStatus.js';
import type { MessageToSend } from './api.js';
import { createStore } from './store.js';

/** A message on its way from this page to the server. */
export interface OutboxEntry extends MessageToSend {
  idempotencyKey: string;
  /** Null for a message that begins a conversation. */
  conversationId: string | null;
  createdAt: string;
  /** `waiting`: the server could not be reached or asked to come back later; it is tried again by itself. */
  state: 'sending' | 'waiting';
}

export interface Accepted {
  kind: 'accepted';
  id: string;
  conversationId: string;
  status: MessageStatus;
}
export interface Refused {
  kind: 'refused';
  code: string;
  sentence: string;
  errors: FieldError[];
  /** The server may have taken it all the same. */
  inDoubt: boolean;
}
export type SendOutcome = Accepted | Refused | { kind: 'later'; afterMs: number | null };

/** The part of the browser's Storage that is needed. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export interface OutboxOptions {
  storage: KeyValueStorage;
  storageKey: string;
  attempt(entry: OutboxEntry): Promise<SendOutcome>;
  onAccepted(entry: OutboxEntry, accepted: Accepted): void;
  onRefused(entry: OutboxEntry, refused: Refused): void;
}

export const retryDelayMsMin = 1_000;
export const retryDelayMsMax = 15_000;

export type Outbox = ReturnType<typeof createOutbox>;

/**
 * Sends one message at a time, so that they leave in the order in which they were written, and keeps them in the tab's
 * storage until the server has answered: through a lost connection and a reload. Every attempt of an entry carries the same
 * idempotency key, so that an attempt whose answer was lost can't become a second SMS.
 */
export function createOutbox(options: OutboxOptions) {
  const entries = createStore<readonly OutboxEntry[]>(read());
  const settled = new Map<string, (outcome: Accepted | Refused) => void>();
  let sending = false;
  let closed = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function read(): OutboxEntry[] {
    try {
      return JSON.parse(options.storage.getItem(options.storageKey) ?? '[]') as OutboxEntry[];
    } catch {
      return [];
    }
  }

  function write(next: readonly OutboxEntry[]): void {
    options.storage.setItem(options.storageKey, JSON.stringify(next));
    entries.set(next);
  }

  const mark = (state: OutboxEntry['state']) => write(entries.get().map((entry) => (entry.state === state ? entry : { ...entry, state })));

  async function run(): Promise<void> {
    clearTimeout(timer);
    if (sending || closed) return;
    sending = true;
    try {
      for (let entry = entries.get()[0]; entry; entry = entries.get()[0]) {
        const outcome = await options.attempt(entry);
        if (closed) return;
        if (outcome.kind === 'later') {
          mark('waiting');
          failures += 1;
          const delayMs = outcome.afterMs ?? Math.min(retryDelayMsMin * 2 ** (failures - 1), retryDelayMsMax);
          timer = setTimeout(() => void run(), delayMs);
          return;
        }
        failures = 0;
        settle(entry, outcome);
      }
    } finally {
      sending = false;
    }
  }

  function settle(entry: OutboxEntry, outcome: Accepted | Refused): void {
    // Into the thread first and out of the outbox after, or the bubble would blink.
    if (outcome.kind === 'accepted') options.onAccepted(entry, outcome);
    else options.onRefused(entry, outcome);
    const others = entries.get().filter((other) => other.idempotencyKey !== entry.idempotencyKey);
    write(others.map((other) => (other.state === 'sending' ? other : { ...other, state: 'sending' })));
    settled.get(entry.idempotencyKey)?.(outcome);
    settled.delete(entry.idempotencyKey);
  }

  return {
    entries,
    /** Resolves once the server has answered; while it can't be reached, not at all. */
    add(message: Omit<OutboxEntry, 'state'>): Promise<Accepted | Refused> {
      return new Promise((resolve) => {
        settled.set(message.idempotencyKey, resolve);
        const state = entries.get().some((entry) => entry.state === 'waiting') ? 'waiting' : 'sending';
        write([...entries.get(), { ...message, state }]);
        void run();
      });
    },
    /** For the moment in which the connection is back. */
    retryNow(): void {
      failures = 0;
      void run();
    },
    discardAll(): void {
      write([]);
    },
    close(): void {
      closed = true;
      clearTimeout(timer);
    },
  };
}
