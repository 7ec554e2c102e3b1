import { type Breaker, type BreakerScope, type Standing, standingOf } from './breaker.js';
import { countryOf } from './phoneNumber.js';
import { providersInTurn, type Routes, routeTo } from './routing.js';

/** A number of a workspace, and the provider at which it lives. */
export interface Sender {
  id: string;
  phoneNumber: string;
  provider: string;
}

/** What a workspace has to send by. */
export interface Setup {
  accounts: readonly { provider: string }[];
  senders: readonly Sender[];
  routes: Routes;
  breakers: readonly Breaker[];
  limits: { senders: Readonly<Record<string, { cooldownUntilMs: number | null }>> };
}

/** By whom and from which number a message can leave, and whether it may now. */
export interface Way {
  provider: string;
  sender: Sender;
  standing: Standing;
}

export interface Traveller {
  messageId: string;
  /** E.164. */
  to: string;
  /** The sender that its contact knows, where there is one. */
  sender: Sender | undefined;
}

/**
 * The ways of a message that may leave by any provider of its route, in the order in which it should try them. From its own
 * number where that lives there and may be used, else from the first that may. Empty where the workspace has no route for it.
 *
 * @param healthOf from 0 to 1, by provider
 */
export function waysByRoute(setup: Setup, traveller: Traveller, healthOf: (provider: string) => number, nowMs: number): Way[] {
  // Most workspaces have none: a number is not worth reading for that.
  if (Object.keys(setup.routes).length === 0) return [];
  const entries = routeTo(setup.routes, countryOf(traveller.to)) ?? [];
  const ways = new Map(
    entries.flatMap(({ provider }) => {
      const way = setup.accounts.some((account) => account.provider === provider) && wayBy(setup, provider, traveller.sender, nowMs);
      return way ? [[provider, way]] : [];
    }),
  );
  const isAvailable = (provider: string) => {
    const way = ways.get(provider);
    return way !== undefined && way.standing.kind !== 'open' && !isCooling(setup, way.sender, nowMs);
  };
  const choice = { key: traveller.messageId, kept: traveller.sender?.provider, healthOf, isAvailable };
  return providersInTurn(entries, choice).flatMap((provider) => ways.get(provider) ?? []);
}

/** The one way of a message that must leave from its own number. */
export function wayFrom(setup: Setup, sender: Sender, nowMs: number): Way {
  return { provider: sender.provider, sender, standing: standingFrom(setup, sender, nowMs) };
}

function wayBy(setup: Setup, provider: string, own: Sender | undefined, nowMs: number): Way | undefined {
  const there = setup.senders.filter((sender) => sender.provider === provider);
  const inTurn = [...there.filter(({ id }) => id === own?.id), ...there.filter(({ id }) => id !== own?.id)];
  const ways = inTurn.map((sender) => wayFrom(setup, sender, nowMs));
  return (
    ways.find(({ standing, sender }) => standing.kind !== 'open' && !isCooling(setup, sender, nowMs)) ??
    ways.find(({ standing }) => standing.kind !== 'open') ??
    ways[0]
  );
}

/** After a rate error of its provider: another way is better, and where there is none the limiter lets it wait. */
function isCooling({ limits }: Setup, { id }: Sender, nowMs: number): boolean {
  return (limits.senders[id]?.cooldownUntilMs ?? 0) > nowMs;
}

/** Both breakers of a way: the one that holds it back longer counts. */
function standingFrom(setup: Setup, { id, provider }: Sender, nowMs: number): Standing {
  // Nearly always there is none at all.
  if (setup.breakers.length === 0) return { kind: 'closed' };
  const account = standingOf(breakerOf(setup, 'account', provider), nowMs);
  const sender = standingOf(breakerOf(setup, 'sender', id), nowMs);
  if (account.kind === 'open') return sender.kind === 'open' && sender.untilMs > account.untilMs ? sender : account;
  if (sender.kind === 'open') return sender;
  return account.kind === 'due' || sender.kind === 'due' ? { kind: 'due' } : { kind: 'closed' };
}

/** The breaker of an account or a sender; undefined where it has never opened. */
export function breakerOf({ breakers }: Pick<Setup, 'breakers'>, scope: BreakerScope, subject: string): Breaker | undefined {
  return breakers.find((one) => one.scope === scope && one.subject === subject);
}
