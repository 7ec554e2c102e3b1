// Gives hooks and tests the time that this machine needs (see globalSetup), and fails a test file that leaves something open: a
// timer, a socket, a server, a process. With several workers jest itself only ends them by force and says so; this names the file.
const { setTimeout: delay } = require('node:timers/promises');
const { TestEnvironment } = require(require.resolve('jest-environment-node', { paths: [require.resolve('jest')] }));

/** What is being closed may take a moment more. */
const patienceMs = 3_000;
const lookEveryMs = 20;

/** How many of each kind keep this process alive. */
function openNow() {
  const counts = new Map();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

module.exports = class LeakFreeEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.testPath = context.testPath;
    this.timed = new WeakSet();
  }

  handleTestEvent(event, state) {
    const timed = event.name === 'hook_start' ? event.hook : event.name === 'test_fn_start' ? event.test : undefined;
    if (!timed || this.timed.has(timed)) return;
    this.timed.add(timed);
    timed.timeout = (timed.timeout ?? state.testTimeout) * Number(process.env.TEST_PATIENCE ?? 1);
  }

  async setup() {
    await super.setup();
    // The worker's own pipes, which are opened at their first use.
    for (const own of [process.stdout, process.stderr]) own.write('');
    this.openBefore = openNow();
  }

  async teardown() {
    const left = await this.leftOpen();
    await super.teardown();
    if (left.length > 0) throw new Error(`${this.testPath} leaves open: ${left.join(', ')}. Close what it opened, in afterAll.`);
  }

  async leftOpen() {
    const until = Date.now() + patienceMs;
    for (;;) {
      const left = [...openNow()]
        .map(([kind, count]) => [kind, count - (this.openBefore.get(kind) ?? 0)])
        .filter(([, count]) => count > 0)
        .map(([kind, count]) => `${count} ${kind}`);
      if (left.length === 0 || Date.now() > until) return left;
      await delay(lookEveryMs);
    }
  }
};
