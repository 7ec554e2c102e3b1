import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReserveRequest } from '../../domain/rateLimit.js';
import { askLimiterWorkflow } from '../../limiter/askLimiterWorkflow.js';
import { eventually } from '../support/eventually.js';
import { startWorkflowStage, type WorkflowStage } from '../support/workflowWorker.js';

let stage: WorkflowStage;

beforeAll(async () => {
  stage = await startWorkflowStage(require.resolve('../../workflows/rateLimiter'), 'limiter');
}, 60_000);
afterAll(() => stage.close(), 30_000);

const limits = { ratePerSecond: 10, burst: 50, epoch: 1 };
const request = (tokens: number, overrides: Partial<ReserveRequest> = {}): ReserveRequest => ({
  holder: 'process',
  lanes: Array.from({ length: tokens }, () => 'normal' as const),
  leaseUnused: 0,
  nowUnused: 0,
  lastUseAgoMs: 0,
  wantsLease: false,
  limits,
  ...overrides,
});

describe('the rateLimiter workflow', () => {
  it('is started by the first who asks, and answers a batch in one Update', async () => {
    const ask = askLimiterWorkflow(stage.impatient);
    const { answer } = await ask('started-by-asking', request(60));
    expect(answer.waitsMs.filter((wait) => wait === 0)).toHaveLength(50);
    expect(answer.waitsMs.slice(50).map((wait) => Math.round(wait))).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
  }, 30_000);

  it('keeps its calendar when it continues as new, however often it is asked meanwhile', async () => {
    const workflowId = 'ratelimiter/continues';
    const handle = await stage.client.workflow.start('rateLimiter', {
      workflowId,
      taskQueue: 'limiter',
      args: [{ limits, updatesPerRunMax: 5 }],
    });
    const firstRun = handle.firstExecutionRunId;
    const ask = askLimiterWorkflow(stage.impatient);
    const waits: number[] = [];
    const startedAt = Date.now();
    for (let index = 0; index < 24; index++) waits.push(...(await ask('continues', request(5))).answer.waitsMs);
    expect(waits.filter((wait) => wait === 0).length).toBeLessThanOrEqual(50 + ((Date.now() - startedAt) / 1_000) * 10 + 1);
    expect(waits.filter((wait) => wait === 0).length).toBeGreaterThanOrEqual(50);
    const { runId } = await stage.client.workflow.getHandle(workflowId).describe();
    expect(runId).not.toBe(firstRun);
  }, 60_000);

  it('ends when it is idle and full, and its next start gives no burst that was not there', async () => {
    const workflowId = 'ratelimiter/idle';
    const handle = await stage.client.workflow.start('rateLimiter', {
      workflowId,
      taskQueue: 'limiter',
      args: [{ limits: { ratePerSecond: 100, burst: 50, epoch: 1 }, idleEndMs: 1_000 }],
    });
    const ask = askLimiterWorkflow(stage.impatient);
    const fast = { ratePerSecond: 100, burst: 50, epoch: 1 };
    const first = (await ask('idle', request(50, { limits: fast }))).answer;
    expect(first.waitsMs.every((wait) => wait === 0)).toBe(true);
    // Told as used: the bucket is empty now and full again half a second later; then the workflow may end.
    expect((await ask('idle', request(1, { limits: fast }))).answer.waitsMs[0]).toBeGreaterThan(0);
    await handle.result();
    const again = (await ask('idle', request(60, { limits: fast }))).answer;
    expect(again.waitsMs.filter((wait) => wait === 0)).toHaveLength(50);
  }, 60_000);

  it('does not end while a process holds tokens of it', async () => {
    const handle = await stage.client.workflow.start('rateLimiter', {
      workflowId: 'ratelimiter/held',
      taskQueue: 'limiter',
      args: [{ limits, idleEndMs: 300 }],
    });
    const ask = askLimiterWorkflow(stage.impatient);
    expect((await ask('held', request(1, { wantsLease: true }))).answer.leased).toBe(10);
    await eventually(async () => (await handle.fetchHistory()).events?.some((event) => event.timerFiredEventAttributes) ?? false);
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await handle.terminate();
  }, 30_000);

  it('refuses limits that make no sense, without a trace in its history', async () => {
    const handle = await stage.client.workflow.start('rateLimiter', {
      workflowId: 'ratelimiter/refuses',
      taskQueue: 'limiter',
      args: [{ limits }],
    });
    await expect(
      handle.executeUpdate('reserve', { args: [request(1, { limits: { ratePerSecond: 0, burst: 50, epoch: 2 } })] }),
    ).rejects.toThrow();
    const events = (await handle.fetchHistory()).events ?? [];
    expect(events.some((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toBe(false);
    await handle.terminate();
  }, 30_000);
});
