// The product's process with one difference: for a message whose body asks for it, it ends by SIGKILL at a named point
// of the send, once. What it would do after that point it never does, as with any crash.
const { existsSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const dist = path.join(__dirname, '../../dist');
const { readConfig } = require(`${dist}/platform/config.js`);
const { createProviders } = require(`${dist}/providers/registry.js`);
const { startProcess } = require(`${dist}/main/process.js`);

const directory = process.env.DEATHS_DIRECTORY;

function dieOnce(body, point) {
  const asked = body.includes(`[die ${point}]`);
  const mark = path.join(directory, Buffer.from(body).toString('hex').slice(0, 120));
  if (!asked || existsSync(mark)) return;
  writeFileSync(mark, '');
  process.kill(process.pid, 'SIGKILL');
}

async function main() {
  const config = readConfig();
  const providers = createProviders({
    twilio: { baseUrl: config.TWILIO_API_BASE_URL, responseTimeoutMs: config.PROVIDER_RESPONSE_TIMEOUT_MS },
  });
  const twilio = providers.get('twilio');
  const send = twilio.send.bind(twilio);
  twilio.send = async (account, request, beforeWrite, isInTime) => {
    const outcome = await send(
      account,
      request,
      async () => {
        const may = await beforeWrite();
        if (may) dieOnce(request.body, 'between the attempt row and the request');
        return may;
      },
      isInTime,
    );
    dieOnce(request.body, 'between the answer and the stored result');
    return outcome;
  };
  const running = await startProcess(config, providers);
  process.send({ event: 'ready' });
  for (const signal of ['SIGTERM', 'disconnect']) process.on(signal, () => void running.stop().then(() => process.exit(0)));
}

void main();
