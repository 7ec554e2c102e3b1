import { Context } from '@temporalio/activity';
import { heartbeatEveryMs, heartbeatFromMs } from '../domain/limits.js';
import type { Submission, SubmitInput } from '../domain/submission.js';
import type { Dependencies } from './dependencies.js';
import { submit } from './submit.js';

/**
 * The send as an activity of its own: for whose slot was not free at once, and for every retry, so that support sees
 * it pending with its attempts and last failure. Retried by Temporal only where the failure proves that the provider
 * did not process the message.
 */
export function submitToProvider(dependencies: Dependencies) {
  return async (input: SubmitInput): Promise<Submission> => {
    const stopHeartbeat = heartbeat();
    try {
      return await submit(dependencies, input);
    } finally {
      stopHeartbeat();
    }
  };
}

/** Heartbeats begin late, so that the usual quick send costs none; after that a frozen or dead process is noticed. */
function heartbeat(): () => void {
  const { heartbeat: beat } = Context.current();
  let timer = setTimeout(function tick() {
    beat();
    timer = setTimeout(tick, heartbeatEveryMs);
  }, heartbeatFromMs);
  return () => clearTimeout(timer);
}
