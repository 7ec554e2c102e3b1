import type { FieldError } from '../../domain/errors.js';
import type { KeyValueStorage } from './outbox.js';
import { createStore } from './store.js';

/** What was written and not yet accepted, with the reason if the server refused it. */
export interface Draft {
  body: string;
  to?: string;
  from?: string;
  refusal?: { sentence: string; errors: FieldError[] };
  /** Of a sending whose outcome is in doubt: the same words sent again must not become a second message. */
  idempotencyKey?: string;
}

export const newMessageDraft = 'new';
const empty: Draft = { body: '' };

export type Drafts = ReturnType<typeof createDrafts>;

/** Drafts by conversation id (or `new`), kept through a reload. */
export function createDrafts(storage: KeyValueStorage, storageKey: string) {
  const store = createStore<Readonly<Record<string, Draft>>>(read());

  function read(): Record<string, Draft> {
    try {
      return JSON.parse(storage.getItem(storageKey) ?? '{}') as Record<string, Draft>;
    } catch {
      return {};
    }
  }

  function write(id: string, draft: Draft | undefined): void {
    const { [id]: _, ...others } = store.get();
    const next = draft ? { ...others, [id]: draft } : others;
    storage.setItem(storageKey, JSON.stringify(next));
    store.set(next);
  }

  return {
    store,
    get: (id: string): Draft => store.get()[id] ?? empty,
    /** What a person types. New words are a new message, and the refusal of the old ones is no longer true. */
    edit(id: string, change: Pick<Partial<Draft>, 'body' | 'to' | 'from'>): void {
      const { body, to, from } = { ...(store.get()[id] ?? empty), ...change };
      const draft: Draft = { body, ...(to ? { to } : {}), ...(from ? { from } : {}) };
      write(id, body || to || from ? draft : undefined);
    },
    /** Gives back what the server refused. Words typed meanwhile are kept after it. */
    giveBack(id: string, refused: Draft): void {
      const typed = store.get()[id]?.body;
      const { idempotencyKey, ...others } = refused;
      write(id, typed ? { ...others, body: `${refused.body}\n${typed}` } : { ...others, ...(idempotencyKey ? { idempotencyKey } : {}) });
    },
    clear: (id: string): void => write(id, undefined),
    clearAll(): void {
      storage.setItem(storageKey, '{}');
      store.set({});
    },
  };
}
