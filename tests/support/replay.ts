import { Worker } from '@temporalio/worker';

export interface RecordedHistory {
  workflowId: string;
  history: any;
}

const workflows = {
  sendMessage: '../../workflows/index',
  rateLimiter: '../../workflows/rateLimiter',
  sweepMessages: '../../workflows/maintenance',
  pollStatuses: '../../workflows/maintenance',
} as const;

/** Replays histories on the workflows as they are now; answers what did not fit, a line each. */
export async function replay(recorded: RecordedHistory[], workflowsPath?: string): Promise<string[]> {
  const faults: string[] = [];
  for (const [type, file] of Object.entries(workflows)) {
    const own = recorded.filter(({ history }) => history.events[0].workflowExecutionStartedEventAttributes.workflowType.name === type);
    if (own.length === 0) continue;
    const results = Worker.runReplayHistories({ workflowsPath: workflowsPath ?? require.resolve(file) }, own);
    for await (const { workflowId, error } of results) if (error) faults.push(`${workflowId}: ${error.name}: ${error.message}`);
  }
  return faults;
}
