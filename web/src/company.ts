import type { PresenceEvent } from './live.js';
import { createStore } from './store.js';

export interface Companion {
  name: string;
  typing: boolean;
  untilMs: number;
}

/** Who else is in a conversation, by connection. Nobody stays for longer than they say. */
export type Company = ReadonlyMap<string, ReadonlyMap<string, Companion>>;

export function createCompany(now: () => number = Date.now) {
  const store = createStore<Company>(new Map());
  let timer: ReturnType<typeof setTimeout> | undefined;

  function put(conversationId: string, change: (companions: Map<string, Companion>) => void): void {
    const companions = new Map(store.get().get(conversationId));
    change(companions);
    const next = new Map(store.get());
    if (companions.size > 0) next.set(conversationId, companions);
    else next.delete(conversationId);
    store.set(next);
    forgetInTime();
  }

  function forgetInTime(): void {
    clearTimeout(timer);
    const ends = [...store.get().values()].flatMap((companions) => [...companions.values()].map(({ untilMs }) => untilMs));
    if (ends.length > 0) timer = setTimeout(forget, Math.max(0, Math.min(...ends) - now()) + 50);
  }

  function forget(): void {
    for (const [conversationId, companions] of store.get()) {
      const gone = [...companions].filter(([, { untilMs }]) => untilMs <= now()).map(([agentId]) => agentId);
      if (gone.length > 0) put(conversationId, (left) => gone.forEach((agentId) => void left.delete(agentId)));
    }
    forgetInTime();
  }

  return {
    store,
    hear({ conversationId, agentId, name, state, forMs }: PresenceEvent): void {
      put(conversationId, (companions) => {
        if (state === 'left') companions.delete(agentId);
        else companions.set(agentId, { name, typing: state === 'typing', untilMs: now() + forMs });
      });
    },
    close: () => clearTimeout(timer),
  };
}

/** "Ana is replying…", "Ana and Ben are looking at this"; null where nobody is. Who types counts first: two must not answer. */
export function companyWords(companions: ReadonlyMap<string, Companion> | undefined): string | null {
  const all = [...(companions?.values() ?? [])];
  const typing = namesOf(all.filter((one) => one.typing));
  if (typing.length > 0) return `${listed(typing)} ${typing.length === 1 ? 'is' : 'are'} replying…`;
  const looking = namesOf(all);
  return looking.length === 0 ? null : `${listed(looking)} ${looking.length === 1 ? 'is' : 'are'} looking at this`;
}

const namesOf = (companions: Companion[]) => [...new Set(companions.map(({ name }) => name))].sort();
const listed = (names: string[]) => (names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? ''));
