import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { anybody } from '../support/anybody.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { receive, received } from '../support/inbound.js';
import { newPerson, type SignedInPerson } from '../support/people.js';
import { type Answer, type System, startSystem } from '../support/system.js';

let system: System;
let other: DemoWorkspace;
let ana: SignedInPerson;
let ben: SignedInPerson;

beforeAll(async () => {
  system = await startSystem({ workspaces: 2 });
  other = system.workspaces[1] as DemoWorkspace;
  [ana, ben] = await Promise.all([newPerson(system, 'agent'), newPerson(system, 'agent')]);
}, 60_000);
afterAll(() => system.stop(), 60_000);

const get = (path: string, as?: DemoWorkspace) => system.request('GET', path, as && { as });
const patch = (id: string, body: object, as = system.workspace) => system.request('PATCH', `/v1/conversations/${id}`, { body, as });
const idsOf = ({ status, body }: Answer) => {
  expect({ status, body }).toMatchObject({ status: 200 });
  return body.data.map(({ id }: { id: string }) => id) as string[];
};
const auditOf = (conversationId: string) =>
  sql<{ actor: string; action: string; details: unknown }>(
    system.databaseUrl,
    `select actor, action, details from audit_event where details->>'conversationId' = $1 order by at, id`,
    [conversationId],
  );

/** A conversation that has begun. */
async function conversation(to = anybody()): Promise<{ id: string; to: string }> {
  const { body } = await system.send({ to, body: 'hello' });
  await system.message(body.id, ['delivered']);
  return { id: body.conversationId, to };
}

/** What a socket hears of changed conversations. */
async function listener(): Promise<{ socket: Socket; changes: any[]; rings: () => number }> {
  const socket = await system.socket();
  const changes: any[] = [];
  let rings = 0;
  socket.on('conversation:changed', (change) => changes.push(change));
  socket.on('conversations:changed', () => (rings += 1));
  expect(await socket.emitWithAck('conversations:open', {})).toEqual({ ok: true });
  return { socket, changes, rings: () => rings };
}

describe('a conversation', () => {
  it('is given to somebody, is not taken away unseen, and others hear of it', async () => {
    const { id } = await conversation();
    const { changes } = await listener();
    expect(await patch(id, { assigneeId: ana.id, ifAssigneeId: null }, ana.as)).toMatchObject({
      status: 200,
      body: { assignee: { id: ana.id }, status: 'open' },
    });
    expect(await patch(id, { assigneeId: ben.id, ifAssigneeId: null }, ben.as)).toMatchObject({
      status: 409,
      body: { code: 'assigned_meanwhile' },
    });
    expect((await get(`/v1/conversations/${id}`)).body.assignee.id).toBe(ana.id);
    await eventually(async () => changes.some((change) => change.id === id && change.assignee?.id === ana.id));
    expect(idsOf(await get('/v1/conversations?assignee=me', ana.as))).toContain(id);
    expect(idsOf(await get('/v1/conversations?assignee=none&status=open'))).not.toContain(id);
    expect(await auditOf(id)).toEqual([
      { actor: `person ${ana.id}`, action: 'conversation.assigned', details: { conversationId: id, before: null, after: ana.id } },
    ]);
  });

  it('is given to nobody who may not answer, and is nobody’s once its person has left', async () => {
    const [{ id }, viewer, leaving] = await Promise.all([conversation(), newPerson(system, 'viewer'), newPerson(system, 'agent')]);
    const { body } = await get('/v1/assignees');
    const listed = body.data.map((one: { id: string }) => one.id);
    expect(listed).toEqual(expect.arrayContaining([ana.id, leaving.id]));
    expect(listed).not.toContain(viewer.id);
    expect(await patch(id, { assigneeId: viewer.id })).toMatchObject({ status: 422, body: { code: 'unknown_assignee' } });
    expect(await patch(id, { assigneeId: leaving.id })).toMatchObject({ status: 200 });
    expect(await patch(id, { status: 'closed' }, viewer.as)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    await system.request('DELETE', `/v1/people/${leaving.id}`);
    expect((await get(`/v1/conversations/${id}`)).body.assignee).toBeNull();
  });

  it('is closed until somebody writes, and unread until what was written is read', async () => {
    const { id, to } = await conversation();
    const { changes, rings } = await listener();
    expect(await patch(id, { status: 'closed' })).toMatchObject({ body: { status: 'closed', unread: false } });
    expect(idsOf(await get('/v1/conversations?status=closed'))).toEqual([id]);
    await receive(system, { from: to, body: 'are you there?' });
    await received(system, to, 'are you there?');
    const back = await eventually(async () => {
      const { body } = await get(`/v1/conversations/${id}`);
      return body.unread && body;
    });
    expect(back).toMatchObject({ status: 'open', closedAt: null, unread: true });
    await eventually(async () => rings() > 0);
    expect(idsOf(await get('/v1/conversations?unread=true&status=open'))).toEqual([id]);

    // Somebody reads what there was, while more comes in.
    await receive(system, { from: to, body: 'hello?' });
    await received(system, to, 'hello?');
    // A text is there as soon as it is stored; it has its place in the conversation a moment later.
    await eventually(async () => (await get(`/v1/conversations/${id}`)).body.lastSeq > back.lastSeq);
    const read = (upToSeq: number) => system.request('POST', `/v1/conversations/${id}/read`, { body: { upToSeq } });
    expect(await read(back.lastSeq)).toMatchObject({ body: { unread: true } });
    const { body: newest } = await get(`/v1/conversations/${id}`);
    expect(await read(newest.lastSeq)).toMatchObject({ body: { unread: false } });
    await eventually(async () => changes.some((change) => change.id === id && change.unread === false));
    expect(await system.request('POST', `/v1/conversations/${id}/unread`)).toMatchObject({ body: { unread: true } });
    expect((await auditOf(id)).map(({ action }) => action)).toEqual(['conversation.closed']);
  });

  it('says that its contact has opted out', async () => {
    const { id, to } = await conversation();
    expect((await get(`/v1/conversations/${id}`)).body.optedOut).toBe(false);
    await system.request('PUT', `/v1/suppressions/${encodeURIComponent(to)}`, { body: {} });
    expect((await get(`/v1/conversations/${id}`)).body.optedOut).toBe(true);
  });
});

describe('the list of conversations', () => {
  it('comes page by page under each filter, each once, whatever is written meanwhile', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => conversation()));
    for (const { id } of made) await patch(id, { assigneeId: ben.id });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Answer = await get(`/v1/conversations?assignee=${ben.id}&limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...idsOf(page));
      cursor = page.body.nextCursor;
      // Another conversation comes to the top.
      if (seen.length === 2) await conversation();
    }
    expect(seen.sort()).toEqual(made.map(({ id }) => id).sort());
  });

  it('finds a contact by the beginning of a name or a number, and not once it was erased, nor in another workspace', async () => {
    const [maria] = system.workspace.contacts as [string];
    const search = (q: string, as?: DemoWorkspace) => get(`/v1/conversations?q=${encodeURIComponent(q)}`, as);
    const [id] = await eventually(async () => {
      const found = idsOf(await search('mar'));
      return found.length > 0 && found;
    });
    for (const q of ['MARIA', 'okaf', 'maria ok', maria, maria.slice(0, 8), '415 555 2671', '(415) 555', '2671'])
      expect([q, idsOf(await search(q))]).toEqual([q, expect.arrayContaining([id])]);
    for (const q of ['marib', 'maria lind', '+1999', '26710']) expect([q, idsOf(await search(q))]).toEqual([q, []]);
    expect(idsOf(await search(maria, other))).toEqual([]);
    expect(await search('m')).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
    expect(await get('/v1/conversations?assignee=me')).toMatchObject({ status: 422, body: { code: 'invalid_request' } });

    await system.request('DELETE', `/v1/contacts/${encodeURIComponent(maria)}`);
    await eventually(async () => idsOf(await search('maria')).length === 0);
    expect(await sql(system.databaseUrl, 'select 1 from contact_term where contact_id = $1', [id])).toEqual([]);
  });
});
