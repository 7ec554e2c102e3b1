import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryOf, type Known } from '../support/openapi/arbitraryOf.js';
import { type DocumentedOperation, documentedOperations, faultsOfAnswer } from '../support/openapi/contract.js';
import { jsonOf, mutated, nastyBodies, nastyCursors, nastyParts, nastyTexts } from '../support/openapi/nasty.js';
import { type RawRequest, rawRequest } from '../support/openapi/rawRequest.js';
import { makeWorld, type World } from '../support/openapi/world.js';
import { type System, startSystem } from '../support/system.js';

/** Another run each time; the same again with FUZZ_SEED, and a longer one with FUZZ_RUNS. */
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const runsAnOperation = Number(process.env.FUZZ_RUNS ?? 25);

let system: System;
let world: World;
let known: Known;

beforeAll(async () => {
  // So many requests a second are no person's.
  const env = { REQUESTS_PER_KEY_PER_MINUTE: '100000', REQUESTS_PER_ADDRESS_PER_MINUTE: '100000', REFUSED_TOKENS_PER_ADDRESS: '100000' };
  system = await startSystem({ env: { WEBHOOK_TARGETS: 'any', ...env } });
  world = await makeWorld(system, system.workspace, 'fuzzed');
  const numbers = ['+14155552671', '+442071838750', world.suppressedNumber, world.sender];
  known = {
    to: numbers,
    from: [world.sender],
    phoneNumber: numbers,
    provider: ['twilio', 'telnyx'],
    providerMessageId: [`SM${'0'.repeat(32)}`],
  };
}, 60_000);
afterAll(() => system.stop(), 60_000);

const headersOf = (more: Record<string, string> = {}) => ({ authorization: `Bearer ${system.workspace.apiKey}`, ...more });

/** Requests to one operation: some as its document wants them, some with something wrong in them. */
function requestsTo(operation: DocumentedOperation): fc.Arbitrary<RawRequest> {
  return fc
    .record({ path: partsOf(operation), query: queryOf(operation), body: bodyOf(operation), key: keyOf(operation) })
    .map(({ path, query, body, key }) => ({
      method: operation.method,
      target: operation.path.replace(/\{(\w+)\}/g, (_all, name: string) => path[name] as string) + (query ? `?${query}` : ''),
      headers: headersOf({ ...key, ...(body && { 'content-type': body.type, 'content-length': String(Buffer.byteLength(body.text)) }) }),
      ...(body && { body: body.text }),
    }));
}

function partsOf({ parameters }: DocumentedOperation): fc.Arbitrary<Record<string, string>> {
  const parts = parameters.filter((one) => one.in === 'path');
  return fc.record(
    Object.fromEntries(
      parts.map((one) => {
        const own = encodeURIComponent(world[one['x-names'] as keyof World]);
        return [one.name, fc.oneof({ weight: 3, arbitrary: fc.constant(own) }, fc.constantFrom(...nastyParts))];
      }),
    ),
  );
}

function queryOf({ parameters }: DocumentedOperation): fc.Arbitrary<string> {
  const own = parameters.filter((one) => one.in === 'query');
  const pairs = own.map((one) => {
    const odd = fc.constantFrom(...(one.name === 'cursor' ? nastyCursors : nastyTexts));
    const valid = one.name === 'cursor' ? odd : arbitraryOf(one.schema).map(String);
    return fc.oneof(valid, odd).map((value) => `${one.name}=${encodeURIComponent(value.toWellFormed())}`);
  });
  const odd = fc.constantFrom('unknown=1', '__proto__[x]=1', 'limit[]=1', 'limit=1&limit=2', '%zz=%zz', 'cursor=%00', '=', '&&&');
  return fc.oneof({ weight: 4, arbitrary: fc.subarray(['', ...pairs]).chain((some) => joined(some)) }, odd);
}

const joined = (some: (string | fc.Arbitrary<string>)[]) =>
  fc.tuple(...some.map((one) => (typeof one === 'string' ? fc.constant(one) : one))).map((all) => all.filter(Boolean).join('&'));

function bodyOf({ body }: DocumentedOperation): fc.Arbitrary<{ text: string; type: string } | undefined> {
  const json = 'application/json';
  if (!body) return fc.constantFrom(undefined, undefined, { text: '{"unasked": true}', type: json });
  const asWanted = arbitraryOf(body.schema, known);
  const example = body.example ?? {};
  return fc.oneof(
    { weight: 3, arbitrary: asWanted.map((value) => ({ text: jsonOf(value), type: json })) },
    { weight: 4, arbitrary: mutated(example).map((value) => ({ text: jsonOf(value), type: json })) },
    { weight: 2, arbitrary: asWanted.chain(mutated).map((value) => ({ text: jsonOf(value), type: json })) },
    { weight: 1, arbitrary: fc.constantFrom(...nastyBodies).map((text) => ({ text, type: json })) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(
          'text/plain',
          'application/x-www-form-urlencoded',
          'application/json; charset=utf-16',
          'application/json; charset=x',
          '',
        )
        .map((type) => ({ text: jsonOf(example), type })),
    },
  );
}

function keyOf({ parameters }: DocumentedOperation): fc.Arbitrary<Record<string, string>> {
  if (!parameters.some(({ name }) => name === 'Idempotency-Key')) return fc.constant({});
  const keys = fc.oneof(fc.uuid(), fc.constantFrom('one', 'two', '', ' ', 'x'.repeat(256), 'ü', 'a b', '__proto__'));
  return fc.option(keys, { nil: undefined }).map((key): Record<string, string> => (key === undefined ? {} : { 'idempotency-key': key }));
}

describe(`whatever is asked (seed ${seed})`, () => {
  it.each(documentedOperations.map((one) => [one.id, one] as const))(
    'is answered as the document says, never with a fault of ours: %s',
    async (_id, operation) => {
      const property = fc.asyncProperty(requestsTo(operation), async (request) => {
        const answer = await rawRequest(system.url, request);
        expect({ status: answer.status < 500, faults: faultsOfAnswer(operation.method, request.target, answer) }).toEqual({
          status: true,
          faults: [],
        });
      });
      await fc.assert(property, { seed, numRuns: runsAnOperation, verbose: 1, endOnFailure: true });
    },
    60_000,
  );

  it('is refused where it is too large, at every operation that takes a body', async () => {
    const text = jsonOf({ body: 'x'.repeat(10 * 1024 * 1024) });
    for (const operation of documentedOperations.filter(({ body }) => body)) {
      const target = operation.path.replace(/\{(\w+)\}/g, '0198f0c2-0000-7000-8000-000000000000');
      const headers = headersOf({ 'content-type': 'application/json', 'content-length': String(text.length) });
      const answer = await rawRequest(system.url, { method: operation.method, target, headers, body: text });
      expect([operation.id, answer.status, (answer.body as { code: string }).code]).toEqual([operation.id, 413, 'body_too_large']);
    }
  }, 60_000);

  it('leaves the system as it was: prototypes are those of everybody, and a message is sent still', async () => {
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    const { status, body } = await system.request('GET', '/v1/queues');
    expect(status).toBe(200);
    expect(Object.keys(body.queues)).toEqual(['outbound', 'processing', 'failed', 'inbound']);
    expect((await system.request('GET', '/readyz')).body).toMatchObject({ status: 'ready' });
  });
});

describe('markup', () => {
  const html = '<script>alert("x")</script>&amp; <b onclick=evil()>„Ü“</b>';

  it('is stored as it was given, and given back as it was stored', async () => {
    // A number that no request above may have opted out.
    const sent = await system.send({ to: '+12125550163', body: html, metadata: { [html]: html } });
    expect(sent.body).toMatchObject({ body: html, metadata: { [html]: html } });
    const key = await system.request('POST', '/v1/api-keys', { body: { name: html, scopes: ['messages:read'] } });
    expect(key.body.name).toBe(html);
    const endpoint = await system.request('POST', '/v1/webhook-endpoints', { body: { url: 'http://127.0.0.1:49151/', description: html } });
    expect(endpoint.body.description).toBe(html);
    const suppressed = await system.request('PUT', '/v1/suppressions/+12125559876', { body: { reason: html } });
    expect(suppressed.body.evidence).toBe(html);
    for (const { headers } of [sent, key, endpoint, suppressed]) expect(headers.get('content-type')).toMatch(/^application\/json/);
  });
});
