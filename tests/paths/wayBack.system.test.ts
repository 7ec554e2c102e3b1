import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { anybody } from '../support/anybody.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { operator } from '../support/operator.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
const as = (index: number) => system.workspaces[index] as DemoWorkspace;

beforeAll(async () => {
  system = await startSystem({ workspaces: 6 });
}, 60_000);
afterAll(() => system.stop(), 60_000);

const versions = async (workspace: DemoWorkspace, query = '') =>
  (await system.request('GET', `/v1/workspace/versions${query}`, { as: workspace })).body;
const limits = (workspace: DemoWorkspace, body: object) => system.request('PATCH', '/v1/workspace/limits', { body, as: workspace });
const back = (workspace: DemoWorkspace, version: number, way: string, body: object = {}, headers = {}) =>
  system.request('POST', `/v1/workspace/versions/${version}/${way}`, { body, headers, as: workspace });
const rate = async (workspace: DemoWorkspace) =>
  (await system.request('GET', '/v1/workspace/limits', { as: workspace })).body.ratePerSecond;

describe('a wrong setting', () => {
  it('is in the list of versions, with who set it, why, and what it was', async () => {
    const workspace = as(0);
    const [phoneNumber] = workspace.senders;
    await limits(workspace, { ratePerSecond: 900, burst: 9_000, reason: 'typed one digit too many' });
    await limits(workspace, { senders: [{ phoneNumber, ratePerSecond: 1, burst: 2 }] });
    await system.request('PATCH', '/v1/workspace/errors', { body: { NETWORK: { attemptsMax: 5 } }, as: workspace });
    const { data, nextBefore } = await versions(workspace);
    expect(data).toMatchObject([
      { version: 4, changes: [{ section: 'errorPolicy', name: 'NETWORK', from: null, to: { attemptsMax: 5 } }] },
      { version: 3, changes: [{ section: 'senderLimits', from: null, to: { ratePerSecond: 1, burst: 2 } }] },
      {
        version: 2,
        reason: 'typed one digit too many',
        changes: [
          { section: 'limits', name: 'burst', from: 50, to: 9_000 },
          { section: 'limits', name: 'ratePerSecond', from: 10, to: 900 },
        ],
      },
      { version: 1, actor: 'system', changes: [] },
    ]);
    expect(data[0].actor).toMatch(/^api key /);
    expect(nextBefore).toBeNull();
    const first = await versions(workspace, '?limit=3');
    expect(first.nextBefore).toBe(2);
    expect(await versions(workspace, '?before=2')).toMatchObject({ data: [{ version: 1 }], nextBefore: null });
  });

  it('is shown and then taken back by one command, which leaves later changes of other settings', async () => {
    const workspace = as(1);
    await limits(workspace, { ratePerSecond: 900 });
    await limits(workspace, { burst: 70 });
    const shown = await operator(system, workspace, 'undo', '2');
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.out).toMatch(/limits\.ratePerSecond +900 +10\n\nNothing was changed\. The same with --yes does it\./);
    expect(await rate(workspace)).toBe(900);

    expect(await operator(system, workspace, 'undo', '2', '--yes', '--reason', 'a slip')).toMatchObject({ code: 0 });
    const { body } = await system.request('GET', '/v1/workspace/limits', { as: workspace });
    expect(body).toMatchObject({ ratePerSecond: 10, burst: 70 });
    expect((await versions(workspace)).data[0]).toMatchObject({ version: 4, undoes: 2, reason: 'a slip' });
    expect((await operator(system, workspace, 'undo', '2', '--yes')).out).toMatch(/nothing to change/);
    expect((await operator(system, workspace, 'versions')).out).toMatch(/limits\.ratePerSecond 900 → 10/);
  });

  it('that was changed again since is taken back only when that is confirmed, and once under a key', async () => {
    const workspace = as(2);
    await limits(workspace, { ratePerSecond: 900 });
    await limits(workspace, { ratePerSecond: 20 });
    const refused = await back(workspace, 2, 'undo');
    expect(refused).toMatchObject({ status: 409, body: { code: 'confirmation_required' } });
    expect(refused.body.detail).toMatch(/limits\.ratePerSecond was changed again after version 2/);
    expect(await rate(workspace)).toBe(20);

    const key = { 'idempotency-key': randomUUID() };
    const done = await back(workspace, 2, 'undo', { confirm: 'changed-since' }, key);
    expect(done).toMatchObject({ status: 200, body: { changes: [{ from: 20, to: 10 }], changedSince: [{ name: 'ratePerSecond' }] } });
    await limits(workspace, { ratePerSecond: 30 });
    await back(workspace, 2, 'undo', { confirm: 'changed-since' }, key);
    expect(await rate(workspace)).toBe(30);

    expect(await back(workspace, 1, 'restore')).toMatchObject({ status: 200, body: { changes: [{ from: 30, to: 10 }] } });
    const audit = await sql(
      system.databaseUrl,
      `select action, details from audit_event where workspace_id = $1 and action like 'configuration.%' order by at, id`,
      [workspace.id],
    );
    expect(audit).toMatchObject([
      { action: 'configuration.undone', details: { version: 2, changes: [{ name: 'ratePerSecond', from: 20, to: 10 }] } },
      { action: 'configuration.restored', details: { version: 1 } },
    ]);
  });

  it('holds for the next send, and its way back too', async () => {
    const workspace = as(3);
    await limits(workspace, { ratePerSecond: 1, burst: 1 });
    const ids = await Promise.all(
      Array.from(
        { length: 4 },
        async (_, n) => (await system.send({ to: `+1212555${4_100 + n}`, body: `slow ${n}` }, undefined, workspace)).body.id,
      ),
    );
    await eventually(async () => (await system.ledger('slow')).length > 0);
    await back(workspace, 2, 'undo');
    await system.send({ to: '+12125554200', body: 'quick' }, undefined, workspace);
    await eventually(async () => (await system.ledger('quick')).length === 1, 3_000);
    await Promise.all(ids.map((id) => system.message(id, ['delivered'], { withinMs: 20_000, as: workspace })));
    expect(await system.ledger('slow')).toHaveLength(4);
  });

  it.each([
    ['another workspace has no part of', 2, 'undo', {}, 404, 'not_found'],
    ['that is the first', 1, 'undo', {}, 404, 'not_found'],
    ['of a number that makes no sense', 'x', 'undo', {}, 422, 'invalid_request'],
    ['with a word that confirms nothing', 1, 'restore', { confirm: 'yes' }, 422, 'invalid_request'],
    ['with a field that is not known', 1, 'restore', { dryrun: true }, 422, 'invalid_request'],
  ])('%s is refused', async (_name, version, way, body, status, code) => {
    const stranger = system.workspaces[3] as DemoWorkspace;
    expect(await back(stranger, (version === 2 ? 99 : version) as number, way, body)).toMatchObject({ status, body: { code } });
  });
});

describe('messages that should not have been sent', () => {
  const cancelAll = (workspace: DemoWorkspace, body: object, headers = {}) =>
    system.request('POST', '/v1/queues/outbound/cancel', { body, headers, as: workspace });
  const finished = (workspace: DemoWorkspace, id: string) =>
    eventually(async () => {
      const { body } = await system.request('GET', `/v1/queues/outbound/cancel/${id}`, { as: workspace });
      return body.state === 'done' && body;
    }, 30_000);

  it('from a wrong sender are counted, and taken back by one command as far as they have not left', async () => {
    const workspace = as(4);
    const [right, wrong] = workspace.senders as [string, string];
    await limits(workspace, { ratePerSecond: 1, burst: 1 });
    const send = (from: string, body: string) => system.send({ to: anybody(), from, body, priority: 'bulk' }, undefined, workspace);
    const first = await send(wrong, 'wrong sender 0.');
    await system.message(first.body.id, ['delivered'], { withinMs: 20_000, as: workspace });
    const meant = await send(right, 'right sender');
    const mistaken = await Promise.all(Array.from({ length: 40 }, (_, n) => send(wrong, `wrong sender ${n + 1}.`)));
    await Promise.all(
      mistaken.map(({ body }) => system.message(body.id, ['queued', 'dispatching', 'accepted', 'sent', 'delivered'], { as: workspace })),
    );

    const shown = await operator(system, workspace, 'cancel-all', '--from', wrong, '--lane', 'bulk');
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.out).toMatch(/queued +bulk +\d+\n\nNothing was changed\. The same with --yes takes these \d+ back\./);

    const said = await operator(system, workspace, 'cancel-all', '--from', wrong, '--yes', '--reason', 'wrong number', '--json');
    expect(said).toMatchObject({ code: 0 });
    const { id } = JSON.parse(said.out);
    const { canceled } = await finished(workspace, id);
    const left = (await system.ledger('wrong sender')).length;
    expect(left + canceled).toBe(41);
    expect(canceled).toBeGreaterThan(20);
    expect((await operator(system, workspace, 'canceled', id)).out).toMatch(/done/);

    const states = await Promise.all(
      mistaken.map(({ body }) => system.message(body.id, ['canceled', 'delivered'], { withinMs: 20_000, as: workspace })),
    );
    expect(states.filter(({ status }) => status === 'canceled')).toHaveLength(canceled);
    const one = states.find(({ status }) => status === 'canceled');
    const { body: trace } = await system.request('GET', `/v1/messages/${one.id}/trace`, { as: workspace });
    expect(trace.interventions).toMatchObject([
      {
        action: 'message.canceled',
        details: { reason: 'wrong number', cancellationId: id, before: { status: 'queued' }, after: { status: 'canceled' } },
      },
    ]);
    await eventually(async () => {
      const { body } = await system.request('GET', `/v1/messages/${one.id}/trace`, { as: workspace });
      return body.workflow.state?.step === 'closed';
    }, 20_000);
    await system.message(meant.body.id, ['delivered'], { withinMs: 20_000, as: workspace });
    expect(await system.ledger('wrong sender')).toHaveLength(left);
  }, 90_000);

  it('are all meant only where that is confirmed, and once under a key', async () => {
    const workspace = as(5);
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const later = await Promise.all(
      Array.from({ length: 3 }, (_, n) => system.send({ to: anybody(), body: `later ${n}`, sendAt }, undefined, workspace)),
    );
    await Promise.all(later.map(({ body }) => system.message(body.id, ['scheduled'], { as: workspace })));
    expect(await cancelAll(workspace, { dryRun: true })).toMatchObject({
      status: 200,
      body: { matched: 3, shares: [{ status: 'scheduled', lane: 'normal', count: 3 }], mustConfirm: ['everything'] },
    });
    expect(await cancelAll(workspace, { filter: { lane: ['high', 'normal', 'bulk'] } })).toMatchObject({
      status: 409,
      body: { code: 'confirmation_required' },
    });
    expect(await cancelAll(workspace, { filter: { from: '+14155550199' } })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'filter.from' }] },
    });
    const key = { 'idempotency-key': randomUUID() };
    const started = await cancelAll(workspace, { confirm: 'everything' }, key);
    expect(started).toMatchObject({ status: 202, body: { matched: 3 } });
    expect((await cancelAll(workspace, { confirm: 'everything' }, key)).body.id).toBe(started.body.id);
    expect(await finished(workspace, started.body.id)).toMatchObject({ canceled: 3 });
    const stranger = await system.request('GET', `/v1/queues/outbound/cancel/${started.body.id}`, { as: as(4) });
    expect(stranger).toMatchObject({ status: 404, body: { code: 'not_found' } });
  }, 60_000);
});
