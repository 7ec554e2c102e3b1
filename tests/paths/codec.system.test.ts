import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { type System, startSystem } from '../support/system.js';

const uiUrl = 'http://127.0.0.1:8233';
const to = '+12125550177';
const words = 'the canary of the histories';

interface JsonPayload {
  metadata: Record<string, string>;
  data: string;
}

let system: System;
let connection: Connection;
let history: string;

beforeAll(async () => {
  system = await startSystem({ env: { TEMPORAL_UI_URL: uiUrl } });
  connection = await Connection.connect({ address: system.temporalAddress });
  const { body } = await system.send({ to, body: words, metadata: { note: 'aviary' } });
  await system.message(body.id, ['delivered']);
  // A client that has no key: as whoever reads Temporal's database.
  const client = new Client({ connection, namespace: system.temporalNamespace });
  const handle = client.workflow.getHandle(`msg/${system.workspace.id}/${body.id}`);
  await new Client({ connection, namespace: system.temporalNamespace, dataConverter: system.dataConverter }).workflow
    .getHandle(handle.workflowId)
    .result();
  history = historyToJSON(await handle.fetchHistory());
}, 60_000);
afterAll(async () => {
  await connection.close();
  await system.stop();
});

/** Every base64 text of a history, as what it says. */
const said = (text: string) =>
  [...text.matchAll(/"([A-Za-z0-9+/]{8,}=*)"/g)].map(([, each = '']) => Buffer.from(each, 'base64').toString('latin1'));
const payloadsOf = (text: string) => JSON.parse(text).events[0].workflowExecutionStartedEventAttributes.input.payloads as JsonPayload[];
const textOf = ({ data }: JsonPayload) => Buffer.from(data, 'base64').toString();

const ask = (how: 'decode' | 'encode', payloads: unknown, headers: Record<string, string> = {}, path = `/codec/${how}`) =>
  fetch(system.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${system.codecToken}`, 'x-namespace': 'any', ...headers },
    body: JSON.stringify({ payloads }),
  });
const answered = async (answer: Response) => ((await answer.json()) as { payloads: JsonPayload[] }).payloads;

describe('a history', () => {
  it('shows neither number nor text to whoever has no key', () => {
    const all = [history, ...said(history)].join('\n');
    expect(all).toContain('binary/encrypted');
    for (const secret of [words, 'canary', 'aviary', to, to.slice(2)]) expect(all).not.toContain(secret);
  });

  it('is shown readable to an operator in the Web UI', async () => {
    const [opened] = await answered(await ask('decode', payloadsOf(history)));
    expect(JSON.parse(textOf(opened as JsonPayload))).toMatchObject({ to, body: words, metadata: { note: 'aviary' } });
  });
});

describe('the codec server', () => {
  it('takes its token as a bearer or in its path, and nothing else', async () => {
    const payloads = payloadsOf(history);
    expect((await ask('decode', payloads, { authorization: '' })).status).toBe(401);
    expect((await ask('decode', payloads, { authorization: `Bearer ${system.workspace.apiKey}` })).status).toBe(401);
    expect((await ask('decode', payloads, { authorization: '' }, `/codec/${'0'.repeat(32)}/decode`)).status).toBe(401);
    const [opened] = await answered(await ask('decode', payloads, { authorization: '' }, `/codec/${system.codecToken}/decode`));
    expect(textOf(opened as JsonPayload)).toContain(words);
    expect((await fetch(`${system.url}/codec/decode`)).status).toBe(405);
  });

  it('answers the origin of the Web UI, by both names of this machine, and no other', async () => {
    const allowed = async (origin: string) =>
      (await fetch(`${system.url}/codec/decode`, { method: 'OPTIONS', headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await allowed(uiUrl)).toBe(uiUrl);
    expect(await allowed('http://localhost:8233')).toBe('http://localhost:8233');
    expect(await allowed('http://localhost:8234')).toBeNull();
    expect((await ask('decode', [], { origin: 'https://evil.example' })).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('answers what it did not seal, and what it can not open, as it came', async () => {
    const plain = {
      metadata: { encoding: Buffer.from('json/plain').toString('base64') },
      data: Buffer.from('"a summary"').toString('base64'),
    };
    const [sealed] = payloadsOf(history) as [JsonPayload];
    const broken = { ...sealed, data: Buffer.from('no longer sealed').toString('base64') };
    const answer = await answered(await ask('decode', [plain, broken, sealed]));
    expect(answer.slice(0, 2)).toEqual([plain, broken]);
    expect(textOf(answer[2] as JsonPayload)).toContain(words);
  });

  it('seals what an operator writes in the Web UI', async () => {
    const plain = {
      metadata: { encoding: Buffer.from('json/plain').toString('base64') },
      data: Buffer.from('"by hand"').toString('base64'),
    };
    const sealed = await answered(await ask('encode', [plain]));
    expect(textOf(sealed[0] as JsonPayload)).not.toContain('by hand');
    expect(await answered(await ask('decode', sealed))).toEqual([plain]);
  });

  it('says what is wrong with a body', async () => {
    const refused = await ask('decode', 'all of them');
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([422, 'invalid_request']);
  });
});
