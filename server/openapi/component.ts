import type { z } from 'zod';

/** The schemas of answers that have a name in the document, by that name. */
export const components = new Map<string, z.ZodType>();

/** Gives a schema its name. Clients know it by that: it never changes. */
export function component<T extends z.ZodType>(name: string, schema: T): T {
  if (components.has(name)) throw new Error(`two schemas are called ${name}`);
  components.set(name, schema);
  return schema;
}
