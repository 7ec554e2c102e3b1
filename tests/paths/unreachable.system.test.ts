import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { anybody } from '../support/anybody.js';
import { type Door, openDoor } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { addStandbyAccounts, encryptionKey, type Standby, startStandby } from '../support/standby.js';
import { type System, startSystem } from '../support/system.js';

const withinMs = 60_000;
const failuresMax = 4;

let system: System;
let standby: Standby;
let door: Door;
const as = (index: number) => system.workspaces[index] as DemoWorkspace;

beforeAll(async () => {
  standby = await startStandby();
  door = await openDoor();
  system = await startSystem({
    workspaces: 2,
    encryptionKey,
    env: { ...standby.env, TWILIO_API_BASE_URL: door.url, BREAKER_FAILURES: String(failuresMax), BREAKER_OPEN_S: '2' },
  });
  door.leadTo(system.simulatorUrl as string);
  await addStandbyAccounts(system.databaseUrl, [as(0)]);
}, 60_000);
afterAll(async () => {
  await system.stop();
  await standby.close();
  door.close();
}, 60_000);

const send = async (body: string, index: number): Promise<string> =>
  (await system.send({ to: anybody(), body }, undefined, as(index))).body.id;
const traceOf = async (id: string, index: number) => (await system.request('GET', `/v1/messages/${id}/trace`, { as: as(index) })).body;
/** Its attempts, without those that a busy machine was too late to write. */
const sendsOf = async (id: string, index: number): Promise<any[]> =>
  (await traceOf(id, index)).attempts.filter(({ status }: { status: string }) => status !== 'notSent');
const breakerOf = async (index: number) => {
  const { body } = await system.request('GET', '/v1/workspace/breakers', { as: as(index) });
  return body.data.find(({ subject }: { subject: string }) => subject === 'twilio');
};

describe('a provider that can not be reached', () => {
  it('is left out for the next one, and takes over again by itself when it is back', async () => {
    const route = [
      { provider: 'twilio', weight: 100 },
      { provider: 'twilio-standby', weight: 0 },
    ];
    await system.request('PUT', '/v1/workspace/routes', { body: { routes: { '*': route } } });
    door.close();
    const ids = await Promise.all(Array.from({ length: 12 }, (_, index) => send(`while it is away ${index}.`, 0)));
    for (const id of ids) {
      await system.message(id, ['delivered'], { withinMs });
      expect(await sendsOf(id, 0)).toHaveLength(1);
    }
    expect(new Set((await standby.ledger('while it is away')).map(({ body }) => body)).size).toBe(12);
    expect(await standby.ledger('while it is away')).toHaveLength(12);
    expect(await breakerOf(0)).toMatchObject({
      state: expect.stringMatching(/open/),
      reason: expect.stringMatching(/ECONNREFUSED|ECONNRESET/),
    });

    await door.open();
    // One real message after the other tries, until it is answered.
    const back = await eventually(async () => {
      const id = await send('when it is back', 0);
      await system.message(id, ['delivered'], { withinMs });
      return (await system.ledger('when it is back')).length > 0 && id;
    }, withinMs);
    expect(await sendsOf(back, 0)).toMatchObject([{ provider: 'twilio', status: 'delivered' }]);
    expect(await breakerOf(0)).toMatchObject({ state: 'closed' });
  }, 120_000);

  it('makes those wait that have no other, without a try and without failing, and they leave when it is back', async () => {
    door.close();
    const ids = await Promise.all(Array.from({ length: 10 }, (_, index) => send(`patient ${index}.`, 1)));
    await eventually(async () => (await breakerOf(1)).state !== 'closed', withinMs);
    // All of them, also those that failed before it opened.
    for (const id of ids) {
      const { message, workflow } = await eventually(async () => {
        const trace = await traceOf(id, 1);
        return trace.workflow?.state?.waitingFor === 'breaker' && trace;
      }, withinMs);
      expect([message.status, message.attempt, workflow.state.attempt]).toEqual(['queued', 0, 0]);
    }
    await door.open();
    for (const id of ids) {
      expect(await system.message(id, ['delivered'], { withinMs, as: as(1) })).toMatchObject({ error: null });
      expect(await sendsOf(id, 1)).toHaveLength(1);
    }
    expect(await system.ledger('patient')).toHaveLength(10);
  }, 120_000);
});
