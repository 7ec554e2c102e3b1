// A known bug, to prove the checker: STOP is a text like any other.
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  require('../../dist/domain/consentWords.js').readConsent = () => undefined;
}
