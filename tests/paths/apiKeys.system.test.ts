import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { operationsByPath } from '../../server/openapi/catalogue.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

let system: System;

beforeAll(async () => {
  system = await startSystem({ workspaces: 2 });
}, 60_000);
afterAll(() => system.stop(), 60_000);

const to = '+12125550123';

/** A new key of the first workspace, and the workspace as seen with it. */
async function newKey(scopes: string[], more: object = {}): Promise<{ id: string; as: DemoWorkspace }> {
  const { status, body } = await system.request('POST', '/v1/api-keys', { body: { name: 'till', scopes, ...more } });
  expect(status).toBe(201);
  return { id: body.id, as: { ...system.workspace, apiKey: body.key } };
}

/** What the key is answered: the status of a request that every key with messages:read may make. */
const statusFor = async (as: DemoWorkspace) => (await system.request('GET', '/v1/queues', { as })).status;

const auditOf = (id: string) =>
  sql<{ actor: string; action: string; details: Record<string, unknown> }>(
    system.databaseUrl,
    `select actor, action, details from audit_event where details->>'keyId' = $1 or details->>'replaces' = $1 order by id`,
    [id],
  );

describe('a key with some scopes', () => {
  it('may do what they name; anything else is refused with the name of what is missing', async () => {
    const { as } = await newKey(['messages:read']);
    expect(await statusFor(as)).toBe(200);
    const refused = await system.send({ to, body: 'not mine to send' }, undefined, as);
    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden', scope: 'messages:send' } });
    expect(refused.body.detail).toContain('messages:send');
    expect(await system.ledger('not mine to send')).toEqual([]);
  });

  it('is refused at every route that needs another scope', async () => {
    const { as } = await newKey(['consent:read']);
    for (const [route, byMethod] of operationsByPath) {
      for (const [method, { scope }] of Object.entries(byMethod)) {
        if (scope === null || scope === 'consent:read') continue;
        const path = `/v1${route.replaceAll(/:\w+/g, 'x')}`;
        const { status, body } = await system.request(method.toUpperCase(), path, { as });
        expect({ method, path, status, scope: body.scope }).toEqual({ method, path, status: 403, scope });
      }
    }
    expect((await system.request('GET', '/v1/suppressions', { as })).status).toBe(200);
  });

  it('is refused the same over a socket, and by the API for programs of Twilio', async () => {
    const { as } = await newKey(['messages:read']);
    const socket = await system.socket(as);
    expect(await socket.emitWithAck('message:outbound', { to, body: 'x' })).toMatchObject({
      ok: false,
      code: 'forbidden',
      scope: 'messages:send',
    });
    expect(await socket.emitWithAck('queues:open', {})).toEqual({ ok: true });
    expect(await socket.emitWithAck('notifications:open', {})).toMatchObject({ ok: false, scope: 'workspace:read' });

    const sid = `AC${as.id.replaceAll('-', '')}`;
    const answer = await fetch(`${system.url}/2010-04-01/Accounts/${sid}/Messages.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${sid}:${as.apiKey}`).toString('base64')}` },
      body: new URLSearchParams({ To: to, Body: 'x' }),
    });
    expect(answer.status).toBe(403);
  });

  it('makes no key that may do more, and rotates none', async () => {
    const { as } = await newKey(['keys:manage', 'keys:read', 'messages:read']);
    const make = (scopes: string[]) => system.request('POST', '/v1/api-keys', { body: { name: 'more', scopes }, as });
    expect(await make(['messages:read', 'messages:send'])).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await make(['*'])).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await make(['messages:read'])).toMatchObject({ status: 201 });
    const { body } = await system.request('GET', '/v1/api-keys', { as });
    const first = body.data.find((key: { scopes: string[] }) => key.scopes.includes('*'));
    expect(await system.request('POST', `/v1/api-keys/${first.id}/rotate`, { as })).toMatchObject({ status: 403 });
  });
});

describe('an API key', () => {
  it('is shown once and stored as a hash', async () => {
    const { id, as } = await newKey(['messages:send']);
    const secret = as.apiKey.split('_').at(-1) as string;
    const shown = await system.request('GET', `/v1/api-keys/${id}`);
    expect(shown.body).toMatchObject({ id, name: 'till', scopes: ['messages:send'], state: 'live', lastUsedAt: null, replaces: null });
    const list = await system.request('GET', '/v1/api-keys');
    const [row] = await sql<{ row: string }>(system.databaseUrl, `select row_to_json(k)::text as row from api_key k where id = $1`, [id]);
    for (const text of [JSON.stringify(shown.body), JSON.stringify(list.body), row?.row]) expect(text).not.toContain(secret);
    expect(await auditOf(id)).toMatchObject([{ action: 'api_key.created', actor: expect.stringMatching(/^api key \w{8}$/) }]);
  });

  it('is rotated with two live keys, and the old one ends at its time', async () => {
    const old = await newKey(['messages:read']);
    const { status, body } = await system.request('POST', `/v1/api-keys/${old.id}/rotate`, { body: { oldKeyValidSeconds: 2 } });
    expect({ status, ...body }).toMatchObject({ status: 201, replaces: old.id, scopes: ['messages:read'], expiresAt: null });
    const as = { ...system.workspace, apiKey: body.key };
    expect([await statusFor(old.as), await statusFor(as)]).toEqual([200, 200]);
    // Once is enough: from here on the new one is rotated.
    expect(await system.request('POST', `/v1/api-keys/${old.id}/rotate`)).toMatchObject({ status: 409, body: { code: 'api_key_ended' } });
    await eventually(async () => (await statusFor(old.as)) === 401, 6_000);
    expect(await statusFor(as)).toBe(200);
    expect((await system.request('GET', `/v1/api-keys/${old.id}`)).body.state).toBe('expired');
    expect((await auditOf(old.id)).map(({ action }) => action)).toEqual(['api_key.created', 'api_key.rotated']);
  });

  it('stops within moments when it is revoked, over HTTP and for new sockets', async () => {
    const { id, as } = await newKey(['messages:read']);
    expect(await statusFor(as)).toBe(200);
    const revoked = await system.request('DELETE', `/v1/api-keys/${id}`);
    expect(revoked).toMatchObject({ status: 200, body: { state: 'revoked' } });
    await eventually(async () => (await statusFor(as)) === 401, 3_000);
    await expect(system.socket(as)).rejects.toMatchObject({ data: { code: 'unauthorized' } });
    expect(await system.request('POST', `/v1/api-keys/${id}/rotate`)).toMatchObject({ status: 409 });
    // Once more changes nothing, and is no second entry.
    await system.request('DELETE', `/v1/api-keys/${id}`);
    expect((await auditOf(id)).map(({ action }) => action)).toEqual(['api_key.created', 'api_key.revoked']);
  });

  it('tells when it was last used, without writing that at each use', async () => {
    const { id, as } = await newKey(['messages:read']);
    const lastUsed = async () => (await system.request('GET', `/v1/api-keys/${id}`)).body.lastUsedAt as string | null;
    await statusFor(as);
    const first = await eventually(lastUsed, 10_000);
    for (let use = 0; use < 20; use += 1) await statusFor(as);
    // Another key's use, noted later, says that all of before is written.
    const other = await newKey(['messages:read']);
    await statusFor(other.as);
    await eventually(async () => (await system.request('GET', `/v1/api-keys/${other.id}`)).body.lastUsedAt, 10_000);
    expect(await lastUsed()).toBe(first);
  });

  it('of another workspace is not found, whatever is asked', async () => {
    const { id } = await newKey(['messages:read']);
    const [, other] = system.workspaces;
    for (const [method, path] of [
      ['GET', `/v1/api-keys/${id}`],
      ['DELETE', `/v1/api-keys/${id}`],
      ['POST', `/v1/api-keys/${id}/rotate`],
    ] as const) {
      expect(await system.request(method, path, { as: other ?? null })).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
    expect((await system.request('GET', `/v1/api-keys/${id}`)).body.state).toBe('live');
  });

  it.each([
    ['no name', { scopes: ['messages:read'] }, 'name'],
    ['a blank name', { name: '  ', scopes: ['messages:read'] }, 'name'],
    ['a name with NUL', { name: 'a\u0000', scopes: ['messages:read'] }, 'name'],
    ['no scopes', { name: 'x' }, 'scopes'],
    ['an empty list of scopes', { name: 'x', scopes: [] }, 'scopes'],
    ['an unknown scope', { name: 'x', scopes: ['messages:destroy'] }, 'scopes.0'],
    ['an end that is over', { name: 'x', scopes: ['messages:read'], expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
  ])('is not made with %s', async (_what, body, field) => {
    const answer = await system.request('POST', '/v1/api-keys', { body });
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
  });
});
