import { expect, it, jest } from '@jest/globals';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { tellTimeoutMs, traceQueryTimeoutMs } from '../../domain/limits.js';
import type { MessageState } from '../../domain/message.js';
import { tellAgain } from '../../lives/tellAgain.js';
import type { Logger } from '../../platform/logger.js';

const message = { workspaceId: 'w', messageId: 'm', createdAtMs: 0 };
const error = { code: '30001', message: 'the queue of the provider overflowed' };

/** A Temporal that is asked for one run; answers what was said to it, and with which deadlines. */
function stage({ query, signal = async () => undefined }: { query: () => Promise<Partial<MessageState>>; signal?: () => Promise<void> }) {
  const deadlinesMs: number[] = [];
  const signals: unknown[] = [];
  const temporal = {
    workflow: {
      getHandle: (workflowId: string) => ({
        query,
        signal: async (definition: { name: string }, ...args: unknown[]) => {
          signals.push([workflowId, definition.name, ...args]);
          await signal();
        },
      }),
    },
    withDeadline: (atMs: number, call: () => Promise<unknown>) => {
      deadlinesMs.push(Math.round((atMs - Date.now()) / 100) * 100);
      return call();
    },
  } as unknown as Client;
  const logger = { info: jest.fn(), warn: jest.fn() } as unknown as Logger;
  return { tell: () => tellAgain({ temporal, logger }, message, error), signals, deadlinesMs };
}

const waits = async () => ({ step: 'awaiting status callback' }) as const;

it('tells a run that waits for a receipt of the attempt which failed, and waits for neither the question nor the signal without end', async () => {
  const { tell, signals, deadlinesMs } = stage({ query: waits });
  expect(await tell()).toBe(true);
  expect(signals).toEqual([
    ['msg/w/m', 'statusChanged', { status: 'queued', providerMessageId: null, error, again: { waitMs: 0, waitingFor: 'retry' } }],
  ]);
  expect(deadlinesMs).toEqual([traceQueryTimeoutMs, tellTimeoutMs]);
});

it.each(['waiting for send token', 'submitting', 'reconciling'] as const)('leaves a run alone that knows of it: it is %s', async (step) => {
  const { tell, signals } = stage({ query: async () => ({ step }) });
  expect([await tell(), signals]).toEqual([false, []]);
});

it('says that nobody was told, and does not fail, where the run does not answer, is gone, or does not take the signal', async () => {
  const fails = (failure: Error) => async () => Promise.reject(failure);
  const gone = new WorkflowNotFoundError('not found', 'msg/w/m', undefined);
  expect(await stage({ query: fails(new Error('deadline exceeded')) }).tell()).toBe(false);
  expect(await stage({ query: waits, signal: fails(gone) }).tell()).toBe(false);
  expect(await stage({ query: waits, signal: fails(new Error('deadline exceeded')) }).tell()).toBe(false);
});
