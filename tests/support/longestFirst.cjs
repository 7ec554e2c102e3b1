// The order of the test files: those that take minutes first, so that no worker is left alone with one in the end, and those of
// milliseconds last. Jest knows this only where it has run before; a fresh clone has not.
const Sequencer = require(require.resolve('@jest/test-sequencer', { paths: [require.resolve('jest')] })).default;

const longest = [
  'chaos/chaosSmoke',
  'paths/doubtful',
  'storage/foreignWorkspace',
  'paths/order',
  'workflows/rateLimit',
  'paths/operatorRoom',
  'paths/frozenWorker',
  'paths/killedWorker',
  'local/start',
  'deploy/badRelease',
  'paths/sockets',
  'paths/servicesAway',
  'paths/restore',
  'paths/unknownOutcome',
];

function placeOf({ path, context }) {
  const place = longest.findIndex((name) => path.endsWith(`/tests/${name}.system.test.ts`));
  if (place !== -1) return place;
  return context.config.displayName?.name === 'system' ? longest.length : longest.length + 1;
}

module.exports = class LongestFirst extends Sequencer {
  async sort(tests) {
    const usual = await super.sort(tests);
    return [...usual].sort((a, b) => placeOf(a) - placeOf(b));
  }
};
