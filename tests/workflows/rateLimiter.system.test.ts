import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StoreLimitsInput } from '../../activities/storeLimits.js';
import { reserveSlowGiveUpMs } from '../../domain/limits.js';
import { plainLimits, type RateLimits, type ReserveAnswer, type ReserveRequest } from '../../domain/rateLimit.js';
import { askLimiterWorkflow, LimiterUnavailable } from '../../limiter/askLimiterWorkflow.js';
import { setLimitsUpdate } from '../../workflows/messages.js';
import { eventually } from '../support/eventually.js';
import { startWorkflowStage, type WorkflowStage } from '../support/workflowWorker.js';

let stage: WorkflowStage;
const stored: StoreLimitsInput[] = [];

/** Takes the change as the database would; answers the limits of epoch 2. */
const storeLimits = async (input: StoreLimitsInput): Promise<RateLimits> => {
  stored.push(input);
  return { ...limits, ...(input.ratePerSecond !== undefined && { ratePerSecond: input.ratePerSecond }), burst: 5, epoch: 2 };
};

beforeAll(async () => {
  stage = await startWorkflowStage(require.resolve('../../workflows/rateLimiter'), 'limiter', { storeLimits });
}, 60_000);
afterAll(() => stage.close(), 30_000);

const limits = plainLimits({ ratePerSecond: 10, burst: 50, epoch: 1 });
const waitsOf = ({ turns }: ReserveAnswer) => turns.map(({ waitMs }) => waitMs);
const request = (tokens: number, overrides: Partial<ReserveRequest> = {}): ReserveRequest => ({
  holder: 'process',
  wants: Array.from({ length: tokens }, () => ({ lane: 'high' as const, cost: 1, earlierAsks: 0 })),
  leaseUnused: 0,
  nowUnused: 0,
  sendersUnused: {},
  lastUseAgoMs: 0,
  wantsLease: false,
  limits,
  ...overrides,
});

describe('the rateLimiter workflow', () => {
  it('is started by the first who asks, and answers a batch in one Update', async () => {
    const ask = askLimiterWorkflow(stage.impatient);
    const { answer } = await ask('started-by-asking', request(60));
    expect(waitsOf(answer).filter((wait) => wait === 0)).toHaveLength(50);
    expect(
      waitsOf(answer)
        .slice(50)
        .map((wait) => Math.round(wait)),
    ).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
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
    for (let index = 0; index < 24; index++) waits.push(...waitsOf((await ask('continues', request(5))).answer));
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
    const fast = plainLimits({ ratePerSecond: 100, burst: 50, epoch: 1 });
    const first = (await ask('idle', request(50, { limits: fast }))).answer;
    expect(waitsOf(first).every((wait) => wait === 0)).toBe(true);
    // Told as used: the bucket is empty now and full again half a second later; then the workflow may end.
    expect(waitsOf((await ask('idle', request(1, { limits: fast }))).answer)[0]).toBeGreaterThan(0);
    await handle.result();
    const again = (await ask('idle', request(60, { limits: fast }))).answer;
    expect(waitsOf(again).filter((wait) => wait === 0)).toHaveLength(50);
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
  }, 60_000);

  it('refuses limits that make no sense, without a trace in its history', async () => {
    const handle = await stage.client.workflow.start('rateLimiter', {
      workflowId: 'ratelimiter/refuses',
      taskQueue: 'limiter',
      args: [{ limits }],
    });
    await expect(
      handle.executeUpdate('reserve', { args: [request(1, { limits: { ...limits, ratePerSecond: 0, epoch: 2 } })] }),
    ).rejects.toThrow();
    const events = (await handle.fetchHistory()).events ?? [];
    expect(events.some((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toBe(false);
    await handle.terminate();
  }, 60_000);

  it('answers a question in which nobody gets a turn without a trace in its history', async () => {
    const ask = askLimiterWorkflow(stage.impatient);
    const bulk = (tokens: number) => ({
      wants: Array.from({ length: tokens }, () => ({ lane: 'bulk' as const, cost: 1, earlierAsks: 0 })),
    });
    await ask('full', request(0, bulk(70)));
    const handle = stage.client.workflow.getHandle('ratelimiter/full');
    const refused = await eventually(async () => {
      const before = (await handle.fetchHistory()).events?.length;
      const { answer } = await ask('full', request(0, { ...bulk(20), nowUnused: 50 }));
      // A machine that takes a second for this has let a turn come free.
      return answer.turns.every(({ booked }) => !booked) && { before, turns: answer.turns };
    });
    expect(refused.turns).toHaveLength(20);
    expect(refused.turns[0]?.waitMs).toBeGreaterThan(0);
    expect((await handle.fetchHistory()).events?.length).toBe(refused.before);
    await handle.terminate();
  }, 60_000);

  it('changes its limits by an Update that stores them first, and refuses those out of range', async () => {
    const handle = await stage.client.workflow.start('rateLimiter', {
      workflowId: 'ratelimiter/changes',
      taskQueue: 'limiter',
      args: [{ limits }],
    });
    const changed = await handle.executeUpdate(setLimitsUpdate, { args: [{ ratePerSecond: 5, actor: 'someone', reason: 'quiet hours' }] });
    expect(changed).toMatchObject({ ratePerSecond: 5, epoch: 2 });
    expect(stored).toEqual([{ workspaceId: 'changes', ratePerSecond: 5, actor: 'someone', reason: 'quiet hours' }]);
    const ask = askLimiterWorkflow(stage.impatient);
    const waits = waitsOf((await ask('changes', request(7))).answer).map(Math.round);
    expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(5);
    await expect(handle.executeUpdate(setLimitsUpdate, { args: [{ burst: 0 }] })).rejects.toMatchObject({
      cause: { type: 'InvalidLimits', message: 'burst must be a whole number from 1 to 10000, not 0' },
    });
    expect(stored).toHaveLength(1);
    await handle.terminate();
  }, 60_000);

  it('that does not answer is given up soon, and later where others have just answered: it is slow then, not away', async () => {
    const ask = askLimiterWorkflow(stage.impatient);
    const nobodys = await stage.client.workflow.start('rateLimiter', {
      workflowId: 'ratelimiter/silent',
      taskQueue: 'nobodys',
      args: [{ limits }],
    });
    const givenUpAfterMs = async () => {
      const startedAt = performance.now();
      await expect(ask('silent', request(1))).rejects.toThrow(LimiterUnavailable);
      return performance.now() - startedAt;
    };
    expect(await givenUpAfterMs()).toBeLessThan(reserveSlowGiveUpMs - 1_000);
    await ask('answers', request(1));
    expect(await givenUpAfterMs()).toBeGreaterThanOrEqual(reserveSlowGiveUpMs - 50);
    await nobodys.terminate();
  }, 60_000);
});
