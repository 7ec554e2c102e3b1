/** Tokens that processes hold: kept out of a burst until they are reported used or their time is over. */
export interface Holding {
  tokens: number;
  /** Milliseconds in the limiter's time; after it the tokens count as used. */
  expiresAtMs: number;
}

/** By who holds them. */
export type Holdings = Record<string, Holding>;

/** All tokens held, or those whose holder's name ends in `kind`. */
export function tokensHeld(holdings: Holdings, kind = ''): number {
  return Object.entries(holdings).reduce((sum, [name, { tokens }]) => sum + (name.endsWith(kind) ? tokens : 0), 0);
}

export function hold(holdings: Holdings, name: string, tokens: number, expiresAtMs: number): void {
  const holding = (holdings[name] ??= { tokens: 0, expiresAtMs });
  holding.tokens += tokens;
  holding.expiresAtMs = expiresAtMs;
}

/** Takes used tokens out; answers how many there were. */
export function release(holdings: Holdings, name: string, used: number): number {
  const holding = holdings[name];
  if (!holding || !(used > 0)) return 0;
  const tokens = Math.min(used, holding.tokens);
  holding.tokens -= tokens;
  if (holding.tokens === 0) delete holdings[name];
  return tokens;
}
