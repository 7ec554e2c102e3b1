import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../local/ports.js';
import { sql } from '../support/database.js';
import { Browser, type OidcProviderProcess, startOidcProvider } from '../support/oidc.js';
import { type System, startSystem } from '../support/system.js';

const client = { id: 'postrider', secret: 'a-secret-that-only-the-two-know-and-long-enough' };
let system: System;
let provider: OidcProviderProcess | undefined;
let port: number;

const origin = () => new URL(system.url).origin;
const startProvider = async () => {
  provider = await startOidcProvider(port, { ...client, redirectUri: `${system.url}/v1/auth/oidc/callback` });
};

beforeAll(async () => {
  port = await freePort();
  const env = { OIDC_ISSUER: `http://127.0.0.1:${port}`, OIDC_CLIENT_ID: client.id, OIDC_CLIENT_SECRET: client.secret };
  system = await startSystem({ env });
}, 60_000);
afterAll(async () => {
  await provider?.stop();
  await system.stop();
}, 60_000);

/** Signs in at the provider as somebody; answers the address of ours that the provider sends the browser to. */
async function wayBack(browser: Browser, login: string): Promise<string> {
  const start = await browser.ask(`${system.url}/v1/auth/oidc/start`);
  const form = await browser.follow(start.headers.get('location') as string, origin());
  const consent = await browser.follow(form, origin(), { prompt: 'login', login, password: 'x' });
  return consent.startsWith(origin()) ? consent : browser.follow(consent, origin(), { prompt: 'consent' });
}

/** The same to the end: the fragment of the page that one lands on. */
async function signInAs(login: string, browser = new Browser()): Promise<{ fragment: string; browser: Browser }> {
  const back = await browser.ask(await wayBack(browser, login));
  expect(back.status).toBe(302);
  return { fragment: new URL(back.headers.get('location') as string).hash, browser };
}

const invite = (email: string) => system.request('POST', '/v1/people', { body: { email, role: 'agent' } });

/** What the page does then: takes an access token by the cookie, and asks who it is. */
async function whoIs(browser: Browser): Promise<{ id: string; email: string; workspaces: { role: string }[] }> {
  const headers = { cookie: `postrider_refresh=${browser.cookie('postrider_refresh')}`, origin: origin() };
  const { status, body } = await system.request('POST', '/v1/auth/refresh', { as: null, headers });
  expect(status).toBe(200);
  return (await system.request('GET', '/v1/auth/me', { as: null, headers: { authorization: `Bearer ${body.accessToken}` } })).body;
}

describe('a sign-in at an OpenID provider', () => {
  it('is refused with a word for the page while the provider is away, and works once it is back', async () => {
    const start = await new Browser().ask(`${system.url}/v1/auth/oidc/start`);
    expect(new URL(start.headers.get('location') as string).hash).toBe('#sign-in-failed=provider_unavailable');
    await startProvider();
    expect((await system.request('GET', '/v1/auth/sign-in', { as: null })).body).toEqual({ link: true, oidc: true });
    expect((await signInAs('first@example.com')).fragment).toBe('#sign-in-failed=not_invited');
  });

  it('lets in who was invited by a verified address, with the role of the invitation', async () => {
    const { body: invited } = await invite('Ana@Example.com');
    const { fragment, browser } = await signInAs('ana@example.com');
    expect(fragment).toBe('#signed-in');
    expect(await whoIs(browser)).toMatchObject({ id: invited.id, email: 'ana@example.com', workspaces: [{ role: 'agent' }] });
    const entries = await sql<{ action: string; text: string }>(
      system.databaseUrl,
      `select action, details::text as text from audit_event where details->>'personId' = $1 order by at, id`,
      [invited.id],
    );
    expect(entries.map(({ action }) => action)).toEqual(['person.added', 'person.signed_in']);
    for (const { text } of entries) expect(text).not.toContain('example.com');
  });

  it('knows a person by the subject from then on: not by an address that was taken over', async () => {
    const { body: invited } = await invite('bea@example.com');
    await signInAs('bea@example.com');
    expect((await signInAs('bea@example.com/another account')).fragment).toBe('#sign-in-failed=not_invited');
    await sql(system.databaseUrl, `update person set email = 'bea.new@example.com' where id = $1`, [invited.id]);
    const { fragment, browser } = await signInAs('bea@example.com');
    expect(fragment).toBe('#signed-in');
    expect(await whoIs(browser)).toMatchObject({ id: invited.id, email: 'bea.new@example.com' });
  });

  it('lets nobody in whose address is not verified, who was not invited, or who was removed', async () => {
    await invite('unverified@example.com');
    expect((await signInAs('unverified@example.com')).fragment).toBe('#sign-in-failed=not_invited');
    expect((await signInAs('stranger@example.com')).fragment).toBe('#sign-in-failed=not_invited');
    const { body: invited } = await invite('carl@example.com');
    expect((await signInAs('carl@example.com')).fragment).toBe('#signed-in');
    await system.request('DELETE', `/v1/people/${invited.id}`);
    expect((await signInAs('carl@example.com')).fragment).toBe('#sign-in-failed=not_invited');
  });

  it('is taken from the browser that began it, once, as the provider sent it', async () => {
    await invite('dora@example.com');
    const browser = new Browser();
    const back = await wayBack(browser, 'dora@example.com');
    const fragmentOf = async (who: Browser, url: string) => new URL((await who.ask(url)).headers.get('location') as string).hash;
    const refused = '#sign-in-failed=sign_in_refused';
    // Another browser: somebody wants it to be signed in as somebody else.
    expect(await fragmentOf(new Browser(), back)).toBe(refused);
    const begun = new Browser();
    await begun.ask(`${system.url}/v1/auth/oidc/start`);
    expect(await fragmentOf(begun, back)).toBe(refused);
    expect(await fragmentOf(browser, back)).toBe('#signed-in');
    expect(await fragmentOf(browser, back)).toBe(refused);
    for (const change of ['code=x', 'state=x', 'error=access_denied']) {
      const other = new Browser();
      const url = new URL(await wayBack(other, 'dora@example.com'));
      const [name = '', value = ''] = change.split('=');
      url.searchParams.set(name, value);
      if (name === 'error') url.searchParams.delete('code');
      expect([change, await fragmentOf(other, url.href)]).toEqual([change, refused]);
    }
  });

  it('is asked for with PKCE, state and nonce, and begun by no other cookie', async () => {
    const start = await new Browser().ask(`${system.url}/v1/auth/oidc/start`);
    const { searchParams } = new URL(start.headers.get('location') as string);
    expect(Object.fromEntries(searchParams)).toMatchObject({ code_challenge_method: 'S256', response_type: 'code', scope: 'openid email' });
    for (const one of ['code_challenge', 'state', 'nonce']) expect(searchParams.get(one)?.length).toBeGreaterThan(20);
    const cookie = start.headers.get('set-cookie') as string;
    for (const one of ['HttpOnly', 'SameSite=Lax', 'Path=/v1/auth/oidc']) expect(cookie).toContain(one);
    expect(cookie).not.toContain(searchParams.get('state') as string);
  });
});
