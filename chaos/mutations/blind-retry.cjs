// A known bug, to prove the checker: a send whose outcome is not known is made once more at once.
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  const { TwilioProvider } = require('../../dist/providers/twilio/twilioProvider.js');
  const { send } = TwilioProvider.prototype;
  TwilioProvider.prototype.send = async function (account, request, beforeWrite, isInTime) {
    const outcome = await send.call(this, account, request, beforeWrite, isInTime);
    if (outcome.kind !== 'ambiguous') return outcome;
    return send.call(
      this,
      account,
      request,
      async () => true,
      () => true,
    );
  };
}
