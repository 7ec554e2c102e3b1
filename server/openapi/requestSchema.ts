import { z } from 'zod';

type Json = Record<string, unknown>;

/** Formats say it shorter than the patterns that zod gives for them, and clients know them. */
export function shorten(schema: Json): void {
  if (schema.format === 'date-time' || schema.format === 'uuid') delete schema.pattern;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}

/** A schema of a request, as what may be sent. */
export function requestSchema(schema: z.ZodType): Json {
  const { $schema: _, ...made } = z.toJSONSchema(schema, { io: 'input', override: ({ jsonSchema }) => shorten(jsonSchema as Json) });
  return made;
}

/** The fields of a query, by name. */
export function propertiesOf(query: z.ZodType): Record<string, Json> {
  return (requestSchema(query).properties ?? {}) as Record<string, Json>;
}
