import type { FieldError } from '../../domain/errors.js';
import type { KeyValueStorage } from './outbox.js';
import { createStore } from './store.js';

/** What was written and not yet accepted, with the reason if the server refused it. */
export interface Draft {
  body: string;
  to?: string;
  from?: string;
  /** When it is to leave; without it at once. */
  sendAt?: string;
  refusal?: { sentence: string; errors: FieldError[] };
  /** The idempotency key under which it will be sent. Made with its first word, so that a copy of it in another tab is the same message. */
  key?: string;
  /** It was sent and the outcome is not known: the same words sent again must not become a second message, and other words are another. */
  inDoubt?: boolean;
}

export const newMessageDraft = 'new';
const empty: Draft = { body: '' };

export const draftsPrefix = 'postrider.drafts.';
/** Filed by workspace: signing in to another one must neither show these words nor send them. */
export const draftsKeyOf = (workspaceId: string) => `${draftsPrefix}${workspaceId}`;

export type Drafts = ReturnType<typeof createDrafts>;

/** Drafts by conversation id (or `new`), kept through a reload and the end of a session. */
export function createDrafts(storage: KeyValueStorage, storageKey: string, newKey: () => string) {
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
    /** What a person types. Words that were in doubt are another message once they change, and the refusal of the old ones is no longer true. */
    edit(id: string, change: Pick<Partial<Draft>, 'body' | 'to' | 'from'> & { sendAt?: string | undefined }): void {
      const before = store.get()[id] ?? empty;
      const { body, to, from, sendAt } = { ...before, ...change };
      const key = before.inDoubt || !before.key ? newKey() : before.key;
      const draft: Draft = { body, key, ...(to ? { to } : {}), ...(from ? { from } : {}), ...(sendAt ? { sendAt } : {}) };
      write(id, body || to || from || sendAt ? draft : undefined);
    },
    /** Gives back what the server refused. Words typed meanwhile are kept after it, as one new message. */
    giveBack(id: string, refused: Draft): void {
      const typed = store.get()[id]?.body;
      const { key, inDoubt, ...others } = refused;
      if (typed) write(id, { ...others, body: `${refused.body}\n${typed}`, key: newKey() });
      else write(id, { ...others, key: key ?? newKey(), ...(inDoubt ? { inDoubt } : {}) });
    },
    clear: (id: string): void => write(id, undefined),
    clearAll(): void {
      storage.setItem(storageKey, '{}');
      store.set({});
    },
  };
}
