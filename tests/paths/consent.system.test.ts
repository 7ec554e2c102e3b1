import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anybody } from '../support/anybody.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { postSigned, receive, received, suppressionsOf } from '../support/inbound.js';
import { stopWhileQueued } from '../support/stopWhileQueued.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString();

beforeAll(async () => {
  system = await startSystem({ workspaces: 4, env: { RECONCILE_DELAYS_S: '2,8', PROVIDER_HOLD_S: '2' } });
}, 60_000);
afterAll(() => system.stop(), 60_000);

const refusal = { status: 422, body: { code: 'opted_out', errors: [{ field: 'to' }] } };
const optedOut = { status: 'failed', error: { code: 'opted_out' } };

describe('somebody who writes STOP', () => {
  it('gets nothing more of what is queued, and everybody can see how many messages that stopped', async () => {
    const { stopped, sent } = await stopWhileQueued(system, system.workspaces[1] as System['workspace'], 60);
    expect(stopped).toBeGreaterThan(0);
    expect(stopped + sent).toBe(60);
  }, 120_000);

  it('is not written to any more: a message to them is refused when it is accepted, over HTTP and over sockets', async () => {
    const to = anybody();
    await receive(system, { from: to, body: 'STOP' });
    expect(await system.send({ to, body: 'refused' })).toMatchObject(refusal);
    expect(await system.send({ to, body: 'refused', category: 'marketing' })).toMatchObject(refusal);
    expect(await system.request('POST', '/v1/messages', { body: { to, body: 'refused' } })).toMatchObject(refusal);
    const socket = await system.socket();
    expect(await socket.emitWithAck('message:outbound', { to, body: 'refused' })).toMatchObject({ ok: false, code: 'opted_out' });
    // Consent is given to one workspace, and withdrawn from one.
    const other = system.workspaces[2] as System['workspace'];
    const { body } = await system.send({ to, body: 'of another workspace' }, undefined, other);
    await system.message(body.id, ['delivered'], { as: other });
    expect(await system.ledger('refused')).toEqual([]);
  });

  it('need not have been written to before, and is stopped once, however often the provider says so', async () => {
    const to = anybody();
    const { messageSid, results } = await receive(system, { from: to, body: 'Stop', times: 5 });
    expect(results).toEqual([204, 204, 204, 204, 204]);
    const message = await received(system, to, 'Stop');
    expect(message).toMatchObject({ providerMessageId: messageSid, consent: { meaning: 'stop', words: 'STOP', stopped: 0 } });
    expect(await suppressionsOf(system, to)).toMatchObject([
      { topic: 'all', state: 'active', source: 'message', actor: 'contact', evidence: 'STOP', messageId: message.id, stopped: 0 },
    ]);
    const audit = await sql(system.databaseUrl, `select actor, action from audit_event where details ->> 'messageId' = $1`, [message.id]);
    expect(audit).toEqual([{ actor: 'contact', action: 'consent.withdrawn' }]);
  });

  it.each(['"Stop!!!"', 'arrêt', 'СТОП.', 'S T O P', 'opt-out', '停止'])('may write it as %s', async (body) => {
    const to = anybody();
    await receive(system, { from: to, body });
    expect(await suppressionsOf(system, to)).toMatchObject([{ topic: 'all', state: 'active' }]);
    expect(await system.send({ to, body: 'refused' })).toMatchObject(refusal);
  });

  it('in words that only the provider knows is stopped by what the provider says', async () => {
    const to = anybody();
    await receive(system, { from: to, body: 'Fin de contrato', optOutType: 'STOP' });
    expect(await suppressionsOf(system, to)).toMatchObject([{ topic: 'all', state: 'active', evidence: 'STOP' }]);
  });

  it('and then START is written to again; a copy of the STOP that comes later changes nothing', async () => {
    const to = anybody();
    const sender = system.workspace.senders[0] as string;
    const { twilioAccountSid: AccountSid, twilioAuthToken: token, id } = system.workspace;
    const stop = { MessageSid: `SM${to.slice(1)}`, AccountSid, From: to, To: sender, Body: 'STOP' };
    const url = `${system.url}/callbacks/twilio/${id}/inbound`;
    await postSigned(url, stop, token);
    expect(await suppressionsOf(system, to)).toHaveLength(1);
    await receive(system, { from: to, body: 'Start' });
    expect((await postSigned(url, stop, token)).status).toBe(204);
    expect(await suppressionsOf(system, to)).toEqual([]);
    const { body } = await system.send({ to, body: 'welcome back' });
    await system.message(body.id, ['delivered']);
    expect((await received(system, to, 'Start')).consent).toMatchObject({ meaning: 'start' });
  });

  it('or HELP and changes nothing by that', async () => {
    const to = anybody();
    await receive(system, { from: to, body: 'HELP' });
    expect((await received(system, to, 'HELP')).consent).toMatchObject({ meaning: 'help', stopped: 0 });
    expect(await suppressionsOf(system, to)).toEqual([]);
  });
});

describe('somebody who may have meant a stop', () => {
  it('gets no marketing until a person has decided, and everything else', async () => {
    const to = anybody();
    const waiting = async (category: string) =>
      (await system.send({ to, body: `${category} of tomorrow`, category, sendAt: tomorrow() })).body;
    const [marketing, transactional] = [await waiting('marketing'), await waiting('transactional')];
    for (const { id } of [marketing, transactional]) await system.message(id, ['scheduled']);
    await receive(system, { from: to, body: 'please stop texting me' });
    expect((await received(system, to, 'please stop texting me')).consent).toEqual({ meaning: 'review', words: 'STOP', stopped: 1 });
    expect(await system.message(marketing.id, ['failed'])).toMatchObject(optedOut);
    expect((await system.request('GET', `/v1/messages/${transactional.id}`)).body.status).toBe('scheduled');
    expect(await system.send({ to, body: 'refused', category: 'marketing' })).toMatchObject(refusal);
    const { body } = await system.send({ to, body: 'your parcel' });
    await system.message(body.id, ['delivered']);

    const review = async () => (await system.request('GET', '/v1/suppressions?state=review')).body.data;
    const [entry] = await review();
    expect(entry).toMatchObject({ phoneNumber: to, topic: 'marketing', state: 'review', evidence: 'STOP', stopped: 1 });
    const { body: told } = await system.request('GET', '/v1/notifications');
    expect(told.data.map(({ kind }: { kind: string }) => kind)).toContain('consent.review');
    // It was meant for everything: the list of reviews is empty again.
    const decided = await system.request('PUT', `/v1/suppressions/${to}`, { body: { reason: 'called them' } });
    expect(decided).toMatchObject({
      status: 200,
      body: { topic: 'all', state: 'active', source: 'api', evidence: 'called them', stopped: 1 },
    });
    expect(await review()).toEqual([]);
    expect(await system.message(transactional.id, ['failed'])).toMatchObject(optedOut);
  });

  it('is confirmed or dismissed by the API', async () => {
    const [meant, notMeant] = [anybody(), anybody()];
    for (const from of [meant, notMeant]) await receive(system, { from, body: 'no more messages' });
    const { body } = await system.request('PUT', `/v1/suppressions/${meant}`, { body: { topic: 'marketing' } });
    expect(body).toMatchObject({ topic: 'marketing', state: 'active' });
    expect((await system.request('DELETE', `/v1/suppressions/${notMeant}?topic=marketing`)).body).toEqual({ lifted: ['marketing'] });
    expect(await suppressionsOf(system, notMeant)).toEqual([]);
    // A doubt that comes after takes nothing from what is certain.
    await receive(system, { from: meant, body: 'no more texts' });
    expect(await suppressionsOf(system, meant)).toMatchObject([{ topic: 'marketing', state: 'active' }]);
  });
});

describe('a message that is queued already', () => {
  it('is stopped in the transaction of its attempt, where nothing else has stopped it', async () => {
    const to = anybody();
    const { body } = await system.send({ to, body: 'on the list of all', sendAt: new Date(Date.now() + 2_000).toISOString() });
    await system.message(body.id, ['scheduled']);
    // What holds for all workspaces is written by whoever runs the system, and takes nothing out of the queues.
    await sql(
      system.databaseUrl,
      `insert into suppression (workspace_id, phone_number, topic, id, state, source, actor)
       values ('00000000-0000-0000-0000-000000000000', $1, 'all', gen_random_uuid(), 'active', 'operator', 'a test')`,
      [to],
    );
    expect(await system.message(body.id, ['failed'], { withinMs: 30_000 })).toMatchObject({ ...optedOut, attempt: 0 });
    expect(await system.ledger('on the list of all')).toEqual([]);
    // Nobody in a workspace can undo that.
    await receive(system, { from: to, body: 'START' });
    expect((await system.request('DELETE', `/v1/suppressions/${to}`)).status).toBe(404);
    expect(await system.send({ to, body: 'refused' })).toMatchObject(refusal);
    expect(await suppressionsOf(system, to)).toEqual([]);
  }, 60_000);
});

describe('a message that may have been sent, and is to be sent once more', () => {
  it('is not, where its recipient opts out meanwhile: it is parked, since nobody knows whether it arrived', async () => {
    const as = system.workspaces[3] as System['workspace'];
    const to = anybody();
    await sql(system.databaseUrl, `update workspace set ambiguous_policy = 'prefer-delivery' where id = $1`, [as.id]);
    await system.control('POST', '/rules', { match: { bodyIncludes: 'in doubt' }, action: { http500: 'before' }, times: 1 });
    const { body } = await system.send({ to, body: 'in doubt' }, undefined, as);
    await system.message(body.id, ['uncertain'], { as });
    await receive(system, { from: to, body: 'STOP', as });
    const parked = await system.message(body.id, ['parked'], { withinMs: 60_000, as });
    expect(parked.error).toMatchObject({ code: 'outcome_unknown', message: expect.stringContaining('its recipient opted out') });
    expect(await system.ledger('in doubt')).toEqual([]);
  }, 90_000);
});

describe('an opt-out that the provider knows of', () => {
  it('is written back when it refuses a message for it, at once or in a receipt', async () => {
    const later = anybody();
    await system.control('POST', '/rules', {
      match: { bodyIncludes: 'refused later' },
      action: { callbacks: { finalStatus: 'failed', errorCode: 21_610 } },
    });
    for (const [to, body] of [
      ['+14155552610', 'refused at once'],
      [later, 'refused later'],
    ] as const) {
      const { body: sent } = await system.send({ to, body });
      expect(await system.message(sent.id, ['failed'])).toMatchObject({ error: { code: '21610' } });
      expect(await suppressionsOf(system, to)).toMatchObject([
        { topic: 'all', state: 'active', source: 'provider', actor: 'twilio', evidence: '21610', messageId: sent.id },
      ]);
      expect(await system.send({ to, body: 'refused' })).toMatchObject(refusal);
    }
    // The same receipt once more, after its recipient has opted in.
    await receive(system, { from: later, body: 'START' });
    const [entry] = await system.ledger('refused later');
    await system.control('POST', '/callback', { sid: entry?.sid, status: 'failed', errorCode: 21_610 });
    expect(await suppressionsOf(system, later)).toEqual([]);
  });
});

describe('the list of suppressions', () => {
  it('is added to by the API, read page by page, and taken from, each with an entry in the audit', async () => {
    const as = system.workspaces[2] as System['workspace'];
    const people = Array.from({ length: 5 }, anybody);
    const waiting = (await system.send({ to: people[0], body: 'waits', sendAt: tomorrow() }, undefined, as)).body;
    await system.message(waiting.id, ['scheduled'], { as });
    for (const to of people) {
      const { status, body } = await system.request('PUT', `/v1/suppressions/${to}`, { body: { reason: 'by letter' }, as });
      expect([status, body.phoneNumber, body.stopped]).toEqual([200, to, to === people[0] ? 1 : 0]);
    }
    expect(await system.message(waiting.id, ['failed'], { as })).toMatchObject(optedOut);
    await eventually(
      async () => (await system.request('GET', `/v1/messages/${waiting.id}/trace`, { as })).body.workflow.state?.step === 'closed',
    );
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: { body: any } = await system.request('GET', `/v1/suppressions?limit=2${cursor && `&cursor=${cursor}`}`, { as });
      expect(body.data.length).toBeLessThanOrEqual(2);
      found.push(...body.data.map(({ phoneNumber }: { phoneNumber: string }) => phoneNumber));
      cursor = body.nextCursor;
    }
    expect(found).toEqual([...people].reverse());
    expect(await suppressionsOf(system, people[0] as string)).toEqual([]);

    expect((await system.request('DELETE', `/v1/suppressions/${people[0]}`, { as })).body).toEqual({ lifted: ['all'] });
    expect((await system.request('DELETE', `/v1/suppressions/${people[0]}`, { as })).status).toBe(404);
    const { body } = await system.send({ to: people[0], body: 'written to again' }, undefined, as);
    await system.message(body.id, ['delivered'], { as });
    const audit = await sql<{ action: string; actor: string; details: object }>(
      system.databaseUrl,
      `select action, actor, details from audit_event where workspace_id = $1 and details ->> 'contactId' = $2 order by id`,
      [as.id, waiting.conversationId],
    );
    expect(audit.map(({ action }) => action)).toEqual(['consent.withdrawn', 'consent.given']);
    expect(audit[0]).toMatchObject({
      actor: expect.stringMatching(/^api key /),
      details: { topic: 'all', source: 'api', evidence: 'by letter', stopped: 1 },
    });
    expect(JSON.stringify(audit)).not.toContain(people[0]?.slice(1));
  });

  it.each([
    ['PUT', '/v1/suppressions/12345', {}, 'number'],
    ['PUT', '/v1/suppressions/+12125550100', { topic: 'news' }, 'topic'],
    ['PUT', '/v1/suppressions/+12125550100', { why: 'x' }, 'why'],
    ['PUT', '/v1/suppressions/+12125550100', { reason: 'x'.repeat(501) }, 'reason'],
    ['DELETE', '/v1/suppressions/+12125550100?topic=news', undefined, 'topic'],
    ['GET', '/v1/suppressions?state=gone', undefined, 'state'],
  ])('refuses %s %s %j and names the field', async (method, path, body, field) => {
    const answer = await system.request(method, path, { body });
    expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([422, field]);
  });
});
