import type { DocumentedOperation } from './contract.js';

/** The path of an operation with something in place of each of its parameters, and its query. */
export function targetOf(
  { path, parameters }: DocumentedOperation,
  valueOf: (names: string, name: string) => string,
  query: Record<string, unknown> = {},
): string {
  const named = new Map(parameters.filter((one) => one.in === 'path').map((one) => [one.name, one['x-names'] as string]));
  const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(valueOf(named.get(name) as string, name)));
  const words = new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])).toString();
  return words ? `${filled}?${words}` : filled;
}

/** The query of an operation's example. */
export function exampleQueryOf({ parameters }: DocumentedOperation): Record<string, unknown> {
  return Object.fromEntries(
    parameters.filter((one) => one.in === 'query' && one.example !== undefined).map(({ name, example }) => [name, example]),
  );
}
