import { proxyActivities } from '@temporalio/workflow';

const { nothing } = proxyActivities<{ nothing(id: string): Promise<void> }>({ startToCloseTimeout: '1 minute' });

/** The least that a durable message could be: a workflow with one activity that does nothing. */
export async function bare(id: string): Promise<void> {
  await nothing(id);
}
