import { asyncLocalStorage as activityScope } from '@temporalio/activity';
import { requestScope } from '../platform/requestScope.js';
import { activeTraceId } from '../platform/tracing.js';

/** Ids of what this process is doing at this moment: the request that it answers, the activity that it runs and its workflow, the trace. */
export function logScope(): Record<string, unknown> {
  const info = activityScope.getStore()?.info;
  const traceId = activeTraceId();
  return {
    ...requestScope.getStore(),
    ...(traceId !== undefined && { traceId }),
    ...(info && { activity: info.activityType, workflowId: info.workflowExecution?.workflowId }),
  };
}
