// A known bug, to prove the checker: 1 in CHAOS_DROP_ONE_IN messages (50 by default, so that a minute shows it) is acknowledged and
// neither started nor queued.
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  const oneIn = Number(process.env.CHAOS_DROP_ONE_IN ?? 50);
  const accepting = require('../../dist/server/makeDurable.js');
  const { makeDurable } = accepting;
  accepting.makeDurable = (...words) => (Math.random() < 1 / oneIn ? Promise.resolve('started') : makeDurable(...words));
}
