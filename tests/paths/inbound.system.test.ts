import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { conversationWith, inboundUrl, postSigned, receive, received } from '../support/inbound.js';
import { type System, startSystem } from '../support/system.js';

let system: System;

beforeAll(async () => {
  system = await startSystem({ workspaces: 2 });
}, 60_000);
afterAll(() => system.stop(), 60_000);

const countRows = async () => {
  const [row] = await sql<{ n: string }>(
    system.databaseUrl,
    'select (select count(*) from message) + (select count(*) from callback_receipt) + (select count(*) from suppression) as n',
  );
  return Number(row?.n);
};
const traceOf = async (id: string) => (await system.request('GET', `/v1/messages/${id}/trace`)).body;

describe('a message that comes in', () => {
  it('is in its conversation, with its event and a workflow that people find', async () => {
    const from = '+12125551001';
    expect((await receive(system, { from, body: 'Is my parcel here?' })).results).toEqual([204]);
    const message = await received(system, from, 'Is my parcel here?');
    expect(message).toMatchObject({ status: 'received', from, to: system.workspace.senders[0], attempt: 0, error: null, consent: null });
    const trace = await eventually(async () => {
      const found = await traceOf(message.id);
      return found.workflow.state?.step === 'closed' && found;
    });
    expect(trace.events).toMatchObject([{ status: 'received', consent: null, providerMessageId: message.providerMessageId }]);
    expect(trace.workflow).toMatchObject({ id: `in/${system.workspace.id}/${message.id}`, state: { status: 'received' } });

    const connection = await Connection.connect({ address: system.temporalAddress });
    try {
      const description = await new Client({
        connection,
        namespace: system.temporalNamespace,
        dataConverter: system.dataConverter,
      }).workflow
        .getHandle(trace.workflow.id)
        .describe();
      expect(await description.staticSummary()).toBe('from +1212***1001');
      expect(description.searchAttributes).toMatchObject({ WorkspaceId: [system.workspace.id] });
    } finally {
      await connection.close();
    }
  });

  it('is an answer in the conversation of what was sent, and heard there by its sockets and by nobody else', async () => {
    const from = '+12125551002';
    const { body: sent } = await system.send({ to: from, body: 'Your parcel is here' });
    await system.message(sent.id, ['delivered']);
    const [mine, otherRoom] = await Promise.all([system.socket(), system.socket()]);
    const heard: { name: string; event: any }[] = [];
    const elsewhere: unknown[] = [];
    for (const name of ['message:inbound', 'message:status']) {
      mine.on(name, (event) => heard.push({ name, event }));
      otherRoom.on(name, (event) => elsewhere.push(event));
    }
    const { seq } = await mine.emitWithAck('conversation:open', { conversationId: sent.conversationId });
    await receive(system, { from, body: 'Thank you' });
    await eventually(() => heard.length > 0);
    const message = await received(system, from, 'Thank you');
    expect(message.conversationId).toBe(sent.conversationId);
    expect(heard).toMatchObject([
      { name: 'message:inbound', event: { messageId: message.id, direction: 'inbound', status: 'received', prev: seq, consent: null } },
    ]);
    expect(elsewhere).toEqual([]);

    const late = await system.socket();
    const missed: any[] = [];
    late.on('message:inbound', (event) => missed.push(event));
    await late.emitWithAck('conversation:open', { conversationId: sent.conversationId, afterSeq: seq });
    await eventually(() => missed.length > 0);
    expect(missed).toEqual([heard[0]?.event]);
  });

  it('five times is one message', async () => {
    const from = '+12125551003';
    const { results } = await receive(system, { from, body: 'Hello?', times: 5 });
    expect(results).toEqual([204, 204, 204, 204, 204]);
    const message = await received(system, from, 'Hello?');
    expect(await conversationWith(system, from)).toHaveLength(1);
    expect((await traceOf(message.id)).events).toHaveLength(1);
  });

  it('for a number that is no sender of the workspace is kept with that number', async () => {
    const from = '+12125551004';
    expect((await receive(system, { from, to: '+14155559999', body: 'Wrong number?' })).results).toEqual([204]);
    expect(await received(system, from, 'Wrong number?')).toMatchObject({ from, to: '+14155559999' });
  });

  it('from a short code, with pictures alone, or with a character that no database takes is kept too', async () => {
    await receive(system, { from: '72345', body: 'Your code is 1' });
    expect(await received(system, '72345', 'Your code is 1')).toMatchObject({ from: '72345' });

    const { twilioAccountSid: AccountSid, twilioAuthToken: token, senders } = system.workspace;
    const form = { AccountSid, From: '+12125551005', To: senders[0] as string, NumMedia: '1', MediaUrl0: 'https://a.example/0' };
    expect(await postSigned(inboundUrl(system), { ...form, MessageSid: 'MM1', Body: '' }, token)).toEqual({ status: 204, body: null });
    expect(await received(system, '+12125551005', '')).toMatchObject({ mediaUrls: ['https://a.example/0'], segments: 0 });
    expect((await postSigned(inboundUrl(system), { ...form, MessageSid: 'MM2', Body: 'a\u0000b' }, token)).status).toBe(204);
    await received(system, '+12125551005', 'a\uFFFDb');
  });
});

describe('an inbound webhook', () => {
  const form = (overrides: Record<string, string> = {}) => ({
    MessageSid: `SM${'1'.repeat(32)}`,
    AccountSid: system.workspace.twilioAccountSid,
    From: '+12125551010',
    To: system.workspace.senders[0] as string,
    Body: 'STOP',
    ...overrides,
  });

  it('with a bad signature, for an unknown workspace, or of another account is refused with one text, and nothing is stored', async () => {
    const [mine, other] = system.workspaces;
    const token = mine?.twilioAuthToken as string;
    const before = await countRows();
    const answers = [
      await postSigned(inboundUrl(system), form(), 'not the token'),
      await postSigned(inboundUrl(system, '00000000-0000-8000-8000-000000000000'), form(), token),
      await postSigned(inboundUrl(system, '00000000-0000-0000-0000-000000000000'), form(), token),
      await postSigned(inboundUrl(system), form({ AccountSid: other?.twilioAccountSid as string }), token),
      await postSigned(inboundUrl(system, other?.id), form(), token),
    ];
    for (const answer of answers) expect(answer).toMatchObject({ status: 403, body: { code: 'callback_rejected' } });
    expect(new Set(answers.map(({ body }) => body.detail)).size).toBe(1);
    expect(await countRows()).toBe(before);
  });

  it('that is too large, of no message, or no POST gets a clear answer', async () => {
    const { twilioAuthToken: token } = system.workspace;
    const before = await countRows();
    expect(await postSigned(inboundUrl(system), form({ Body: 'x'.repeat(70_000) }), token)).toMatchObject({
      status: 413,
      body: { code: 'body_too_large' },
    });
    expect(await postSigned(inboundUrl(system), form({ From: '' }), token)).toMatchObject({
      status: 422,
      body: { code: 'invalid_request', detail: expect.stringContaining('its sender') },
    });
    expect((await fetch(inboundUrl(system))).status).toBe(405);
    expect(await countRows()).toBe(before);
  });
});
