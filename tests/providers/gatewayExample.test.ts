import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '../../local/ports.js';
import { HttpGatewayProvider } from '../../providers/httpGateway/httpGatewayProvider.js';
import { gatewaySecret } from '../../simulator/gatewaySecret.js';
import { eventually } from '../simulator/eventually.js';
import { recipient, sender } from '../simulator/stage.js';
import { openWebhookReceiver, type WebhookReceiver } from '../simulator/webhookReceiver.js';

const page = readFileSync(path.join(__dirname, '../../docs/using/http-gateway.md'), 'utf8');
const folder = mkdtempSync(path.join(tmpdir(), 'gateway-'));
const provider = new HttpGatewayProvider({ hosts: undefined, responseTimeoutMs: 2_000 });
let gateway: ChildProcess;
let receiver: WebhookReceiver;
let url = '';

beforeAll(async () => {
  const file = path.join(folder, 'gateway.mjs');
  writeFileSync(file, /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
  const port = await freePort();
  gateway = spawn(process.execPath, [file], { env: { GATEWAY_SECRET: gatewaySecret('acme'), PORT: String(port) }, stdio: 'ignore' });
  receiver = await openWebhookReceiver();
  url = `http://127.0.0.1:${port}`;
  await eventually('the gateway', () =>
    fetch(url).then(
      () => true,
      () => false,
    ),
  );
}, 20_000);
afterAll(async () => {
  provider.close();
  gateway.kill();
  await receiver.close();
  rmSync(folder, { recursive: true });
});

test('the gateway of the documentation keeps the contract', async () => {
  const account = { accountSid: 'acme', authToken: gatewaySecret('acme'), settings: { url } };
  const request = { to: recipient, from: sender, body: 'Grüße', mediaUrls: [], reference: 'r-1', validitySeconds: 60 };
  const send = (as = account) =>
    provider.send(
      as,
      { ...request, statusCallback: `${receiver.url}/status` },
      () => Promise.resolve(true),
      () => true,
    );
  const sent = await send();
  expect(sent).toEqual({ kind: 'accepted', providerMessageId: 'gw_1', status: 'accepted' });
  expect(await send()).toMatchObject({ kind: 'accepted', providerMessageId: 'gw_1' });
  expect(await send({ ...account, authToken: gatewaySecret('other') })).toMatchObject({ kind: 'rejected', code: 'signature_refused' });
  const { body, headers, atMs: receivedAtMs } = await eventually('the report', () => receiver.received[0]);
  const callback = { url: `${receiver.url}/status`, body, headers: headers as Record<string, string>, receivedAtMs };
  expect(provider.verifyCallback(account, callback)).toBe(true);
  expect(provider.parseStatusCallback(provider.readCallback(body) ?? {})).toMatchObject({ providerMessageId: 'gw_1', status: 'delivered' });
  expect(await provider.fetchMessage(account, 'gw_1')).toMatchObject({ body: 'Grüße', to: recipient, status: 'delivered', error: null });
  expect(await provider.fetchMessage(account, 'gw_2')).toBeUndefined();
});
