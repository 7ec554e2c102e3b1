import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { type Answer, type System, startSystem } from '../support/system.js';

let system: System;

beforeAll(async () => {
  const env = {
    REQUESTS_PER_KEY_PER_MINUTE: '20',
    REQUESTS_PER_ADDRESS_PER_MINUTE: '15',
    REFUSED_TOKENS_PER_ADDRESS: '10',
    TRUSTED_PROXIES: '127.0.0.1',
    CORS_ORIGINS: 'https://app.example.com',
  };
  system = await startSystem({ workspaces: 2, env });
}, 60_000);
afterAll(() => system.stop(), 60_000);

/** So many of the same request, one after the other, as from an address. */
async function ask(times: number, address: string, target: string, headers: Record<string, string> = {}, method = 'GET', body?: unknown) {
  const answers: Answer[] = [];
  for (let request = 0; request < times; request += 1) {
    answers.push(await system.request(method, target, { as: null, body, headers: { 'x-forwarded-for': address, ...headers } }));
  }
  return answers;
}
const shownBy = (number: number) => ({ authorization: `Bearer ${system.workspaces[number]?.apiKey}` });
const statuses = (answers: Answer[]) => [...new Set(answers.map(({ status }) => status))];

describe('a key that asks too often', () => {
  it('is told what is left, then when to come back, and holds up nobody else', async () => {
    const answers = await ask(20, '192.0.2.1', '/v1/queues', shownBy(0));
    expect(statuses(answers)).toEqual([200]);
    expect(answers[0]?.headers.get('ratelimit-policy')).toBe('"caller";q=20;w=60');
    expect(answers[4]?.headers.get('ratelimit')).toMatch(/^"caller";r=15;t=\d+$/);
    // From another address too: it is the key that counts.
    const [refused] = await ask(1, '192.0.2.2', '/v1/queues', shownBy(0));
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_requests', status: 429 } });
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused?.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(refused?.headers.get('ratelimit')).toMatch(/^"caller";r=0;t=\d+$/);
    expect(statuses(await ask(3, '192.0.2.1', '/v1/queues', shownBy(1)))).toEqual([200]);
  });

  it('is told the same in Twilio’s words by the API for its programs', async () => {
    const { id, apiKey } = system.workspace;
    const sid = `AC${id.replaceAll('-', '')}`;
    const authorization = `Basic ${Buffer.from(`${sid}:${apiKey}`).toString('base64')}`;
    const [refused] = await ask(1, '192.0.2.1', `/2010-04-01/Accounts/${sid}/Messages/SM${'0'.repeat(32)}.json`, { authorization });
    expect(refused).toMatchObject({ status: 429, body: { code: 20_429 } });
  });
});

describe('an address that tries tokens', () => {
  it('is told to wait, while who has a good one there goes on', async () => {
    const wrong = { authorization: `Bearer ${system.workspace.apiKey.slice(0, -2)}xx` };
    expect(statuses(await ask(10, '198.51.100.7', '/v1/queues', wrong))).toEqual([401]);
    const [refused] = await ask(1, '198.51.100.7', '/v1/queues', wrong);
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_requests' } });
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(60);
    expect(statuses(await ask(1, '198.51.100.7', '/v1/workspace', shownBy(1)))).toEqual([200]);
    expect(statuses(await ask(1, '198.51.100.8', '/v1/queues', wrong))).toEqual([401]);
  });

  it('is told the same at the sign-in, where links and refresh tokens count with the others', async () => {
    const sign = { token: `prsignin_${'a'.repeat(43)}` };
    expect(statuses(await ask(5, '198.51.100.9', '/v1/auth/sign-in', {}, 'POST', sign))).toEqual([401]);
    expect(statuses(await ask(5, '198.51.100.9', '/v1/auth/refresh', {}, 'POST', { refreshToken: 'x' }))).toEqual([401]);
    expect(statuses(await ask(1, '198.51.100.9', '/v1/auth/sign-in', {}, 'POST', sign))).toEqual([429]);
  });

  it('and asks for more than its share without a token is told to wait', async () => {
    const answers = await ask(16, '198.51.100.10', '/v1/auth/sign-in');
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 15 }, () => 200), 429]);
    expect(answers[0]?.headers.get('ratelimit')).toMatch(/^"address";r=14;t=\d+$/);
  });
});

describe('a page of somebody else', () => {
  const preflight = (origin: string) =>
    fetch(`${system.url}/v1/messages`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,idempotency-key' },
    });

  it('may use the API where it is listed, with a token and no cookie', async () => {
    const { status, headers } = await preflight('https://app.example.com');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(headers.get('access-control-allow-headers')).toMatch(/Authorization.*Idempotency-Key/);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    const answer = await system.request('GET', '/v1/workspace', {
      as: system.workspaces[1] ?? null,
      headers: { origin: 'https://app.example.com' },
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(answer.headers.get('access-control-expose-headers')).toMatch(/RateLimit/);
  });

  it.each(['https://evil.example', 'https://app.example.com.evil.example', 'http://app.example.com', 'null'])(
    'may not as %s',
    async (origin) => {
      for (const answer of [await preflight(origin), await system.request('GET', '/v1/workspace', { as: null, headers: { origin } })])
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it.each([
    ['https://app.example.com', true],
    ['https://evil.example', false],
  ])('as %s may connect a socket: %s', async (origin, isAllowed) => {
    const [, workspace] = system.workspaces;
    const socket = io(`${system.url}/workspace/${workspace?.id}`, {
      transports: ['websocket'],
      auth: { token: workspace?.apiKey },
      extraHeaders: { origin },
      reconnection: false,
      forceNew: true,
    });
    const isLet = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('connect_error', () => resolve(false));
    });
    socket.close();
    expect(isLet).toBe(isAllowed);
  });
});

describe('an answer of the API', () => {
  it('runs nowhere, is framed nowhere, and is taken for what it is, refusals too', async () => {
    const [workspace] = await ask(1, '192.0.2.9', '/v1/workspace', shownBy(1));
    const [refusal] = await ask(1, '192.0.2.9', '/v1/nothing');
    for (const answer of [workspace, refusal]) {
      expect(answer?.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer?.headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
      expect(answer?.headers.get('referrer-policy')).toBe('no-referrer');
      expect(answer?.headers.get('x-powered-by')).toBeNull();
    }
  });
});
