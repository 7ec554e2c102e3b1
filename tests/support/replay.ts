import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker';

export interface RecordedHistory {
  workflowId: string;
  history: any;
}

const bundles = new Map<string, Promise<WorkflowBundle>>();

/** Made once: it takes seconds. */
function bundleOf(workflowsPath: string): Promise<WorkflowBundle> {
  const bundle = bundles.get(workflowsPath) ?? bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  bundles.set(workflowsPath, bundle);
  return bundle;
}

/** Replays histories on the workflows as they are now, or on those of another file; answers what did not fit, a line each. */
export async function replay(recorded: RecordedHistory[], workflowsPath = require.resolve('./allWorkflows')): Promise<string[]> {
  const faults: string[] = [];
  const results = Worker.runReplayHistories({ workflowBundle: await bundleOf(workflowsPath) }, recorded);
  for await (const { workflowId, error } of results) if (error) faults.push(`${workflowId}: ${error.name}: ${error.message}`);
  return faults;
}
