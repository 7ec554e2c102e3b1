import { Problem } from '../domain/errors.js';
import { covers, type Grant } from '../domain/scopes.js';
import type { Caller } from './callers.js';

/** Nobody hands out more than he has. Throws the problem `forbidden`. */
export function requireGrants({ scopes }: Caller, wanted: readonly Grant[], what: string): void {
  if (covers(scopes, wanted)) return;
  const missing = wanted.filter((one) => !covers(scopes, [one])).map((one) => (one === '*' ? 'everything' : one));
  throw new Problem('forbidden', `${what} only by somebody who may do that himself: ${missing.join(', ')}`);
}
