// The product's process with one difference: the archiving of a week is held at a point that HOLDS names for it, once, so that
// the process can be killed there. It goes on beating while it is held, as a step that works does.
const { existsSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { Context } = require('@temporalio/activity');

const dist = path.join(__dirname, '../../dist');
const weeks = require(`${dist}/storage/archive/archiveWeeks.js`);
const activities = require(`${dist}/activities/index.js`);
const { weekName } = require(`${dist}/domain/archive.js`);
const { LocalObjectStore } = require(`${dist}/platform/objectStore/localObjectStore.js`);
const { S3ObjectStore } = require(`${dist}/platform/objectStore/s3ObjectStore.js`);

const holds = JSON.parse(process.env.HOLDS);

async function hold(week, point) {
  const mark = path.join(process.env.HELD_DIRECTORY, `held-${week}`);
  if (holds[week] !== point || existsSync(mark)) return;
  writeFileSync(mark, point);
  for (;;) {
    Context.current().heartbeat();
    await delay(500);
  }
}

/** Holds before a function runs, or after it, of which `weekOf` finds the week in its arguments. */
function held(name, weekOf, { before, after }, occurrence = 1) {
  const original = weeks[name];
  const calls = new Map();
  weeks[name] = async (...args) => {
    const week = weekOf(args);
    const count = (calls.get(week) ?? 0) + 1;
    calls.set(week, count);
    if (before && count === occurrence) await hold(week, before);
    const result = await original(...args);
    if (after && count === occurrence) await hold(week, after);
    return result;
  };
}
const second = ([, week]) => week;
const third = ([, , startMs]) => weekName(startMs);
held('beginDetach', second, { after: 'after the check' });
held('detachTable', third, { after: 'while detaching' });
held('noteFile', second, { before: 'after an upload' }, 2);
held('noteProved', second, { before: 'after reading back' });
held('publishWeek', second, { before: 'before publishing', after: 'after publishing' });
held('dropTable', third, { after: 'while dropping' });

for (const { prototype } of [LocalObjectStore, S3ObjectStore]) {
  const put = prototype.put;
  prototype.put = function (key, body, options) {
    const week = /^weeks\/([^/]+)/.exec(key)?.[1];
    async function* heldBody() {
      for await (const chunk of body) {
        yield chunk;
        await hold(week, 'within an upload');
      }
    }
    return put.call(this, key, body instanceof Uint8Array ? body : heldBody(), options);
  };
}
void activities;
require(`${dist}/main/run.js`);
