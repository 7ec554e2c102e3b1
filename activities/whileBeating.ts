import { Context } from '@temporalio/activity';
import { heartbeatEveryMs, heartbeatFromMs } from '../domain/limits.js';

/**
 * Heartbeats while the work of an activity runs, so that a frozen or dead process is noticed. They begin late: the usual
 * quick work costs none.
 */
export async function whileBeating<T>(work: () => Promise<T>): Promise<T> {
  const { heartbeat } = Context.current();
  let timer = setTimeout(function tick() {
    heartbeat();
    timer = setTimeout(tick, heartbeatEveryMs);
  }, heartbeatFromMs);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}
