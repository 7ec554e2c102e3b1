// The product's process with one difference: a send whose text asks for it, or the look for it in the provider's list, is held
// at a named point, once, until the test lets it go on. So the process can be killed or frozen at that point. With JOINS_LATE it works only from when the
// test says so: until then the sends are all in another process.
const { existsSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');

const dist = path.join(__dirname, '../../dist');
const { readConfig } = require(`${dist}/platform/config.js`);
const { createProviders } = require(`${dist}/providers/registry.js`);
const { providerOptions } = require(`${dist}/main/providerOptions.js`);
const { startProcess } = require(`${dist}/main/process.js`);

const fileOf = (name) => path.join(process.env.HELD_DIRECTORY, name);

async function until(word) {
  while (!existsSync(fileOf(word))) await delay(20);
}

async function hold(body, point) {
  const mark = fileOf(`held-${Buffer.from(body).toString('hex')}`);
  if (!body.includes(`[hold ${point}]`) || existsSync(mark)) return;
  writeFileSync(mark, '');
  await until('go on');
}

async function main() {
  const config = readConfig();
  const providers = createProviders(providerOptions(config));
  const twilio = providers.get('twilio');
  const send = twilio.send.bind(twilio);
  const list = twilio.listMessages.bind(twilio);
  const bodies = new Map();
  twilio.listMessages = async (account, filter) => {
    await hold(bodies.get(filter.to) ?? '', 'before the list');
    return list(account, filter);
  };
  twilio.send = async (account, request, beforeWrite, isInTime) => {
    bodies.set(request.to, request.body);
    const outcome = await send(
      account,
      request,
      async () => {
        const may = await beforeWrite();
        if (may) await hold(request.body, 'before the request');
        return may;
      },
      isInTime,
    );
    await hold(request.body, 'after the answer');
    return outcome;
  };
  let running;
  for (const signal of ['SIGTERM', 'disconnect'])
    process.on(signal, () => void Promise.resolve(running?.stop()).then(() => process.exit(0)));
  if (!process.env.JOINS_LATE) running = await startProcess(config, providers);
  process.send({ event: 'ready' });
  if (process.env.JOINS_LATE) {
    await until('join');
    running = await startProcess(config, providers);
  }
}

void main();
