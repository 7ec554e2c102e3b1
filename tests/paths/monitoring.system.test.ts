import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { anybody } from '../support/anybody.js';
import { openBrowser } from '../support/browser.js';
import { sql } from '../support/database.js';
import { eventually, patience } from '../support/eventually.js';
import { type Answer, type System, startSystem } from '../support/system.js';

let system: System;
let other: DemoWorkspace;
let browser: Browser;

beforeAll(async () => {
  // Two that follow events at once: each is counted once all the same.
  const processes = [
    { name: 'front', roles: 'server,messages,sends' },
    { name: 'back', roles: 'limiter,maintenance,webhooks' },
    { name: 'second', roles: 'maintenance' },
  ];
  [system, browser] = await Promise.all([startSystem({ processes, workspaces: 3, canaryTo: '+14155550199' }), openBrowser()]);
  other = system.workspaces[1] as DemoWorkspace;
}, 90_000);
afterAll(async () => {
  await browser.close();
  await system.stop();
}, 60_000);

const metrics = (query = '', as = system.workspace): Promise<Answer> => system.request('GET', `/v1/metrics${query}`, { as });
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** Refused by the simulator for their text, so that they fail for good. */
const sendAndEnd = async (bodies: string[], status: string, as = system.workspace) => {
  const sent = await Promise.all(bodies.map((body) => system.send({ to: anybody(), body }, undefined, as)));
  await Promise.all(sent.map(({ body }) => system.message(body.id, [status], { as, withinMs: 20_000 })));
};

describe('the figures of a workspace', () => {
  it('are what the ledger says, once each event is counted, and nothing of another workspace', async () => {
    await system.control('POST', '/rules', { match: { bodyIncludes: 'filtered' }, action: { error: { code: 30_007 } }, times: 100 });
    await Promise.all([
      sendAndEnd(
        Array.from({ length: 12 }, (_, n) => `arrives ${n}`),
        'delivered',
      ),
      sendAndEnd(
        Array.from({ length: 4 }, (_, n) => `filtered ${n}`),
        'failed',
      ),
      sendAndEnd(['of another'], 'delivered', other),
    ]);
    // One of those that count dies at it.
    process.kill(system.processes.get('second')?.pid() ?? 0, 'SIGKILL');
    const body = await eventually(async () => {
      const answer = await metrics();
      return answer.body.outcomes.delivered + answer.body.outcomes.failed >= 16 && answer.body;
    }, 15_000);
    expect(body.outcomes).toEqual({ delivered: 12, undelivered: 0, failed: 4, expired: 0, unknown: 0, parked: 0, withdrawn: 0 });
    expect(body.series.messageVolume).toMatchObject({ unit: 'messages', windowSeconds: 60 });
    expect(sum(body.series.messageVolume.outbound)).toBe(16);
    expect((await system.ledger('arrives')).length).toBe(12);
    expect(body.series.deliveryRate).toMatchObject({ windowSeconds: 300 });
    expect(body.series.errorRate).toMatchObject({ threshold: 0.05 });
    const took = body.series.processingTime.p99.filter((value: number | null) => value !== null);
    expect(took.length).toBeGreaterThan(0);
    expect(Math.max(...took)).toBeLessThan(20_000 * patience);
    expect((await metrics('', other)).body.outcomes).toMatchObject({ delivered: 1, failed: 0 });
  }, 45_000);

  it('are refused for a span or a step that makes no sense, by a code and the field', async () => {
    const refusals = await Promise.all(
      [
        '?step=90',
        '?step=0',
        '?series=weather',
        '?from=2001-01-01T00:00:00Z',
        `?from=${new Date(Date.now() - 8 * 86_400_000).toISOString()}`,
        '?colour=red',
      ].map(async (query) => {
        const { status, body } = await metrics(query);
        return [status, body.code, body.errors?.[0]?.field];
      }),
    );
    expect(refusals).toEqual(['step', 'step', 'series.0', 'from', 'step', 'colour'].map((field) => [422, 'invalid_request', field]));
  });

  it('are seen as charts in the inbox', async () => {
    const page = await browser.newPage({ locale: 'en-GB' });
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(String(error)));
    page.on('console', (message) => void (message.type() === 'error' && troubles.push(message.text())));
    await page.goto(`${system.url}/dashboard#key=${system.workspace.apiKey}`);
    const chart = page.locator('figure.chart canvas').nth(3);
    await chart.waitFor({ timeout: 20_000 }).catch(async () => troubles.push(await page.locator('body').innerText()));
    expect(troubles).toEqual([]);
    await expect(page.getByLabel('How messages ended').innerText()).resolves.toMatch(/12\s+delivered[^]*4\s+failed/);
    await page.close();
  }, 30_000);
});

describe('an error rate above 5 %', () => {
  it('is told to the workspace and to the operators, once, and once more when it is over', async () => {
    // As if all of it had been two minutes ago.
    await sql(
      system.databaseUrl,
      `with all_of_it as (delete from metric_minute where workspace_id = '${system.workspace.id}' returning delivered, failed)
       insert into metric_minute (workspace_id, minute, outbound, inbound, delivered, undelivered, failed, expired, unknown, parked, withdrawn)
       select '${system.workspace.id}', date_trunc('minute', now()) - interval '2 minutes', 0, 0, sum(delivered), 0, sum(failed), 0, 0, 0, 0 from all_of_it`,
    );
    const schedule = system.temporal.schedule.getHandle('watch-error-rates');
    await schedule.trigger();
    const told = (kinds: string[]) =>
      eventually(async () => {
        const { body } = await system.request('GET', '/v1/notifications');
        const found = body.data.filter(({ kind }: { kind: string }) => kind.startsWith('error_rate.'));
        return found.length >= kinds.length && found;
      }, 15_000);
    const begun = await told(['error_rate.high', 'error_rate.high_of_workspace']);
    expect(begun.map(({ kind, audience, count }: any) => [kind, audience, count]).sort()).toEqual([
      ['error_rate.high', 'workspace', 1],
      ['error_rate.high_of_workspace', 'operator', 1],
    ]);
    expect(begun[0].details).toMatchObject({ errors: 4, ended: 16, threshold: 0.05 });
    await sql(system.databaseUrl, `update error_rate_alarm set high_at = high_at - interval '10 minutes'`);
    await sql(system.databaseUrl, `delete from metric_minute where workspace_id = '${system.workspace.id}'`);
    await schedule.trigger();
    const all = await told(['error_rate.high', 'error_rate.high_of_workspace', 'error_rate.over']);
    expect(all.map(({ kind, count }: any) => [kind, count]).sort()).toEqual([
      ['error_rate.high', 1],
      ['error_rate.high_of_workspace', 1],
      ['error_rate.over', 1],
    ]);
    expect((await system.request('GET', '/v1/notifications', { as: other })).body.data).toEqual([]);
  }, 45_000);
});

describe('the canary', () => {
  it('is one message, goes the way of a customer, and is seen to arrive', async () => {
    await system.temporal.schedule.getHandle('send-canary').trigger();
    const arrived = async () => {
      const pages = await Promise.all(
        ['back', 'second'].map((name) =>
          fetch(system.metricsUrls.get(name) ?? '').then(
            (answer) => answer.text(),
            () => '',
          ),
        ),
      );
      return sum(pages.map((text) => Number(/postrider_canary_messages_total\{result="delivered"[^}]*\} (\d+)/.exec(text)?.[1] ?? 0)));
    };
    const count = await eventually(arrived, 20_000);
    const sent = await system.ledger('Canary canary-');
    expect(new Set(sent.map(({ body }) => body)).size).toBe(sent.length);
    expect(sent.length).toBeGreaterThanOrEqual(count);
    expect(sent.every(({ to }) => to === '+14155550199')).toBe(true);
  }, 30_000);
});

describe('every process', () => {
  it('shows its metrics and those of the SDK on one page', async () => {
    expect([...system.metricsUrls.keys()]).toEqual(['front', 'back', 'second']);
    for (const [name, url] of system.metricsUrls) {
      const wanted = [
        'postrider_temporal_away',
        'nodejs_eventloop_lag_p99_seconds',
        'temporal_worker_task_slots_available',
        // Only who has taken a task has timed one.
        ...(name === 'front' ? ['temporal_workflow_task_schedule_to_start_latency_seconds_bucket'] : []),
      ];
      // One of them was killed, and is only just back.
      const text = await eventually(async () => {
        const page = await fetch(url).then(
          (answer) => answer.text(),
          () => '',
        );
        return wanted.every((metric) => page.includes(`\n${metric}{`)) && page;
      }, 20_000);
      expect(text).not.toContain(system.workspace.id);
    }
  });
});
