// The product's process with other workflows of messages: those of the bundle WORKFLOW_BUNDLE, for which it waits.
const { existsSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');

const dist = path.join(__dirname, '../../dist');

async function main() {
  process.send({ event: 'ready' });
  while (!existsSync(process.env.WORKFLOW_BUNDLE)) {
    if (!process.connected) return;
    await delay(20);
  }
  require(`${dist}/workers/bundleWorkflows.js`).bundlePaths.messages = process.env.WORKFLOW_BUNDLE;
  require(`${dist}/main/run.js`);
}

void main();
