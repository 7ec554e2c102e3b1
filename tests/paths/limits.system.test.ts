import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
let client: Client;
const as = (index: number) => system.workspaces[index] as DemoWorkspace;

beforeAll(async () => {
  system = await startSystem({ workspaces: 6 });
  client = system.temporal;
}, 60_000);
afterAll(() => system.stop(), 60_000);

const patch = (workspace: DemoWorkspace, body: unknown) => system.request('PATCH', '/v1/workspace/limits', { body, as: workspace });
const limits = async (workspace: DemoWorkspace) => (await system.request('GET', '/v1/workspace/limits', { as: workspace })).body;
const sendAll = (workspace: DemoWorkspace, name: string, count: number, fields: object = {}) =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      system.send({ to: `+1212555${String(1_000 + index)}`, body: `${name} ${index}.`, ...fields }, undefined, workspace),
    ),
  );
const sentTimes = async (name: string) =>
  (await system.ledger(name)).map(({ requestReceivedAtMs }) => requestReceivedAtMs).sort((a, b) => a - b);

/** The most that lies in any window of so many milliseconds. */
function mostWithin(times: number[], windowMs: number, weight = 1): number {
  return Math.max(...times.map((start) => times.filter((time) => time >= start && time < start + windowMs).length * weight));
}

describe('limits over the API', () => {
  it('are read, changed in part, and noted in the audit with who and why', async () => {
    const workspace = as(0);
    expect(await limits(workspace)).toMatchObject({
      ratePerSecond: 10,
      burst: 50,
      cooldownMs: 60_000,
      countBy: 'message',
      cooldownUntil: null,
    });
    const { status, body } = await patch(workspace, { ratePerSecond: 20, countBy: 'segment', reason: 'a campaign' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ratePerSecond: 20, burst: 50, countBy: 'segment' });
    const [sender] = body.senders;
    const { body: after } = await patch(workspace, { senders: [{ phoneNumber: sender.phoneNumber, ratePerSecond: 1, burst: 3 }] });
    expect(after.senders[0]).toMatchObject({ ratePerSecond: 1, burst: 3 });
    expect(after.epoch).toBeGreaterThan(body.epoch);
    const audit = await sql<{ action: string; actor: string; details: { reason?: string } }>(
      system.databaseUrl,
      `select action, actor, details from audit_event where workspace_id = $1 and action like '%limits.changed' order by at, id`,
      [workspace.id],
    );
    expect(audit.map(({ action }) => action)).toEqual(['limits.changed', 'sender_limits.changed']);
    expect(audit[0]).toMatchObject({ actor: expect.stringMatching(/^api key [0-9a-z]{8}$/), details: { reason: 'a campaign' } });
  });

  it.each([
    [{ ratePerSecond: 0 }, 'ratePerSecond'],
    [{ ratePerSecond: 1_000_000 }, 'ratePerSecond'],
    [{ ratePerSecond: 1.5 }, 'ratePerSecond'],
    [{ burst: 0 }, 'burst'],
    [{ burst: 1_000_000 }, 'burst'],
    [{ cooldownMs: -1 }, 'cooldownMs'],
    [{ countBy: 'character' }, 'countBy'],
    [{ cooldownUntil: '2026-11-24T00:00:00Z' }, 'cooldownUntil'],
    [{ lanes: {} }, 'lanes'],
    [{}, '(body)'],
    [{ senders: [{ phoneNumber: '+14155559999', ratePerSecond: 1, burst: 1 }] }, 'senders.0.phoneNumber'],
    [{ senders: [{ phoneNumber: '+14155550100', ratePerSecond: 1, burst: null }] }, 'senders.0'],
  ])('refuse %j and name the field', async (body, field) => {
    const before = await limits(as(1));
    const answer = await patch(as(1), body);
    expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([422, field]);
    expect(await limits(as(1))).toEqual(before);
  });

  it('hold within a second for what is queued already', async () => {
    const workspace = as(2);
    await patch(workspace, { ratePerSecond: 20, burst: 1 });
    await sendAll(workspace, 'slowed', 60);
    await eventually(async () => (await system.ledger('slowed')).length >= 10);
    await patch(workspace, { ratePerSecond: 1 });
    const changedAt = Date.now();
    await eventually(() => Date.now() > changedAt + 5_000, 10_000);
    const later = (await sentTimes('slowed')).filter((time) => time > changedAt + 1_000);
    expect(later.length).toBeLessThanOrEqual(6);
    await patch(workspace, { ratePerSecond: 100, burst: 50 });
    await eventually(async () => (await system.ledger('slowed')).length === 60, 60_000);
  }, 120_000);

  it('are changed by an Update of the limiter too, and refused there alike', async () => {
    const workspace = as(3);
    const { body } = await system.send({ to: '+12125550101', body: 'wakes the limiter' }, undefined, workspace);
    await system.message(body.id, ['delivered'], { as: workspace });
    const limiter = client.workflow.getHandle(`ratelimiter/${workspace.id}`);
    await limiter.executeUpdate('setLimits', { args: [{ burst: 7, actor: 'ana', reason: 'by hand' }] });
    expect(await limits(workspace)).toMatchObject({ burst: 7 });
    await expect(limiter.executeUpdate('setLimits', { args: [{ burst: 0 }] })).rejects.toMatchObject({
      cause: { type: 'InvalidLimits', message: expect.stringContaining('burst must be a whole number from 1') },
    });
  }, 60_000);
});

describe('what is limited', () => {
  it('is segments where the workspace counts them, and one sender holds up no other', async () => {
    const workspace = as(4);
    const [slow, free] = (await limits(workspace)).senders;
    await patch(workspace, {
      ratePerSecond: 20,
      burst: 8,
      countBy: 'segment',
      senders: [{ phoneNumber: slow.phoneNumber, ratePerSecond: 1, burst: 1 }],
    });
    const long = ' '.padEnd(200, 'x');
    await Promise.all([
      sendAll(workspace, `heavy${long}`, 12, { from: free.phoneNumber }),
      sendAll(workspace, 'one sender', 5, { from: slow.phoneNumber }),
    ]);
    await eventually(async () => (await system.ledger('heavy')).length === 12, 60_000);
    // Two segments each: burst 8 and 20 a second, whatever the window.
    for (const windowMs of [250, 500, 1_000]) {
      expect(mostWithin(await sentTimes('heavy'), windowMs, 2)).toBeLessThanOrEqual(8 + 20 * (windowMs / 1_000 + 0.25));
    }
    await eventually(async () => (await system.ledger('one sender')).length === 5, 60_000);
    expect(mostWithin(await sentTimes('one sender'), 2_000)).toBeLessThanOrEqual(1 + 2.25);
  }, 120_000);
});

describe('a rate error of the provider', () => {
  it('stops the workspace for its cooldown, in sight, and no message fails for it', async () => {
    const workspace = as(5);
    await patch(workspace, { cooldownMs: 3_000, ratePerSecond: 50 });
    await system.control('POST', '/rules', { match: { bodyIncludes: 'cooled' }, action: { rateLimited: { retryAfterS: 1 } }, times: 1 });
    const [first] = await sendAll(workspace, 'cooled', 1);
    const until = await eventually(async () => (await system.request('GET', '/v1/workspace', { as: workspace })).body.coolingDownUntil);
    const others = await sendAll(workspace, 'cooled others', 10);
    for (const { body } of [...others, first as (typeof others)[number]]) {
      await system.message(body.id, ['delivered'], { as: workspace, withinMs: 60_000 });
    }
    const times = await sentTimes('cooled');
    expect(times).toHaveLength(11);
    expect(times[0]).toBeGreaterThanOrEqual(Date.parse(until) - 50);
    // It comes back slowly: a quarter of 50 a second, and no burst.
    expect(mostWithin(times, 500)).toBeLessThanOrEqual(1 + 12.5 * 0.75);
    const state = await client.workflow
      .getHandle(`ratelimiter/${workspace.id}`)
      .query<{ limits: { cooldownUntilMs: number } }>('getLimiterState');
    expect(Math.abs(state.limits.cooldownUntilMs - Date.parse(until))).toBeLessThan(5);
    const told = await system.request('GET', '/v1/notifications', { as: workspace });
    expect(told.body.data).toMatchObject([{ kind: 'cooldown.started', subject: 'workspace', audience: 'workspace' }]);
  }, 120_000);
});
