import {
  condition,
  continueAsNew,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { SemaphoreActivities } from './semaphore.js';
import type { RivalMessage } from './settings.js';

/** Workflow ids of those that ask for a permit, or give it back. */
export const acquire = defineSignal<[string]>('acquire');
export const release = defineSignal<[string]>('release');
export const acquired = defineSignal('acquired');
/** By the provider. */
export const ended = defineSignal<[string]>('ended');

/** So many permits are given in one run: each is three signals in its history. */
const permitsPerRun = 2_000;

/** Gives so many permits at a time, in the order in which they were asked for. */
export async function semaphore(permits: number, waiting: string[] = [], held: string[] = []): Promise<void> {
  const holders = new Set(held);
  setHandler(acquire, (id) => void waiting.push(id));
  setHandler(release, (id) => void holders.delete(id));
  for (let given = 0; given < permitsPerRun && !workflowInfo().continueAsNewSuggested; given++) {
    await condition(() => waiting.length > 0 && holders.size < permits);
    const next = waiting.shift() as string;
    holders.add(next);
    try {
      await getExternalWorkflowHandle(next).signal(acquired);
    } catch (error) {
      if (isCancellation(error)) throw error;
      // Whoever asked is gone.
      holders.delete(next);
    }
  }
  await continueAsNew<typeof semaphore>(permits, waiting, [...holders]);
}

const { store, askForPermit, send, record } = proxyActivities<SemaphoreActivities>({ startToCloseTimeout: '1 minute' });

/** One message: its row, a permit, the provider, and the provider's last word. */
export async function limitedMessage(message: RivalMessage, semaphoreId: string): Promise<void> {
  let mayGo = false;
  let last: string | undefined;
  setHandler(acquired, () => void (mayGo = true));
  setHandler(ended, (status) => void (last = status));
  await store(message);
  await askForPermit(semaphoreId, workflowInfo().workflowId);
  await condition(() => mayGo);
  try {
    await send(message);
  } finally {
    await getExternalWorkflowHandle(semaphoreId).signal(release, workflowInfo().workflowId);
  }
  await condition(() => last !== undefined);
  await record(message, last as string);
}
