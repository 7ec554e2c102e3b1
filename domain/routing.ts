import { healthKeepsContactMin } from './limits.js';

/** One provider of a route. */
export interface RouteEntry {
  provider: string;
  /** Its share of the messages, percent; those of one country sum to 100. One of 0 only stands in for the others. */
  weight: number;
  /** Its place in the failover order: the smallest is asked first. */
  order: number;
}

/** What a workspace decides about its providers, by country of the recipient (ISO 3166-1) or `*` for all others. Empty: nothing. */
export type Routes = Readonly<Record<string, readonly RouteEntry[]>>;

export const anyCountry = '*';

/** The providers for recipients in a country, or in one that is not known; undefined where the workspace decides nothing for it. */
export function routeTo(routes: Routes, country: string | undefined): readonly RouteEntry[] | undefined {
  return (country !== undefined && Object.hasOwn(routes, country) ? routes[country] : undefined) ?? routes[anyCountry];
}

export interface Choice {
  /** What is to be distributed: the id of a message. The same key is given the same provider while nothing else changes. */
  key: string;
  /** The provider that the contact knows already. */
  kept?: string | undefined;
  /** From 0 to 1. */
  healthOf(provider: string): number;
  /** False for a provider to which nothing may go now. */
  isAvailable(provider: string): boolean;
}

/**
 * The providers of a route in the order in which a message should try them: first the one that its contact knows, while that
 * is in fair health, or one drawn by weight × health; then the others that are available in their failover order; then those
 * that are not.
 */
export function providersInTurn(entries: readonly RouteEntry[], choice: Choice): string[] {
  const inOrder = [...entries].sort((a, b) => a.order - b.order);
  const available = inOrder.filter(({ provider }) => choice.isAvailable(provider));
  const away = inOrder.filter((entry) => !available.includes(entry));
  const first = keptOf(available, choice) ?? drawn(available, choice);
  const rest = available.filter((entry) => entry !== first);
  return [...(first ? [first] : []), ...rest, ...away].map(({ provider }) => provider);
}

function keptOf(available: RouteEntry[], { kept, healthOf }: Choice): RouteEntry | undefined {
  return available.find(({ provider }) => provider === kept && healthOf(provider) >= healthKeepsContactMin);
}

/**
 * Draws by weighted rendezvous: each provider gets a number from the key and its own name, and the best one wins. So a change
 * of one weight moves only as many messages as it must, and none between two others.
 */
function drawn(available: RouteEntry[], { key, healthOf }: Choice): RouteEntry | undefined {
  let best: { entry: RouteEntry; score: number } | undefined;
  for (const entry of available) {
    const weight = entry.weight * healthOf(entry.provider);
    if (!(weight > 0)) continue;
    const score = -Math.log(uniformOf(`${key}/${entry.provider}`)) / weight;
    if (!best || score < best.score) best = { entry, score };
  }
  return best?.entry ?? available[0];
}

/** A number between 0 and 1, both excluded, that is the same for the same text: FNV-1a with the finish of MurmurHash3. */
function uniformOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}
