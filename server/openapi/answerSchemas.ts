import { z } from 'zod';
import { operations } from './catalogue.js';
import { components } from './component.js';
import type { Operation, SuccessStatus } from './operation.js';
import { shorten } from './requestSchema.js';

type Json = Record<string, unknown>;

/** The schemas of all answers: those that have a name, and what each operation answers, which may be one of them. */
export function answerSchemas(): { named: Record<string, Json>; of(operation: Operation, status: SuccessStatus): Json } {
  const all = z.registry<{ id: string }>();
  const nameOf = new Map<z.ZodType, string>();
  const name = (schema: z.ZodType, id: string) => {
    if (nameOf.has(schema)) return;
    nameOf.set(schema, id);
    all.add(schema, { id });
  };
  for (const [id, schema] of components) name(schema, id);
  const answers = operations.flatMap(({ id, answers: byStatus }) =>
    Object.entries(byStatus).map(([status, schema]) => [schema, `${id}.${status}`] as const),
  );
  for (const [schema, id] of answers) if (schema) name(schema, id);

  const { schemas } = z.toJSONSchema(all, {
    uri: (id) => `#/components/schemas/${id}`,
    io: 'output',
    override: ({ jsonSchema }) => {
      shorten(jsonSchema as Json);
      // An answer may have more fields one day: who reads it must not mind.
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      const { propertyNames } = jsonSchema;
      if (JSON.stringify(propertyNames) === '{"type":"string"}') delete jsonSchema.propertyNames;
    },
  });
  const plain = Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => {
      const { $schema: _s, $id: _i, ...rest } = schema as Json;
      return [id, rest];
    }),
  );
  return {
    named: Object.fromEntries(Object.entries(plain).filter(([id]) => !id.includes('.'))),
    of: ({ answers: byStatus }, status) => {
      const id = nameOf.get(byStatus[status] as z.ZodType) as string;
      return id.includes('.') ? (plain[id] as Json) : { $ref: `#/components/schemas/${id}` };
    },
  };
}
