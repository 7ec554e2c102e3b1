import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anybody } from '../support/anybody.js';
import { eventually } from '../support/eventually.js';
import { receive, suppressionsOf } from '../support/inbound.js';
import { type Answer, type System, startSystem } from '../support/system.js';

let system: System;

beforeAll(async () => {
  const processes = [
    { name: 'door', roles: 'server' },
    { name: 'worker', roles: 'messages,sends' },
    { name: 'back', roles: 'limiter,maintenance,webhooks' },
  ];
  // Normal messages are refused where a task has waited for 6 s.
  const env = { LOAD_QUEUE_AGE_S: '0.2' };
  system = await startSystem({ processes, env, simulatorArgs: ['--callbacks', 'sent:20,delivered:9000'] });
}, 60_000);
afterAll(() => system.stop(), 30_000);

const post = (priority: string): Promise<Answer> =>
  system.request('POST', '/v1/messages', { body: { to: anybody(), body: 'under load', priority } });

describe('a system that can do no more', () => {
  it('gives up bulk first and then normal messages, says so, and goes on hearing opt-outs and callbacks', async () => {
    const { body: before } = await system.send({ to: anybody(), body: 'sent before' });
    await system.message(before.id, ['sent'], { withinMs: 10_000 });
    const socket = await system.socket();
    const states: { load: number; busy: string | null }[] = [];
    socket.on('live:state', (state) => states.push(state));

    // Nobody takes tasks any more: they wait, longer and longer.
    await system.processes.get('worker')?.stop();
    const accepted = await post('normal');
    expect(accepted.status).toBe(202);
    const bulk = await eventually(async () => {
      const answer = await post('bulk');
      return answer.status !== 202 && answer;
    }, 20_000);
    expect([bulk.status, bulk.body.code, bulk.headers.get('retry-after')]).toEqual([429, 'too_many_requests', '15']);
    const normal = await eventually(async () => {
      const answer = await post('normal');
      return answer.status !== 202 && answer;
    }, 20_000);
    expect([normal.status, normal.body.code, normal.headers.get('retry-after')]).toEqual([503, 'overloaded', '5']);
    expect((await post('high')).status).toBe(202);

    const ready = await system.request('GET', '/readyz');
    expect(ready).toMatchObject({ status: 200, body: { load: { level: 6, says: expect.stringContaining('only urgent messages') } } });

    const contact = anybody();
    expect((await receive(system, { from: contact, body: 'STOP' })).results).toEqual([204]);
    expect(await suppressionsOf(system, contact)).toHaveLength(1);
    // The receipt of the message that was sent before.
    await system.message(before.id, ['delivered'], { withinMs: 15_000 });

    expect(states.map(({ load }) => load).slice(0, 6)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(states[0]?.busy).toMatch(/bulk messages wait/);
    const metrics = await (await fetch(system.metricsUrls.get('door') ?? '')).text();
    expect(metrics).toMatch(/postrider_load_level\{roles="server"\} [67]/);
    expect(metrics).toMatch(/postrider_shed_total\{what="normal",roles="server"\} \d/);
  }, 60_000);
});
