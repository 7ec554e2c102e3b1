import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { anybody } from '../support/anybody.js';
import { openBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { type DocumentedOperation, documentedOperations, faultsOfAnswer } from '../support/openapi/contract.js';
import { exampleQueryOf, targetOf } from '../support/openapi/requestOf.js';
import { makeWorld, type World } from '../support/openapi/world.js';
import { newPerson, tokenOfLink } from '../support/people.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
let world: World;
let other: DemoWorkspace;

beforeAll(async () => {
  // After its first look a doubt is left alone for an hour: so there is time to resolve it by hand.
  const env = { WEBHOOK_TARGETS: 'any', RECONCILE_DELAYS_S: '1,3600', PROVIDER_HOLD_S: '1', PROVIDER_RESPONSE_TIMEOUT_MS: '1500' };
  system = await startSystem({ workspaces: 2, env });
  other = system.workspaces[1] as DemoWorkspace;
  world = await makeWorld(system, system.workspace, 'example');
}, 60_000);
afterAll(() => system.stop(), 60_000);

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const scheduled = async () => (await system.send({ to: anybody(), body: 'later', sendAt: inAnHour() })).body.id as string;
const onScheduled = async () => ({ values: { message: await stored(await scheduled()) } });

async function stored(id: string): Promise<string> {
  await system.message(id, ['scheduled', 'queued', 'uncertain']);
  return id;
}

/** What an operation needs to find, where that is more than the world has. */
const stages: Record<string, () => Promise<{ values?: Partial<World>; body?: object; as?: DemoWorkspace }>> = {
  cancelMessage: onScheduled,
  parkMessage: onScheduled,
  retryMessage: async () => {
    const message = await stored(await scheduled());
    await system.request('POST', `/v1/messages/${message}/park`);
    return { values: { message } };
  },
  resolveMessage: async () => {
    const action = { http500: 'after', listLagMs: 3_000, callbacks: { drop: 1 } };
    await system.control('POST', '/rules', { match: { bodyIncludes: 'in doubt' }, action, times: 1 });
    const { body } = await system.send({ to: anybody(), body: 'in doubt' });
    await system.message(body.id, ['uncertain']);
    const [entry] = await system.ledger('in doubt');
    return { values: { message: body.id }, body: { providerMessageId: entry?.sid } };
  },
  deleteWebhookEndpoint: async () => {
    const { body } = await system.request('POST', '/v1/webhook-endpoints', { body: { url: 'http://127.0.0.1:49151/gone' } });
    return { values: { webhookEndpoint: body.id } };
  },
  liftSuppression: async () => {
    const suppressedNumber = anybody();
    await system.request('PUT', `/v1/suppressions/${suppressedNumber}`);
    return { values: { suppressedNumber } };
  },
  revokeApiKey: async () => {
    const { body } = await system.request('POST', '/v1/api-keys', { body: { name: 'gone', scopes: ['messages:read'] } });
    return { values: { apiKey: body.id } };
  },
  addPerson: async () => ({ body: { email: `${Math.random()}@people.example`, role: 'agent' } }),
  removePerson: async () => {
    const { body } = await system.request('POST', '/v1/people', { body: { email: 'gone@people.example', role: 'viewer' } });
    return { values: { person: body.id } };
  },
  signIn: async () => {
    const { body } = await system.request('POST', `/v1/people/${world.person}/sign-in-link`);
    return { body: { token: tokenOfLink(body.url) } };
  },
  refresh: async () => ({ body: { refreshToken: (await newPerson(system, 'viewer')).refreshToken } }),
  signOut: async () => ({ body: { refreshToken: (await newPerson(system, 'viewer')).refreshToken } }),
  // What it sends by is needed by the others.
  putProvider: async () => ({ as: other }),
  deleteProvider: async () => ({ as: other }),
};

/** The example of an operation, ready to be sent. */
async function exampleOf(operation: DocumentedOperation) {
  const { values = {}, body = operation.body?.example, as = system.workspace } = (await stages[operation.id]?.()) ?? {};
  const known = { ...world, ...values } as Record<string, string>;
  const target = targetOf(operation, (names) => known[names] as string, exampleQueryOf(operation));
  return () => system.request(operation.method, target, { as, body });
}

describe('the document of the API', () => {
  it('is served as it lies in the repository, with an ETag', async () => {
    const { status, headers, body } = await system.request('GET', '/openapi.json');
    expect(status).toBe(200);
    expect(body).toEqual(JSON.parse(readFileSync(path.join(__dirname, '../../docs/reference/openapi.json'), 'utf8')));
    const again = { headers: { 'if-none-match': headers.get('etag') as string } };
    expect(await system.request('GET', '/openapi.json', again)).toMatchObject({ status: 304, body: '' });
    expect(await system.request('GET', '/openapi.json', { as: null })).toMatchObject({ status: 200 });
  });

  it('names each operation once, and refers to nothing that is not there', async () => {
    const { body: document } = await system.request('GET', '/openapi.json');
    const ids = documentedOperations.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const references = JSON.stringify(document).match(/"#\/components\/[^"]+"/g) ?? [];
    const missing = references.filter((reference) => {
      const [, , group = '', name = ''] = (JSON.parse(reference) as string).split('/');
      return document.components[group]?.[name] === undefined;
    });
    expect(references.length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });

  it('is what answers are held against: another shape, another status and an unknown field are found', () => {
    const headers = new Headers({ 'x-request-id': 'r', 'content-type': 'application/json' });
    const seen = (status: number, body: unknown) => faultsOfAnswer('GET', '/v1/notifications', { status, headers, body });
    expect(seen(200, { data: [], nextCursor: null })).toEqual([]);
    expect(seen(200, { data: [], nextCursor: 1 })).toEqual([expect.stringContaining('another shape')]);
    expect(seen(200, { data: [], nextCursor: null, more: 1 })).toEqual([expect.stringContaining('additional properties')]);
    expect(seen(418, {})).toEqual([expect.stringContaining('does not declare')]);
    expect(faultsOfAnswer('GET', '/v1/secrets', { status: 200, headers, body: {} })).toHaveLength(1);
  });

  it.each(documentedOperations.map((one) => [one.id, one] as const))('has an example that works: %s', async (id, operation) => {
    const send = await exampleOf(operation);
    // A message in doubt is found once the provider lists it.
    const answer = await eventually(async () => {
      const one = await send();
      return (id !== 'resolveMessage' || one.status === 200) && one;
    });
    // That it is one of those that are declared is looked at with every request.
    expect(answer.status).toBeLessThan(300);
  });
});

describe('the reference', () => {
  it('shows every operation in a browser, and fetches nothing from elsewhere', async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      const said: string[] = [];
      const asked = new Set<string>();
      page.on('console', (line) => line.type() === 'error' && said.push(line.text()));
      page.on('pageerror', (error) => said.push(String(error)));
      page.on('request', (request) => void asked.add(new URL(request.url()).origin));
      await page.goto(`${system.url}/docs`);
      await eventually(async () => (await page.locator('.opblock').count()) === documentedOperations.length);
      await page.locator('#operations-Messages-sendMessage').click();
      await page.waitForSelector('text=Your table is ready.');
      expect(said).toEqual([]);
      // Pictures inside the style sheet have no origin.
      expect([...asked].filter((origin) => origin !== 'null')).toEqual([system.url]);
    } finally {
      await browser.close();
    }
  }, 60_000);

  it('can not be framed, and runs scripts from files of its own only', async () => {
    const { headers } = await system.request('GET', '/docs', { as: null });
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/default-src 'none';script-src 'self';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:/);
  });
});

describe('a setting', () => {
  it.each(['/v1/workspace', '/v1/workspace/limits', '/v1/workspace/errors'])(
    'is not sent again while it is the same: %s',
    async (place) => {
      const first = await system.request('GET', place);
      const etag = first.headers.get('etag') as string;
      const again = () => system.request('GET', place, { headers: { 'if-none-match': etag } });
      expect(await again()).toMatchObject({ status: 304, body: '' });
      const change = place.endsWith('errors') ? { NETWORK: { attemptsMax: 4 } } : { burst: 71 + Math.floor(Math.random() * 20) };
      await system.request('PATCH', place.endsWith('errors') ? place : '/v1/workspace/limits', { body: change });
      expect(await again()).toMatchObject({ status: 200 });
    },
  );
});

describe('a request', () => {
  const idOf = async (given?: string) =>
    (await system.request('GET', '/v1/messages/none', given === undefined ? {} : { headers: { 'x-request-id': given } })).headers.get(
      'x-request-id',
    );

  it('keeps the name that it comes with, or gets one, and the problem says it too', async () => {
    expect(await idOf('checkout-4711:retry.2')).toBe('checkout-4711:retry.2');
    const [one, two] = [await idOf(), await idOf()];
    expect(one).toMatch(/^[0-9a-f-]{36}$/);
    expect(two).not.toBe(one);
    for (const odd of ['short', 'x'.repeat(129), 'with spaces in it', '<script>alert(1)</script>']) expect(await idOf(odd)).not.toBe(odd);
    for (const place of ['/healthz', '/callbacks/twilio/none/status', '/2010-04-01/Accounts/none/Messages.json', '/nothing'])
      expect((await fetch(system.url + place)).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});
