import { condition, continueAsNew, proxyActivities, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../activities/index.js';
import { callRunTimeoutMs, heartbeatTimeoutMs } from '../domain/limits.js';
import { type CallWaitingInput, callStart, together } from '../domain/raise.js';
import { limitsRaisedSignal } from './messages.js';

const { callWaitingMessages } = proxyActivities<Pick<MaintenanceActivities, 'callWaitingMessages'>>({
  startToCloseTimeout: callRunTimeoutMs,
  heartbeatTimeout: heartbeatTimeoutMs,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
});

/**
 * Calls the messages of a workspace that sleep until the turn which they were told under lower limits, in their order and no
 * faster than they may leave now. One a workspace: a raise while it runs makes it begin again. Answers how many it called.
 */
export async function callWaiting({ workspaceId, carried }: CallWaitingInput): Promise<number> {
  let raised = carried?.raised;
  let { place = callStart, called = 0 } = carried ?? {};
  let isRaisedAgain = false;
  setHandler(limitsRaisedSignal, (scope) => {
    raised = together(raised, scope);
    isRaisedAgain = true;
  });
  // The first raise comes with the start.
  await condition(() => raised !== undefined);
  for (;;) {
    if (isRaisedAgain) place = callStart;
    isRaisedAgain = false;
    const scope = raised ?? null;
    const run = await callWaitingMessages({ workspaceId, raised: scope, place });
    called += run.called;
    setCurrentDetails(`${called} messages called that waited under lower limits`);
    if (run.waitMs > 0) await condition(() => isRaisedAgain, run.waitMs);
    if (run.place) place = run.place;
    else if (!isRaisedAgain) return called;
    if (workflowInfo().continueAsNewSuggested && !isRaisedAgain)
      await continueAsNew<typeof callWaiting>({ workspaceId, carried: { raised: scope, place, called } });
  }
}
