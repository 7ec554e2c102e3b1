import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anybody } from '../support/anybody.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

const withinMs = 60_000;
const guide = readFileSync('docs/using/support.md', 'utf8');
const views = [...guide.matchAll(/^\| ([^|]+) \| `([^`]+)` \|$/gm)].map(([, name = '', query = '']) => [name, query] as const);

let system: System;
let held: System['workspace'];

beforeAll(async () => {
  // A doubt stays one for as long as visibility may need to show it.
  const env = { RECONCILE_DELAYS_S: '1,15', PROVIDER_HOLD_S: '1', RECEIPT_GRACE_S: '1' };
  system = await startSystem({ workspaces: 2, env });
  held = system.workspaces[1] as System['workspace'];
}, 60_000);
afterAll(() => system.stop(), 60_000);

/** A message that an action of the simulator stands in the way of; answers the id of its workflow. */
async function hindered(body: string, action: object, as = system.workspace, more: object = {}): Promise<string> {
  await system.control('POST', '/rules', { match: { bodyIncludes: body }, action });
  const { body: sent } = await system.send({ to: anybody(), body, ...more }, undefined, as);
  return `msg/${as.id}/${sent.id}`;
}
async function scheduled(priority: string): Promise<string> {
  const sendAt = new Date(Date.now() + 3_600_000).toISOString();
  const { body } = await system.send({ to: anybody(), body: `in an hour, ${priority}`, sendAt, priority });
  return `msg/${system.workspace.id}/${body.id}`;
}
const onlySent = { callbacks: { statuses: [{ status: 'sent', delayMs: 20 }] } };
const inDoubt = (name: string) => hindered(`in doubt for ${name}`, { http500: 'before' });

/** Brings about what each view is for; answers the id of the workflow that it has to list. */
const cases: Record<string, () => Promise<string>> = {
  Stuck: () => inDoubt('stuck'),
  'Waiting for a send token': () => hindered('too fast', { rateLimited: { retryAfterS: 300 } }, held),
  'Not set up at the provider': () => hindered('suspended', { error: { code: 30_002 } }),
  'In doubt now': () => inDoubt('now'),
  'Parked since Monday': () => inDoubt('good'),
  'Without a receipt since Monday': () => hindered('silence', onlySent, undefined, { validitySeconds: 5 }),
  'Open of one customer': () => scheduled('normal'),
  'Bulk of one customer under way': () => scheduled('bulk'),
  'Came in, not taken up': async () => '',
  Limiters: async () => {
    await scheduled('high');
    return `ratelimiter/${system.workspace.id}`;
  },
  Redrives: async () => {
    const id = await hindered('to be sent again', { error: { code: 30_007 } });
    await system.message(id.split('/')[2] as string, ['failed'], { withinMs });
    const filter = { status: ['failed'], errorCode: ['30007'] };
    const { body } = await system.request('POST', '/v1/queues/failed/redrive', { body: { filter, reason: 'mended' } });
    return `redrive/${system.workspace.id}/${body.id}`;
  },
  'Called after a raise': async () => {
    await system.request('PATCH', '/v1/workspace/limits', { body: { ratePerSecond: 500, reason: 'the sale begins' } });
    return `call-waiting/${system.workspace.id}`;
  },
  'Scheduled work that failed': async () => {
    const { schedule, workflow } = system.temporal;
    const action = { type: 'startWorkflow', workflowType: 'nothing', taskQueue: 'nobody', workflowId: 'of-a-schedule' } as const;
    const handle = await schedule.create({ scheduleId: 'fails', spec: { intervals: [{ every: '1 day' }] }, action });
    await handle.trigger();
    const run = await eventually(async () => (await handle.describe()).info.recentActions[0]?.action.workflow);
    await workflow.getHandle(run.workflowId).terminate();
    return run.workflowId;
  },
};

describe('the saved views of docs/using/support.md', () => {
  it('are those that are tried here', () => expect(views.map(([name]) => name)).toEqual(Object.keys(cases)));

  it.concurrent.each(views)(
    '%s lists what it is for',
    async (name, query) => {
      const workflowId = await cases[name]?.();
      const anHourAgo = new Date(Date.now() - 3_600_000).toISOString();
      const asked = query.replace('<workspace id>', system.workspace.id).replace(/'\d{4}-[^']*Z'/, `'${anHourAgo}'`);
      await eventually(async () => {
        const found: string[] = [];
        for await (const one of system.temporal.workflow.list({ query: asked })) found.push(one.workflowId);
        return workflowId === '' || found.some((id) => id.startsWith(workflowId as string));
      }, withinMs);
    },
    120_000,
  );
});
