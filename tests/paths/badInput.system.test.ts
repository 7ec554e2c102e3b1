import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import { sql } from '../support/database.js';
import { type Answer, type System, startSystem } from '../support/system.js';

let system: System;

beforeAll(async () => {
  system = await startSystem({ workspaces: 2 });
}, 60_000);
afterAll(() => system.stop(), 60_000);

const to = '+12125550123';

const countRows = async () => {
  const [row] = await sql<{ n: string }>(
    system.databaseUrl,
    'select (select count(*) from message) + (select count(*) from message_key) + (select count(*) from message_event) as n',
  );
  return Number(row?.n);
};

function expectProblem(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ type: `/problems/${code}`, status });
  expect(answer.body.title.length).toBeGreaterThan(5);
  expect(answer.body.detail.length).toBeGreaterThan(10);
}

describe('a message that can not be accepted', () => {
  it.each([
    ['an invalid number', { to: '12345', body: 'x' }, 'to'],
    ['an empty number', { to: '', body: 'x' }, 'to'],
    ['no number', { body: 'x' }, 'to'],
    ['an empty body', { to, body: '' }, 'body'],
    ['a body of spaces', { to, body: '   ' }, 'body'],
    ['a body that is too long', { to, body: 'x'.repeat(1_601) }, 'body'],
    ['an unknown field', { to, body: 'x', colour: 'red' }, 'colour'],
    ['a wrong type', { to, body: 42 }, 'body'],
    ['an unknown priority', { to, body: 'x', priority: 'urgent' }, 'priority'],
  ])('is refused for %s, with the field and what to do, and nothing is stored', async (_name, body, field) => {
    const before = await countRows();
    const answer = await system.request('POST', '/v1/messages', { body, headers: { 'idempotency-key': 'bad' } });
    expectProblem(answer, 422, 'invalid_request');
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
    expect(await countRows()).toBe(before);
  });

  it('is refused for a sender of somebody else', async () => {
    const foreign = system.workspaces[1]?.senders[0];
    expectProblem(await system.send({ to, body: 'x', from: foreign }), 422, 'unknown_sender');
  });

  it('is refused for broken JSON, another media type, and a body beyond the limit', async () => {
    expectProblem(await system.request('POST', '/v1/messages', { body: '{"to": ' }), 400, 'malformed_json');
    expectProblem(
      await system.request('POST', '/v1/messages', { body: 'to=1', headers: { 'content-type': 'text/plain' } }),
      415,
      'unsupported_media_type',
    );
    expectProblem(
      await system.request('POST', '/v1/messages', { body: JSON.stringify({ to, body: 'x', metadata: { a: 'y'.repeat(300_000) } }) }),
      413,
      'body_too_large',
    );
  });

  it('is refused without a key, with a wrong one, and with one in the query string', async () => {
    expectProblem(await system.request('POST', '/v1/messages', { body: { to, body: 'x' }, as: null }), 401, 'unauthorized');
    const wrong = `${system.workspace.apiKey.slice(0, -2)}xx`;
    expectProblem(
      await system.request('GET', '/v1/workspace', { as: null, headers: { authorization: `Bearer ${wrong}` } }),
      401,
      'unauthorized',
    );
    expectProblem(await system.request('GET', `/v1/workspace?key=${system.workspace.apiKey}`, { as: null }), 401, 'unauthorized');
  });

  it('is refused for templates until there are any, and for an idempotency key that is none', async () => {
    expectProblem(await system.send({ to, templateId: 'welcome' }), 422, 'templates_not_available');
    expectProblem(await system.send({ to, body: 'x' }, 'k'.repeat(256)), 422, 'invalid_request');
  });

  it('under the key of another message is refused, while its own repeat is answered with the first', async () => {
    const first = await system.send({ to, body: 'the first' }, 'same-key');
    expectProblem(await system.send({ to, body: 'another' }, 'same-key'), 422, 'idempotency_key_reused');
    await system.message(first.body.id, ['delivered']);
    expectProblem(await system.send({ to, body: 'another' }, 'same-key'), 422, 'idempotency_key_reused');
    const repeat = await system.send({ to, body: 'the first' }, 'same-key');
    expect(repeat).toMatchObject({ status: 202, body: { id: first.body.id, status: 'delivered' } });
    expect(await system.ledger('the first')).toHaveLength(1);
  });

  it('is accepted once when the same request comes twenty times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => system.send({ to, body: 'twenty at once' }, 'twenty')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    await system.message(answers[0]?.body.id, ['delivered']);
    expect(await system.ledger('twenty at once')).toHaveLength(1);
  });
});

describe("another workspace's things", () => {
  it('are not found, whatever is asked of them', async () => {
    const [mine, other] = system.workspaces;
    const { body } = await system.send({ to, body: 'mine' }, undefined, mine);
    await system.message(body.id, ['delivered']);
    for (const path of [`/v1/messages/${body.id}`, `/v1/messages/${body.id}/trace`, `/v1/conversations/${body.conversationId}/messages`]) {
      expectProblem(await system.request('GET', path, { as: other ?? null }), 404, 'not_found');
      expect((await system.request('GET', path)).status).toBe(200);
    }
    expectProblem(await system.request('GET', '/v1/messages/not-an-id'), 404, 'not_found');
  });
});

describe('a socket', () => {
  it.each([
    ['no key', {}],
    ['a wrong key', { token: 'pr_0' }],
    ['a key that is no text', { token: { $ne: 1 } }],
  ])('with %s is refused', async (_name, auth) => {
    const { io } = await import('socket.io-client');
    const socket = io(`${system.url}/workspace/${system.workspace.id}`, {
      transports: ['websocket'],
      auth,
      reconnection: false,
      forceNew: true,
    });
    const error = await new Promise<Error & { data?: { code: string } }>((resolve) => socket.once('connect_error', resolve));
    expect(error.data?.code).toBe('unauthorized');
    socket.close();
  });

  it('with the key of another workspace is refused, and so is a page of another origin', async () => {
    const { io } = await import('socket.io-client');
    const connect = (options: object) =>
      new Promise<string>((resolve) => {
        const socket = io(`${system.url}/workspace/${system.workspace.id}`, {
          transports: ['websocket'],
          reconnection: false,
          forceNew: true,
          ...options,
        });
        const end = (result: string) => {
          socket.close();
          resolve(result);
        };
        socket.once('connect', () => end('connected'));
        socket.once('connect_error', () => end('refused'));
      });
    expect(await connect({ auth: { token: system.workspaces[1]?.apiKey } })).toBe('refused');
    expect(await connect({ auth: { token: system.workspace.apiKey }, extraHeaders: { origin: 'https://evil.example' } })).toBe('refused');
    expect(await connect({ auth: { token: system.workspace.apiKey }, extraHeaders: { origin: system.url } })).toBe('connected');
  });

  it('is told in its acknowledgement what was wrong', async () => {
    const socket = await system.socket();
    const answer = await socket.emitWithAck('message:outbound', { to: 'nobody', body: '' });
    expect(answer).toMatchObject({ ok: false, code: 'invalid_request' });
    expect(answer.errors.map((error: { field: string }) => error.field).sort()).toEqual(['body', 'to']);
    expect(await socket.emitWithAck('message:outbound', null)).toMatchObject({ ok: false, code: 'invalid_request' });
    expect(await socket.emitWithAck('conversation:open', { conversationId: 'x' })).toMatchObject({ ok: false, code: 'invalid_request' });
  });
});

describe('a status callback', () => {
  const post = (url: string, form: Record<string, string>, token = system.workspace.twilioAuthToken) =>
    fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': twilio.getExpectedTwilioSignature(token, url, form),
      },
      body: new URLSearchParams(form),
    }).then(
      async (response): Promise<Answer> => ({
        status: response.status,
        headers: response.headers,
        body: response.status === 204 ? {} : await response.json(),
      }),
    );

  const form = (overrides: Record<string, string> = {}) => ({
    MessageSid: `SM${'0'.repeat(32)}`,
    MessageStatus: 'delivered',
    AccountSid: system.workspace.twilioAccountSid,
    ...overrides,
  });

  it('with a bad signature, for an unknown workspace, another account or a changed URL is refused with one text', async () => {
    const { body } = await system.send({ to, body: 'called back' });
    await system.message(body.id, ['delivered']);
    const url = (await system.ledger('called back'))[0]?.statusCallback as string;
    const answers = [
      await post(url, form(), 'not the token'),
      await post(url.replace(system.workspace.id, '00000000-0000-8000-8000-000000000000'), form()),
      await post(url, form({ AccountSid: `AC${'0'.repeat(32)}` })),
      await post(url.replace('attempt=1', 'attempt=2'), form()),
      await post(url.split('?')[0] as string, form()),
    ];
    for (const answer of answers) expectProblem(answer, 403, 'callback_rejected');
    expect(new Set(answers.map((answer) => answer.body.detail)).size).toBe(1);
    expect((await system.request('GET', `/v1/messages/${body.id}`)).body.status).toBe('delivered');
  });

  it('that is repeated changes nothing, and one with an unknown word is kept and changes nothing', async () => {
    const { body } = await system.send({ to, body: 'replayed' });
    const delivered = await system.message(body.id, ['delivered']);
    const [entry] = await system.ledger('replayed');
    const events = async () => (await system.request('GET', `/v1/messages/${body.id}/trace`)).body.events.length;
    const receipts = async () => {
      const count = 'select count(*)::int as n from callback_receipt where message_id = $1 and contents is not null and raw is null';
      return (await sql<{ n: number }>(system.databaseUrl, count, [body.id]))[0]?.n ?? 0;
    };
    const [before, kept] = [await events(), await receipts()];
    for (const status of ['delivered', 'sent', 'queued', 'teleported']) {
      expect((await post(entry?.statusCallback as string, form({ MessageSid: entry?.sid ?? '', MessageStatus: status }))).status).toBe(204);
    }
    expect(await events()).toBe(before);
    expect((await system.request('GET', `/v1/messages/${body.id}`)).body).toEqual(delivered);
    // Each is kept, sealed.
    expect(await receipts()).toBe(kept + 4);
  });

  it('that is too large, of an unknown message, or no POST gets a clear answer', async () => {
    const { body } = await system.send({ to, body: 'oversize' });
    await system.message(body.id, ['delivered']);
    const url = (await system.ledger('oversize'))[0]?.statusCallback as string;
    expectProblem(await post(url, form({ Padding: 'x'.repeat(70_000) })), 413, 'body_too_large');
    const get = await fetch(url);
    expect(get.status).toBe(405);

    await sql(system.databaseUrl, 'delete from message where id = $1', [body.id]);
    expectProblem(await post(url, form()), 404, 'not_found');
  });
});

describe('a webhook endpoint', () => {
  const endpoints = '/v1/webhook-endpoints';
  const url = 'https://93.184.216.34/hook';
  // Nothing of that kind happens here: nothing is sent there.
  const good = { url, eventTypes: ['consent.changed'] };
  const countEndpoints = async () => (await system.request('GET', endpoints)).body.data.length;

  it.each([
    'http://hooks.example.com',
    'https://10.0.0.1/hook',
    'https://[::ffff:10.0.0.1]/hook',
    'https://[::ffff:169.254.169.254]/latest/meta-data',
    'https://2130706433/',
    'https://user:secret@93.184.216.34/hook',
    // A name that leads to 127.0.0.1.
    'https://localhost/hook',
    'nonsense',
  ])('at %s is refused, with what to do, when it is made and when it is changed', async (inner) => {
    const before = await countEndpoints();
    const refused = await system.request('POST', endpoints, { body: { ...good, url: inner } });
    expectProblem(refused, 422, 'webhook_url_refused');
    expect(refused.body.errors).toMatchObject([{ field: 'url' }]);
    const { body } = await system.request('POST', endpoints, { body: good });
    expectProblem(await system.request('PATCH', `${endpoints}/${body.id}`, { body: { url: inner } }), 422, 'webhook_url_refused');
    expect((await system.request('GET', `${endpoints}/${body.id}`)).body.url).toBe(url);
    expect((await system.request('DELETE', `${endpoints}/${body.id}`)).status).toBe(204);
    expect(await countEndpoints()).toBe(before);
  });

  it.each([
    ['no URL', {}, 'url'],
    ['a URL that is too long', { url: `${url}/${'x'.repeat(2_100)}` }, 'url'],
    ['an event that there is not', { url, eventTypes: ['message.read'] }, 'eventTypes.0'],
    ['no event at all', { url, eventTypes: [] }, 'eventTypes'],
    ['an unknown field', { url, secret: 'mine' }, 'secret'],
  ])('with %s is refused, with the field', async (_name, body, field) => {
    const answer = await system.request('POST', endpoints, { body });
    expectProblem(answer, 422, 'invalid_request');
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
  });

  it('beyond as many as there may be is refused', async () => {
    const made: Answer[] = [];
    for (let n = 0; n < 11; n++) made.push(await system.request('POST', endpoints, { body: good }));
    expectProblem(made.pop() as Answer, 422, 'too_many_webhook_endpoints');
    for (const { body } of made) await system.request('DELETE', `${endpoints}/${body.id}`);
  });

  it('of somebody else, or none, is not found, and a wrong change of it is refused', async () => {
    const { body } = await system.request('POST', endpoints, { body: good });
    const as = system.workspaces[1] ?? null;
    for (const id of [body.id, 'not-an-id', '00000000-0000-8000-8000-000000000001']) {
      const place = `${endpoints}/${id}`;
      expectProblem(await system.request('GET', place, { as }), 404, 'not_found');
      expectProblem(await system.request('PATCH', place, { as, body: { enabled: false } }), 404, 'not_found');
      expectProblem(await system.request('DELETE', place, { as }), 404, 'not_found');
      expectProblem(await system.request('POST', `${place}/rotate-secret`, { as }), 404, 'not_found');
      expectProblem(await system.request('POST', `${place}/test`, { as }), 404, 'not_found');
      expectProblem(await system.request('GET', `${place}/deliveries`, { as }), 404, 'not_found');
    }
    const place = `${endpoints}/${body.id}`;
    expectProblem(await system.request('POST', `${place}/deliveries/${body.id}/redeliver`), 404, 'not_found');
    for (const change of [{}, { missed: 'skip' }, { enabled: 'no' }])
      expectProblem(await system.request('PATCH', place, { body: change }), 422, 'invalid_request');
    expectProblem(await system.request('GET', `${place}/deliveries?status=lost`), 422, 'invalid_request');
    expect((await system.request('PATCH', place, { body: { enabled: false } })).body).toMatchObject({
      enabled: false,
      disabledReason: expect.stringMatching(/^disabled by api key /),
    });
    expectProblem(await system.request('POST', `${place}/test`), 409, 'webhook_endpoint_disabled');
    await system.request('DELETE', place);
  });
});

describe('a notification', () => {
  it('that there is not can not be read, and a wrong list of them is refused', async () => {
    expectProblem(await system.request('POST', '/v1/notifications/not-an-id/read'), 404, 'not_found');
    expectProblem(await system.request('POST', '/v1/notifications/00000000-0000-8000-8000-000000000001/read'), 404, 'not_found');
    expectProblem(await system.request('GET', '/v1/notifications?state=new'), 422, 'invalid_request');
    expectProblem(await system.request('DELETE', '/v1/notifications'), 405, 'method_not_allowed');
  });
});

describe('everything else', () => {
  it('is not found or not allowed, and says so', async () => {
    expectProblem(await system.request('GET', '/v1/nothing'), 404, 'not_found');
    expectProblem(await system.request('GET', '/nothing'), 404, 'not_found');
    const answer = await system.request('DELETE', '/v1/messages/x');
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')).toBe('GET');
    expectProblem(await system.request('GET', '/v1/conversations?cursor=xyz'), 400, 'invalid_cursor');
    expectProblem(await system.request('GET', '/v1/conversations?limit=0'), 422, 'invalid_request');
  });
});
