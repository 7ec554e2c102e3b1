// Loaded before the product in each of its processes: the product with points at which it can be killed, blocked, made to throw or
// told a wrong time, each of which does nothing until its file is there (points.ts); and with a record of when which send was under
// way in which process (sendsSeen.ts). The product's own code knows nothing of it.
const { appendFileSync, existsSync, readFileSync, unlinkSync } = require('node:fs');
const path = require('node:path');
const { isMainThread } = require('node:worker_threads');

const directory = process.env.CHAOS_POINTS;
const name = process.env.CHAOS_PROCESS;
const lookEveryMs = 100;
const fileOf = (point) => path.join(directory, point);

/** Whether the point was armed; of several processes one gets it. */
function take(point) {
  try {
    unlinkSync(fileOf(point));
    return true;
  } catch {
    return false;
  }
}

function read(point) {
  try {
    return Number(readFileSync(fileOf(point), 'utf8'));
  } catch {
    return 0;
  }
}

const RealDate = Date;

function note(line) {
  appendFileSync(fileOf(`${name}.sends`), `${JSON.stringify({ pid: process.pid, ...line, atMs: RealDate.now() })}\n`);
}

function killedAt(point) {
  if (!take(point)) return;
  note({ killedAt: point });
  process.kill(process.pid, 'SIGKILL');
}

function killedAtSends() {
  const { TwilioProvider } = require('../dist/providers/twilio/twilioProvider.js');
  const { send } = TwilioProvider.prototype;
  TwilioProvider.prototype.send = async function (account, request, beforeWrite, isInTime) {
    if (request.body.includes('[poison]') && existsSync(fileOf('poison'))) throw new TypeError('this text is poison');
    const begin = async () => {
      const may = await beforeWrite();
      if (may) killedAt('kill before the request');
      return may;
    };
    const outcome = await send.call(this, account, request, begin, isInTime);
    if (outcome.kind === 'accepted') killedAt('kill after the answer');
    return outcome;
  };
}

function seenAtSends() {
  const sending = require('../dist/activities/sendOnce.js');
  const { sendOnce } = sending;
  let sends = 0;
  sending.sendOnce = async (...words) => {
    const send = ++sends;
    note({ begun: send, text: words[2].message.body });
    try {
      return await sendOnce(...words);
    } finally {
      note({ ended: send });
    }
  };
}

let aheadMs = 0;
class WrongDate extends RealDate {
  constructor(...words) {
    if (words.length === 0) super(RealDate.now() + aheadMs);
    else super(...words);
  }
  static now() {
    return RealDate.now() + aheadMs;
  }
  static [Symbol.hasInstance](value) {
    return value instanceof RealDate;
  }
}

function look() {
  aheadMs = read(`clock ${name}`);
  globalThis.Date = aheadMs === 0 ? RealDate : WrongDate;
  const point = `block ${name}`;
  if (!existsSync(fileOf(point))) return;
  const until = performance.now() + read(point);
  if (take(point)) while (performance.now() < until);
}

if (isMainThread && directory) {
  killedAtSends();
  seenAtSends();
  setInterval(look, lookEveryMs).unref();
}
