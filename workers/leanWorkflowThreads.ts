/**
 * To be loaded before anything else in a process that runs workflows: `node --require dist/workers/leanWorkflowThreads.js`.
 * Node then loads it in each of its threads too, and there it takes two things from the SDK that cost more than half of the
 * CPU of a workflow (docs/adr/0006):
 *
 * - The watchdog. Each call into workflow code gets a time-out of 5 s, for which Node starts and ends a thread: 0.15 ms a
 *   call, a dozen calls a message. Without it code that loops for ever holds its thread until the process is restarted;
 *   the server gives its task to another worker after 10 s.
 * - Stack traces of promises. The SDK takes one for each promise of a workflow, to answer the query `__stack_trace`; here it
 *   answers that they are not collected. Where a message stands is said by its current details and `getMessageState`.
 *
 * A process without it works the same, and slower.
 */
import v8 from 'node:v8';
import vm from 'node:vm';
import { isMainThread } from 'node:worker_threads';

if (!isMainThread) {
  const { runInContext } = vm.Script.prototype;
  vm.Script.prototype.runInContext = function withoutWatchdog(context, options) {
    const { timeout: _watched, ...others } = options ?? {};
    return runInContext.call(this, context, others) as unknown;
  };
  // The SDK takes a refusal as "not available here", as on runtimes that have no such hooks.
  v8.promiseHooks.createHook = () => {
    throw new Error('promise hooks are switched off in workflow threads');
  };
}
