import fc from 'fast-check';

/** Stands for a key that an object of JavaScript can't be given as any other. */
const protoKey = '@@proto@@';

const html = '<script>alert(1)</script><img src=x onerror="alert(2)">';
const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)]);

/** Texts that programs stumble over: NUL, halves of surrogate pairs, digits of other scripts, markup, paths, names of prototypes. */
export const nastyTexts: readonly string[] = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udc00y',
  '١٢٣',
  '+١٤١٥٥٥٥٢٦٧١',
  '１２',
  '1e3',
  '0x10',
  '-0',
  '9'.repeat(400),
  'x'.repeat(3_000),
  html,
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '../../etc/passwd',
  "'; drop table message; --",
  '%00',
  '\u202e\u200b\ufeff',
  '👩‍👩‍👧‍👦',
  '+14155552671',
  '0198f0c2-0000-7000-8000-000000000000',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59+23:59',
  'null',
];

const nastyValues: readonly unknown[] = [
  ...nastyTexts,
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  -(2 ** 63),
  [],
  {},
  [null],
  deep(40),
  { [protoKey]: { admin: true } },
  { constructor: { prototype: { admin: true } } },
];
const nastyKeys = [protoKey, 'constructor', 'prototype', 'toString', '', '\u0000', '\ud800', '<b>', 'id', 'workspaceId'];

type Tree = Record<string, unknown> | unknown[];
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

/** Every place in a value: the thing that holds it, and its key there. */
function places(value: unknown): { holder: Tree; key: string }[] {
  if (!isTree(value)) return [];
  return Object.keys(value).flatMap((key) => [{ holder: value, key }, ...places((value as Record<string, unknown>)[key])]);
}

/** A value with something wrong in it, somewhere: a value, a key too many or one too few. */
export function mutated(original: unknown): fc.Arbitrary<unknown> {
  const change = fc.record({
    place: fc.nat(),
    kind: fc.constantFrom('value', 'value', 'value', 'key', 'without'),
    value: fc.oneof(fc.constantFrom(...nastyValues), fc.jsonValue({ maxDepth: 2 })),
    key: fc.constantFrom(...nastyKeys),
  });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const root = { body: structuredClone(original) };
    for (const { place, kind, value, key } of changes) {
      // A copy, or what is put into it would be in all others as well, and at last in itself.
      const wrong: unknown = structuredClone(value);
      const all = places(root);
      const { holder, key: at } = all[place % all.length] as { holder: Record<string, unknown>; key: string };
      if (kind === 'key' && isTree(holder[at])) (holder[at] as Record<string, unknown>)[key] = wrong;
      else if (kind === 'without' && holder !== root) delete holder[at];
      else holder[at] = wrong;
    }
    return root.body;
  });
}

/** A value as JSON, in which `__proto__` is a key like any other. */
export function jsonOf(value: unknown): string {
  return (JSON.stringify(value) ?? '').replaceAll(JSON.stringify(protoKey), '"__proto__"');
}

/** Bodies that are no JSON, or not what anybody sends. */
export const nastyBodies: readonly string[] = [
  '',
  '{',
  '[1',
  'null',
  '"text"',
  '123',
  '\ufeff{}',
  '{"a":1,"a":2}',
  "{'a': 1}",
  '{"body": "\\ud800"}',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `{"${'k'.repeat(10_000)}": 1}`,
  '\u0000',
];

/** Parts of a path as they are written, some of which can't be decoded. */
export const nastyParts: readonly string[] = [
  '%00',
  '%',
  '%zz',
  '%ED%A0%80',
  '..%2F..',
  '%2e%2e',
  '__proto__',
  'constructor',
  'x'.repeat(2_000),
  '%F0%9F%98%80',
  '0',
  '-1',
  '1e9',
  '99999999999999999999',
  '%D9%A1',
  '0198f0c2-0000-7000-8000-000000000000',
  '0198F0C2-0000-7000-8000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'null',
  '%3Cscript%3E',
  '%2B14155552671',
];

const base64 = (text: string) => Buffer.from(text).toString('base64url');

/** Places in lists that no list has given out. */
export const nastyCursors: readonly string[] = [
  ...['[]', 'null', '{}', '[1]', '[1,"x"]', '[-1,"0198f0c2-0000-7000-8000-000000000000"]', '[1e400,null]', '["1",2]'].map(base64),
  base64(`[${Date.UTC(9999, 0) + 1},"0198f0c2-0000-7000-8000-000000000000"]`),
  base64('[0,"0198f0c2-0000-7000-8000-000000000000"]'),
  base64('{"__proto__":{"at":1}}'),
  '!!!',
  'x'.repeat(4_000),
];
