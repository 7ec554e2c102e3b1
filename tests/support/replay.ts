import { Worker } from '@temporalio/worker';

export interface RecordedHistory {
  workflowId: string;
  history: any;
}

/** Replays histories on the workflows as they are now, or on those of another file; answers what did not fit, a line each. */
export async function replay(recorded: RecordedHistory[], workflowsPath = require.resolve('./allWorkflows')): Promise<string[]> {
  const faults: string[] = [];
  const results = Worker.runReplayHistories({ workflowsPath }, recorded);
  for await (const { workflowId, error } of results) if (error) faults.push(`${workflowId}: ${error.name}: ${error.message}`);
  return faults;
}
