import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { io, type Socket } from 'socket.io-client';
import twilio from 'twilio';
import { socketEventsBurst } from '../../domain/socketLimits.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { inboundUrl, receive, received } from '../support/inbound.js';
import { mutated, nastyBodies, nastyParts, nastyTexts } from '../support/openapi/nasty.js';
import { type RawRequest, rawRequest } from '../support/openapi/rawRequest.js';
import { type System, startSystem } from '../support/system.js';

/** Another run each time; the same again with FUZZ_SEED, and a longer one with FUZZ_RUNS. */
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const runs = Number(process.env.FUZZ_RUNS ?? 120);
const assertAll = <T>(property: fc.IAsyncProperty<T>, numRuns = runs) =>
  fc.assert(property, { seed, numRuns, verbose: 1, endOnFailure: true });

const from = '+12125550177';
let system: System;
let messageId: string;
/** Reports as the provider would make them: where they go, and what they say. */
let genuine: { url: string; form: Record<string, string> }[];

beforeAll(async () => {
  system = await startSystem({ workspaces: 2 });
  messageId = (await system.send({ to: from, body: 'reported' })).body.id;
  await receive(system, { from, body: 'written' });
  await Promise.all([system.message(messageId, ['delivered']), received(system, from, 'written')]);
  // Nothing of their lives is still to be written, nor of how their contacts are found.
  const open = 'select 1 from message where recorded_at is null union all select 1 from contact where not searchable';
  expect(await eventually(async () => (await sql(system.databaseUrl, open)).length === 0)).toBe(true);
  const [entry] = await system.ledger('reported');
  const AccountSid = system.workspace.twilioAccountSid;
  genuine = [
    { url: entry?.statusCallback as string, form: { MessageSid: entry?.sid as string, MessageStatus: 'delivered', AccountSid } },
    {
      url: inboundUrl(system),
      form: {
        MessageSid: `SM${'1'.repeat(32)}`,
        From: from,
        To: system.workspace.senders[0] as string,
        Body: 'STOP',
        NumMedia: '0',
        AccountSid,
      },
    },
  ];
}, 60_000);
afterAll(() => system.stop(), 60_000);

/** What is stored, as one text a table: any change of a row changes it. */
async function stored(): Promise<Record<string, string>> {
  const tables = [
    'message',
    'message_event',
    'message_key',
    'send_attempt',
    'callback_receipt',
    'provider_reference',
    'suppression',
    'contact',
  ];
  const digests = tables.map(
    (table) => `(select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) from ${table} t) as ${table}`,
  );
  return (await sql<Record<string, string>>(system.databaseUrl, `select ${digests.join(', ')}`))[0] as Record<string, string>;
}

const signatureOf = (url: string, form: Record<string, string>, token: string) => twilio.getExpectedTwilioSignature(token, url, form);
const formType = 'application/x-www-form-urlencoded';

function post(target: string, body: string, signature: string | undefined, type: string = formType) {
  const headers: Record<string, string> = { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) };
  if (signature !== undefined) headers['x-twilio-signature'] = signature;
  return rawRequest(system.url, { method: 'POST', target, headers, body } satisfies RawRequest);
}

const wellFormed = nastyTexts.map((text) => text.toWellFormed());
const nastyText = fc.constantFrom(...wellFormed.filter((text) => text.length < 1_000));

/** A genuine report in which one thing is another: the path, the query, a field, the signature, or who signed. */
const forgery = fc.record({
  report: fc.nat({ max: 1 }),
  what: fc.constantFrom('workspace', 'provider', 'query', 'field', 'newField', 'noField', 'signature', 'signer', 'body'),
  place: fc.nat(),
  text: nastyText,
  part: fc.constantFrom(...nastyParts.filter((part) => part.length < 500)),
  body: fc.constantFrom(...nastyBodies.filter((body) => body.length < 30_000)),
});

describe(`a callback that the provider has not made (seed ${seed})`, () => {
  it('is refused, whatever is changed in a genuine one, and leaves everything as it was', async () => {
    const before = await stored();
    await assertAll(
      fc.asyncProperty(forgery, async ({ report, what, place, text, part, body: odd }) => {
        const { url, form } = genuine[report] as (typeof genuine)[number];
        const other = system.workspaces[1];
        const { pathname, searchParams } = new URL(url);
        let signature: string | undefined = signatureOf(url, form, system.workspace.twilioAuthToken);
        let path = pathname;
        let fields = form;
        let body: string | undefined;
        const names = Object.keys(form);
        const field = names[place % names.length] as string;
        const params = [...searchParams.keys()];
        if (what === 'workspace') path = path.replace(system.workspace.id, place % 2 ? (other?.id as string) : part);
        if (what === 'provider') path = path.replace('/twilio/', `/${place % 2 ? 'telnyx' : part}/`);
        if (what === 'query') {
          if (params.length === 0 || place % 5 === 0) searchParams.append('more', text);
          else searchParams.set(params[place % params.length] as string, text);
        }
        if (what === 'field') fields = { ...form, [field]: `${text}!` };
        if (what === 'newField') fields = { ...form, [`X${text}`]: text };
        if (what === 'noField') fields = Object.fromEntries(Object.entries(form).filter(([name]) => name !== field));
        if (what === 'signature') signature = [undefined, '', 'x', signature.toLowerCase(), `${signature}=`, '\u00ff'][place % 6];
        // The account of another workspace signs for this one.
        if (what === 'signer') signature = signatureOf(url, form, other?.twilioAuthToken as string);
        if (what === 'body') body = odd;
        const query = searchParams.size > 0 ? `?${searchParams}` : '';
        const answer = await post(path + query, body ?? new URLSearchParams(fields).toString(), signature);
        // 404 where a part of the path makes it another one.
        expect({ status: answer.status, is: [403, 404].includes(answer.status) }).toEqual({ status: answer.status, is: true });
      }),
    );
    expect(await stored()).toEqual(before);
  });

  it('is refused where the account itself signs what is not in the URL that we gave it', async () => {
    const before = await stored();
    const { url, form } = genuine[0] as (typeof genuine)[number];
    const names = [...new URL(url).searchParams.keys()];
    await assertAll(
      fc.asyncProperty(fc.constantFrom(...names), fc.option(nastyText, { nil: undefined }), async (name, text) => {
        const changed = new URL(url);
        if (text === undefined) changed.searchParams.delete(name);
        else changed.searchParams.set(name, text);
        const target = changed.pathname + changed.search;
        const signature = signatureOf(system.url + target, form, system.workspace.twilioAuthToken);
        const answer = await post(target, new URLSearchParams(form).toString(), signature);
        expect([answer.status, (answer.body as { code: string }).code]).toEqual([403, 'callback_rejected']);
      }),
      60,
    );
    expect(await stored()).toEqual(before);
  });

  it('is not read where it is larger than any report', async () => {
    const before = await stored();
    for (const { url, form } of genuine) {
      const large = { ...form, Padding: 'x'.repeat(70_000) };
      const { pathname, search } = new URL(url);
      const signature = signatureOf(url, large, system.workspace.twilioAuthToken);
      expect((await post(pathname + search, new URLSearchParams(large).toString(), signature)).status).toBe(413);
    }
    expect(await stored()).toEqual(before);
  });
});

describe(`a callback that the provider has made (seed ${seed})`, () => {
  it('changes nothing when it is replayed, however often and at once', async () => {
    const { url, form } = genuine[0] as (typeof genuine)[number];
    const { pathname, search } = new URL(url);
    const signature = signatureOf(url, form, system.workspace.twilioAuthToken);
    const { callback_receipt: _each, ...before } = await stored();
    const body = new URLSearchParams(form).toString();
    const answers = await Promise.all(Array.from({ length: 40 }, () => post(pathname + search, body, signature)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    const { callback_receipt: _kept, ...after } = await stored();
    expect(after).toEqual(before);
  });

  it('and says nonsense is answered without a fault of ours, and takes no message out of its end', async () => {
    const { url, form } = genuine[0] as (typeof genuine)[number];
    const { pathname, search } = new URL(url);
    const delivered = (await system.request('GET', `/v1/messages/${messageId}`)).body;
    const field = fc.constantFrom(...Object.keys(form).filter((name) => name !== 'AccountSid'), 'ErrorCode', 'SmsStatus', 'RawDlrDoneDate');
    const status = fc.constantFrom('queued', 'sent', 'failed', 'undelivered', 'canceled', 'read');
    await assertAll(
      fc.asyncProperty(field, fc.oneof(status, nastyText), async (name, text) => {
        const odd = { ...form, [name]: text };
        const signature = signatureOf(url, odd, system.workspace.twilioAuthToken);
        const answer = await post(pathname + search, new URLSearchParams(odd).toString(), signature);
        expect([answer.status, [204, 403, 422].includes(answer.status)]).toEqual([answer.status, true]);
      }),
    );
    expect((await system.request('GET', `/v1/messages/${messageId}`)).body).toEqual(delivered);
  });
});

const connect = (as = system.workspace) =>
  new Promise<Socket>((resolve, reject) => {
    const options = { transports: ['websocket'], auth: { token: as.apiKey }, reconnection: false, forceNew: true };
    const socket = io(`${system.url}/workspace/${as.id}`, options);
    socket.once('connect', () => resolve(socket)).once('connect_error', reject);
  });

const frontPid = () => system.processes.get('front')?.pid();

describe(`a socket that sends anything (seed ${seed})`, () => {
  const id = '0198f0c2-0000-7000-8000-000000000000';
  const events: Record<string, unknown> = {
    'message:outbound': { to: '+12125550178', body: 'by socket', priority: 'normal', idempotencyKey: 'one', metadata: { a: 'b' } },
    'message:cancel': { messageId: id },
    'conversation:open': { conversationId: id, afterSeq: 0 },
    'conversation:viewing': { conversationId: id, viewing: true },
    'conversation:typing': { conversationId: id, typing: true },
    'conversation:close': { conversationId: id },
    'queues:open': {},
    'notifications:close': {},
  };
  const event = fc
    .constantFrom(...Object.keys(events), '__proto__', 'constructor', 'message:status', 'x'.repeat(5_000))
    .chain((name) => fc.record({ name: fc.constant(name), payload: mutated(Object.hasOwn(events, name) ? events[name] : {}) }));

  it('is answered each time: done, or refused with a code that is no fault of ours', async () => {
    const pid = frontPid();
    // A connection may send so many at once.
    const batch = fc.array(event, { minLength: socketEventsBurst, maxLength: socketEventsBurst });
    await assertAll(
      fc.asyncProperty(batch, async (all) => {
        const socket = await connect();
        try {
          const answers = await Promise.all(all.map(({ name, payload }) => socket.timeout(10_000).emitWithAck(name, payload)));
          for (const [index, answer] of answers.entries()) {
            const is = answer.ok === true || (typeof answer.code === 'string' && answer.code !== 'internal_error');
            expect({ event: all[index], answer, is }).toMatchObject({ is: true });
          }
        } finally {
          socket.close();
        }
      }),
      Math.ceil(runs / 15),
    );
    expect(frontPid()).toBe(pid);
  });

  it('or frames that no client makes, harms nobody: others are served by the same process, and nothing of another workspace is told', async () => {
    const pid = frontPid();
    const other = system.workspaces[1];
    const neighbour = await connect(other);
    const frames = fc.oneof(
      fc.constantFrom(
        '2["error"]',
        '2["error",{"message":"x"}]',
        '2["disconnecting"]',
        '2["connect"]',
        '2["newListener","x"]',
        '2',
        '2[',
        '2{}',
        '2[]',
        '2[null]',
        '2[1,2]',
        '2[{"toString":null}]',
        '2["__proto__",{"admin":true}]',
        '999999999999999999["message:outbound",{}]',
        '21["message:outbound"]',
        '21["queues:open",{},"extra",{}]',
        '399["x"]',
        '3[]',
        '4{"message":"x"}',
        '51-["message:outbound",{"_placeholder":true,"num":0}]',
        '5999999999-["x"]',
        '61-1["x"]',
        '7',
        '',
        '0',
        '1',
        `0/workspace/${other?.id},{"token":"${system.workspace.apiKey}"}`,
        `2/workspace/${other?.id},["queues:open",{}]`,
        `0/workspace/${other?.id},`,
        '0/admin,{}',
        '0/__proto__,{}',
        `2/workspace/${id},["message:outbound",{}]`,
      ),
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom(...wellFormed).map((text) => `2["message:outbound",${JSON.stringify(text)}]`),
    );
    const heard: string[] = [];
    await assertAll(
      fc.asyncProperty(fc.array(frames, { minLength: 1, maxLength: 5 }), async (some) => {
        const socket = await connect();
        socket.io.engine.on('data', (data: unknown) => heard.push(String(data)));
        for (const frame of some) socket.io.engine.write(frame as never);
        // What was written before it was read before it, or has ended the connection.
        await Promise.race([
          socket.timeout(10_000).emitWithAck('queues:close', {}),
          new Promise((resolve) => socket.once('disconnect', resolve)),
        ]);
        socket.close();
      }),
      Math.ceil(runs / 3),
    );
    expect(heard.filter((text) => text.includes('"ok":true') && text.includes(other?.id as string))).toEqual([]);
    expect(await neighbour.timeout(10_000).emitWithAck('queues:open', {})).toMatchObject({ ok: true });
    neighbour.close();
    expect(frontPid()).toBe(pid);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect((await system.request('GET', '/readyz')).body).toMatchObject({ status: 'ready' });
    const { body } = await system.send({ to: '+12125550179', body: 'after all that' });
    await eventually(async () => (await system.ledger('after all that')).length === 1);
    await system.message(body.id, ['delivered']);
  });
});
