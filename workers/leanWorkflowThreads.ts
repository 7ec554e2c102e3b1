/**
 * To be loaded before anything else in a process that runs workflows: `node --require ./dist/workers/leanWorkflowThreads.js`.
 * Node then loads it in each of its threads too. There it takes the watchdog from the SDK's calls into workflow code: a
 * time-out of 5 s, for which Node starts and ends a thread each time, 0.15 ms a call and a dozen calls a message
 * (docs/adr/0006). Without it code that loops for ever holds its thread until the process is restarted; the server gives its
 * task to another worker after 10 s. And it takes Node's source maps away there: the SDK has its own for workflow code, while
 * Node looks for one in each piece of code that is made from a string, which the SDK does several times a promise. A process
 * without this file works the same, and slower.
 */
import vm from 'node:vm';
import { isMainThread } from 'node:worker_threads';

if (!isMainThread) {
  process.setSourceMapsEnabled(false);
  const { runInContext } = vm.Script.prototype;
  vm.Script.prototype.runInContext = function withoutWatchdog(context, options) {
    const { timeout: _watched, ...others } = options ?? {};
    return runInContext.call(this, context, others) as unknown;
  };
}
