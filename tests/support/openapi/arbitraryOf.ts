import fc from 'fast-check';

type Schema = Record<string, any>;

/** What may stand at a place by its name alone, beside what its schema says. */
export type Known = Readonly<Record<string, readonly unknown[]>>;

const unstorable = fc.constantFrom('a\u0000b', '\ud800', 'x\udc00y');

/** Values that a schema of a request allows, as far as it says so: rules that it can't say are for the server to apply. */
export function arbitraryOf(schema: Schema, known: Known = {}, name = ''): fc.Arbitrary<unknown> {
  const plain = arbitraryOfKind(schema, known);
  // Now and then what a schema lets through and a database can't keep.
  const fits =
    schema.type === 'string' && !schema.enum ? fc.oneof({ weight: 8, arbitrary: plain }, { weight: 1, arbitrary: unstorable }) : plain;
  return known[name] && schema.type === 'string' && !schema.enum
    ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known[name]) }, fits)
    : fits;
}

function arbitraryOfKind(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((one: Schema) => arbitraryOf(one, known)));
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type: string) => arbitraryOf({ ...schema, type }, known)));
  switch (schema.type) {
    case 'object':
      return objectOf(schema, known);
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}, known), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      });
    case 'string':
      return stringOf(schema);
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -(2 ** 31), max: schema.maximum ?? 2 ** 31 });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 1 });
  }
}

function objectOf({ properties = {}, required = [], additionalProperties }: Schema, known: Known): fc.Arbitrary<unknown> {
  const fixed = fc.record(
    Object.fromEntries(Object.entries(properties as Schema).map(([name, schema]) => [name, arbitraryOf(schema, known, name)])),
    { requiredKeys: required },
  );
  if (!additionalProperties || additionalProperties === true) return fixed;
  const more = fc.dictionary(fc.string({ minLength: 1, maxLength: 12 }), arbitraryOf(additionalProperties, known), { maxKeys: 3 });
  return fc.tuple(more, fixed).map(([others, own]) => ({ ...others, ...own }));
}

function stringOf({ format, pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') {
    const range = { min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true };
    return fc.date(range).map((date) => date.toISOString());
  }
  if (format === 'uri') return fc.webUrl({ validSchemes: ['http', 'https'] });
  if (format === 'uuid') return fc.uuid();
  if (pattern) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.min(maxLength, 200), unit: 'grapheme' });
}
