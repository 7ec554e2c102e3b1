import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { io } from 'socket.io-client';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { deriveKey, hmac } from '../../platform/crypto.js';
import { projectRoot } from '../../platform/projectRoot.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { newPerson, signIn, tokenOfLink } from '../support/people.js';
import { type Answer, type System, startSystem } from '../support/system.js';

const masterKey = Buffer.alloc(32, 9);
let system: System;
let mine: DemoWorkspace;
let other: DemoWorkspace;

beforeAll(async () => {
  system = await startSystem({ workspaces: 2, encryptionKey: masterKey.toString('base64') });
  [mine, other] = system.workspaces as [DemoWorkspace, DemoWorkspace];
}, 60_000);
afterAll(() => system.stop(), 60_000);

const to = '+12125550123';
const refused = (status: number, code: string) => ({ status, body: { code } });
const get = (target: string, as: DemoWorkspace) => system.request('GET', target, { as });
const refresh = (refreshToken: string) => system.request('POST', '/v1/auth/refresh', { body: { refreshToken }, as: null });
const auditOf = (personId: string) =>
  sql<{ actor: string; action: string; workspace_id: string; text: string }>(
    system.databaseUrl,
    `select actor, action, workspace_id, details::text as text from audit_event where details->>'personId' = $1 order by at, id`,
    [personId],
  );

describe('the first start', () => {
  it('shows a link that signs the owner in, once', async () => {
    const link = tokenOfLink(system.signInUrl as string);
    const first = await signIn(system, link);
    expect(first.status).toBe(200);
    const me = await system.request('GET', '/v1/auth/me', { as: null, headers: { authorization: `Bearer ${first.body.accessToken}` } });
    expect(me.body).toMatchObject({
      kind: 'person',
      operator: false,
      workspaces: [{ id: mine.id, name: 'Demo', role: 'owner', scopes: ['*'] }],
    });
    expect(await signIn(system, link)).toMatchObject(refused(401, 'sign_in_refused'));
    expect(await signIn(system, `${link.slice(0, -1)}x`)).toMatchObject(refused(401, 'sign_in_refused'));
  });
});

describe('a sign-in link', () => {
  it('opens the workspace that made it, and no other of the person', async () => {
    const person = await newPerson(system, 'agent');
    const email = (await get(`/v1/people/${person.id}`, mine)).body.email;
    const elsewhere = await system.request('POST', '/v1/people', { body: { email, role: 'owner' }, as: other });
    expect(elsewhere).toMatchObject({ status: 201, body: { id: person.id, role: 'owner' } });
    expect((await get('/v1/auth/me', person.as)).body.workspaces.map(({ id }: { id: string }) => id)).toEqual([mine.id]);
    const there = await system.request('GET', '/v1/workspace', { as: person.as, headers: { 'postrider-workspace': other.id } });
    expect(there).toMatchObject(refused(403, 'forbidden'));
  });

  it('is over after its time', async () => {
    const { body: person } = await system.request('POST', '/v1/people', { body: { email: 'late@people.example', role: 'viewer' } });
    const { body: link } = await system.request('POST', `/v1/people/${person.id}/sign-in-link`);
    await sql(system.databaseUrl, `update sign_in_link set ends_at = now() where person_id = $1`, [person.id]);
    expect(await signIn(system, tokenOfLink(link.url))).toMatchObject(refused(401, 'sign_in_refused'));
  });

  it('is not made for somebody who may more than whoever asks', async () => {
    const admin = await newPerson(system, 'admin');
    const owner = await newPerson(system, 'owner');
    expect(await system.request('POST', `/v1/people/${owner.id}/sign-in-link`, { as: admin.as })).toMatchObject(refused(403, 'forbidden'));
  });
});

describe('a person', () => {
  it('does what the role may, over HTTP and sockets, and is named in the audit by an id', async () => {
    const agent = await newPerson(system, 'agent');
    const viewer = await newPerson(system, 'viewer');
    const auditor = await newPerson(system, 'auditor');
    const { body } = await system.send({ to, body: 'from an agent' }, undefined, agent.as);
    await system.message(body.id, ['delivered'], { as: viewer.as });
    expect(await system.send({ to, body: 'x' }, undefined, viewer.as)).toMatchObject({ status: 403, body: { scope: 'messages:send' } });
    expect(await get(`/v1/messages/${body.id}`, auditor.as)).toMatchObject({ status: 403, body: { scope: 'messages:read' } });
    expect(await get('/v1/people', auditor.as)).toMatchObject({ status: 200 });
    expect(await get('/v1/people', agent.as)).toMatchObject({ status: 403, body: { scope: 'people:read' } });
    const socket = await system.socket(viewer.as);
    expect(await socket.emitWithAck('message:outbound', { to, body: 'x' })).toMatchObject({ ok: false, code: 'forbidden' });
    expect((await auditOf(agent.id)).map(({ action }) => action)).toEqual(['person.added', 'person.sign_in_link', 'person.signed_in']);
    for (const { text } of await auditOf(agent.id)) expect(text).not.toContain('@');
  });

  it('has another role within moments when it is changed, and nothing when removed', async () => {
    const person = await newPerson(system, 'viewer');
    expect(await system.request('PATCH', `/v1/people/${person.id}`, { body: { role: 'admin' } })).toMatchObject({
      body: { role: 'admin' },
    });
    await eventually(async () => (await get('/v1/people', person.as)).status === 200, 3_000);
    expect(await system.request('DELETE', `/v1/people/${person.id}`)).toMatchObject({ status: 204 });
    await eventually(async () => (await get('/v1/people', person.as)).status !== 200, 3_000);
    await expect(system.socket(person.as)).rejects.toMatchObject({ data: { code: 'unauthorized' } });
    const actions = (await auditOf(person.id)).map(({ action }) => action);
    expect(actions.filter((action) => /role|removed/.test(action))).toEqual(['person.role_changed', 'person.removed']);
  });

  it('gives nobody a role above the own, and takes it from nobody above', async () => {
    const admin = await newPerson(system, 'admin');
    const owner = await newPerson(system, 'owner');
    const add = (role: string) => system.request('POST', '/v1/people', { body: { email: `${role}@new.example`, role }, as: admin.as });
    expect(await add('owner')).toMatchObject(refused(403, 'forbidden'));
    expect(await add('agent')).toMatchObject({ status: 201 });
    expect(await system.request('DELETE', `/v1/people/${owner.id}`, { as: admin.as })).toMatchObject(refused(403, 'forbidden'));
    expect(await system.request('PATCH', `/v1/people/${admin.id}`, { body: { role: 'owner' }, as: admin.as })).toMatchObject(
      refused(403, 'forbidden'),
    );
    expect(await system.request('POST', '/v1/api-keys', { body: { name: 'all', scopes: ['*'] }, as: admin.as })).toMatchObject(
      refused(403, 'forbidden'),
    );
  });

  it('of another workspace is not found', async () => {
    const person = await newPerson(system, 'agent');
    for (const [method, target, body] of [
      ['GET', `/v1/people/${person.id}`],
      ['PATCH', `/v1/people/${person.id}`, { role: 'viewer' }],
      ['DELETE', `/v1/people/${person.id}`],
      ['POST', `/v1/people/${person.id}/sign-in-link`],
    ] as const)
      expect(await system.request(method, target, { body, as: other })).toMatchObject(refused(404, 'not_found'));
    expect((await get('/v1/people', other)).body.data.map(({ id }: { id: string }) => id)).not.toContain(person.id);
    const foreign = await system.request('GET', '/v1/workspace', { as: person.as, headers: { 'postrider-workspace': other.id } });
    expect(foreign).toMatchObject(refused(403, 'forbidden'));
  });

  it('who is the last owner stays, of two who go at once too', async () => {
    const owners = [await newPerson(system, 'owner', other), await newPerson(system, 'owner', other)];
    await sql(system.databaseUrl, `delete from membership where workspace_id = $1 and role = 'owner' and not person_id = any ($2)`, [
      other.id,
      owners.map(({ id }) => id),
    ]);
    const gone = await Promise.all(owners.map(({ id }) => system.request('DELETE', `/v1/people/${id}`, { as: other })));
    expect(gone.map(({ status }) => status).sort()).toEqual([204, 409]);
    const left = owners[gone.findIndex(({ status }) => status === 409)] as (typeof owners)[0];
    const demoted = await system.request('PATCH', `/v1/people/${left.id}`, { body: { role: 'admin' }, as: other });
    expect(demoted).toMatchObject(refused(409, 'last_owner'));
  });

  it.each([
    ['an address that is none', { email: 'nobody', role: 'agent' }, 'email'],
    ['an unknown role', { email: 'a@b.example', role: 'king' }, 'role'],
    ['no role', { email: 'a@b.example' }, 'role'],
  ])('is not invited with %s', async (_what, body, field) => {
    const answer = await system.request('POST', '/v1/people', { body });
    expect(answer).toMatchObject(refused(422, 'invalid_request'));
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toEqual([field]);
  });
});

describe('staying signed in', () => {
  it('takes a new refresh token each time; an old one ends the sign-in for everybody who has it', async () => {
    const person = await newPerson(system, 'agent');
    const second = await refresh(person.refreshToken);
    expect(second).toMatchObject({ status: 200, body: { tokenType: 'Bearer' } });
    const third = await refresh(second.body.refreshToken);
    const as = { ...mine, apiKey: third.body.accessToken as string };
    expect((await get('/v1/workspace', as)).status).toBe(200);
    await sql(system.databaseUrl, `update refresh_token set used_at = used_at - interval '1 minute' where used_at is not null`);
    expect(await refresh(person.refreshToken)).toMatchObject(refused(401, 'sign_in_refused'));
    expect(await refresh(third.body.refreshToken)).toMatchObject(refused(401, 'sign_in_refused'));
    await eventually(async () => (await get('/v1/workspace', as)).status === 401, 3_000);
    expect((await auditOf(person.id)).at(-1)?.action).toBe('person.session_revoked');
  });

  it('works in two tabs at once: one gets the next refresh token, and both go on', async () => {
    const person = await newPerson(system, 'agent');
    const both = await Promise.all([refresh(person.refreshToken), refresh(person.refreshToken)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(both.filter(({ body }) => body.refreshToken)).toHaveLength(1);
    for (const { body } of both) expect((await get('/v1/workspace', { ...mine, apiKey: body.accessToken })).status).toBe(200);
  });

  it('ends with the sign-out, for the access token too', async () => {
    const person = await newPerson(system, 'agent');
    const out = await system.request('POST', '/v1/auth/logout', { body: { refreshToken: person.refreshToken }, as: null });
    expect(out.status).toBe(204);
    expect(await refresh(person.refreshToken)).toMatchObject(refused(401, 'sign_in_refused'));
    await eventually(async () => (await get('/v1/workspace', person.as)).status === 401, 3_000);
  });

  it('is refused without, and with what is no refresh token', async () => {
    expect(await system.request('POST', '/v1/auth/refresh', { as: null })).toMatchObject(refused(401, 'sign_in_refused'));
    for (const wrong of ['x', `prrefresh_${'a'.repeat(43)}`, mine.apiKey])
      expect(await refresh(wrong)).toMatchObject(refused(401, 'sign_in_refused'));
  });
});

describe('the cookie of a browser', () => {
  const ownOrigin = () => new URL(system.url).origin;
  const withCookie = (cookie: string, headers: Record<string, string>, target = '/v1/auth/refresh'): Promise<Answer> =>
    system.request('POST', target, { as: null, headers: { cookie, ...headers } });

  async function signedIn(): Promise<{ cookie: string; attributes: string }> {
    const { body: person } = await system.request('POST', '/v1/people', {
      body: { email: `${Math.random().toString(36).slice(2)}@browser.example`, role: 'agent' },
    });
    const { body: link } = await system.request('POST', `/v1/people/${person.id}/sign-in-link`);
    const answer = await signIn(system, tokenOfLink(link.url), {});
    expect(answer.body).not.toHaveProperty('refreshToken');
    const [, cookie = '', attributes = ''] = /^([^;]+);(.*)$/.exec(answer.headers.get('set-cookie') ?? '') ?? [];
    return { cookie, attributes };
  }

  it('can be read by no script, is sent by no other site, and to the sign-in alone', async () => {
    const { attributes } = await signedIn();
    for (const one of ['HttpOnly', 'SameSite=Strict', 'Path=/v1/auth']) expect(attributes).toContain(one);
  });

  it('refreshes for our own page, and for no other origin', async () => {
    const { cookie } = await signedIn();
    expect(await withCookie(cookie, { origin: 'https://evil.example' })).toMatchObject(refused(403, 'forbidden'));
    expect(await withCookie(cookie, { origin: 'null' })).toMatchObject(refused(403, 'forbidden'));
    expect(await withCookie(cookie, {})).toMatchObject(refused(403, 'forbidden'));
    expect(await withCookie(cookie, { origin: 'https://evil.example' }, '/v1/auth/logout')).toMatchObject(refused(403, 'forbidden'));
    expect(await withCookie(cookie, { 'sec-fetch-site': 'same-site' })).toMatchObject(refused(403, 'forbidden'));
    expect(await withCookie(cookie, { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' })).toMatchObject(
      refused(403, 'forbidden'),
    );
    const own = await withCookie(cookie, { origin: ownOrigin() });
    expect(own.status).toBe(200);
    expect(own.headers.get('set-cookie')).toMatch(/^postrider_refresh=prrefresh_/);
    expect(own.body).not.toHaveProperty('refreshToken');
  });

  it('opens nothing but the sign-in: routes want a token that a page has to show', async () => {
    const { cookie } = await signedIn();
    const answer = await system.request('GET', '/v1/workspace', { as: null, headers: { cookie, origin: ownOrigin() } });
    expect(answer).toMatchObject(refused(401, 'unauthorized'));
  });
});

describe('an operator', () => {
  it('works in every workspace that is named, as one who is audited as such', async () => {
    const said = execFileSync(process.execPath, [path.join(projectRoot, 'dist/main/makeOperator.js'), 'ops@postrider.example'], {
      encoding: 'utf8',
      env: { ...process.env, DATABASE_URL: system.databaseUrl, PUBLIC_BASE_URL: system.url },
    });
    const { body } = await signIn(system, tokenOfLink(/http\S+/.exec(said)?.[0] ?? ''));
    const headers = { authorization: `Bearer ${body.accessToken}` };
    expect((await system.request('GET', '/v1/auth/me', { as: null, headers })).body).toMatchObject({ operator: true, workspaces: [] });
    expect(await system.request('GET', '/v1/workspace', { as: null, headers })).toMatchObject(refused(422, 'workspace_required'));
    for (const { id } of [mine, other]) {
      const there = await system.request('GET', '/v1/workspace', { as: null, headers: { ...headers, 'postrider-workspace': id } });
      expect(there).toMatchObject({ status: 200, body: { id } });
    }
    for (const id of ['0198c1f0-0000-7000-8000-000000000009', 'nonsense', "' or 1=1"]) {
      const there = await system.request('GET', '/v1/workspace', { as: null, headers: { ...headers, 'postrider-workspace': id } });
      expect(there).toMatchObject(refused(403, 'forbidden'));
    }
    const key = await system.request('POST', '/v1/api-keys', {
      body: { name: 'by operator', scopes: ['messages:read'] },
      as: null,
      headers: { ...headers, 'postrider-workspace': other.id },
    });
    expect(key).toMatchObject({ status: 201, body: { createdBy: expect.stringMatching(/^operator [0-9a-f-]{36}$/) } });
  });
});

describe('a token that is none', () => {
  const sign = (claims: object, key = hmac(deriveKey(masterKey, 'access-token'), new Date().toISOString().slice(0, 10))) =>
    new SignJWT({ iss: 'postrider', aud: 'postrider/v1', ...claims })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: new Date().toISOString().slice(0, 10) })
      .sign(key);

  it('is refused over HTTP and by sockets alike: none, expired, of another installation, ended, of another workspace', async () => {
    const person = await newPerson(system, 'owner');
    const said = JSON.parse(Buffer.from(person.accessToken.split('.')[1] ?? '', 'base64url').toString()) as { iat: number };
    const ended = await newPerson(system, 'owner');
    await system.request('POST', '/v1/auth/logout', { body: { refreshToken: ended.refreshToken }, as: null });
    await eventually(async () => (await get('/v1/workspace', ended.as)).status === 401, 3_000);
    const elsewhere = await newPerson(system, 'owner', other);
    const cases: Record<string, string | undefined> = {
      'no token': undefined,
      none: new UnsecuredJWT({ ...said }).encode(),
      expired: await sign({ ...said, iat: said.iat - 1_000, nbf: said.iat - 1_000, exp: said.iat - 400 }),
      'of another installation': await sign(said, Buffer.alloc(32, 1)),
      ended: ended.accessToken,
      'of another workspace': elsewhere.accessToken,
    };
    // Made as the cases are, but good.
    expect((await get('/v1/workspace', { ...mine, apiKey: await sign(said) })).status).toBe(200);
    for (const [what, token] of Object.entries(cases)) {
      const headers: Record<string, string> = { 'postrider-workspace': mine.id, ...(token && { authorization: `Bearer ${token}` }) };
      const { status } = await system.request('GET', '/v1/workspace', { as: null, headers });
      expect([what, status]).toEqual([what, what === 'of another workspace' ? 403 : 401]);
      const auth = token === undefined ? {} : { token };
      const socket = io(`${system.url}/workspace/${mine.id}`, { transports: ['websocket'], auth, reconnection: false, forceNew: true });
      const error = await new Promise<Error & { data?: { code: string } }>((resolve, reject) => {
        socket.once('connect_error', resolve);
        socket.once('connect', () => reject(new Error(`a socket with a token ${what} was let in`)));
      });
      expect([what, error.data?.code]).toEqual([what, 'unauthorized']);
      socket.close();
    }
  });
});
