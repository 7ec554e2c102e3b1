import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { credentialsFor, moveSenders, moveTo, providers, telnyxProfile } from '../support/accounts.js';
import { anybody } from '../support/anybody.js';
import { attemptsThatLeft } from '../support/attempts.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { conversationWith, received, suppressionsOf } from '../support/inbound.js';
import { operator } from '../support/operator.js';
import { type System, startSystem } from '../support/system.js';

const withinMs = 20_000;
// A busy machine may take its time.
jest.setTimeout(30_000);
const service = `MG${'5'.repeat(32)}`;
let system: System;
let workspaces: Record<'telnyx' | 'gateway' | 'twilio' | 'moving' | 'command', DemoWorkspace>;

beforeAll(async () => {
  system = await startSystem({ workspaces: 5, env: { RECONCILE_DELAYS_S: '0.5,1', PROVIDER_HOLD_S: '1' } });
  const [telnyx, gateway, twilio, moving, command] = system.workspaces as [
    DemoWorkspace,
    DemoWorkspace,
    DemoWorkspace,
    DemoWorkspace,
    DemoWorkspace,
  ];
  workspaces = { telnyx, gateway, twilio, moving, command };
  await moveTo(system, telnyx, 'telnyx', telnyxProfile);
  await moveTo(system, gateway, 'http-gateway', 'acme');
  for (const as of [twilio, gateway]) await system.request('PUT', `/v1/workspace/senders/${service}`, { as });
}, 60_000);
afterAll(() => system.stop(), 60_000);

const rule = (body: string, action: object, times?: number) =>
  system.control('POST', '/rules', { match: { bodyIncludes: body }, action, ...(times && { times }) });
const inboundUrl = (as: DemoWorkspace, name: string) => `${system.url}/callbacks/${name}/${as.id}/inbound`;

describe('a message by Telnyx', () => {
  const send = (body: string) => system.send({ to: anybody(), body }, undefined, workspaces.telnyx);

  it.concurrent('is sent once and delivered, by signed webhooks', async () => {
    const { body } = await send('telnyx delivers');
    const message = await system.message(body.id, ['delivered'], { withinMs, as: workspaces.telnyx });
    const [entry, ...more] = await system.ledger('telnyx delivers');
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ vendor: 'telnyx', accountSid: telnyxProfile, sid: message.providerMessageId });
    expect(await attemptsThatLeft(system, body.id, workspaces.telnyx)).toMatchObject([
      { provider: 'telnyx', evidence: 'status callback: delivered' },
    ]);
  });

  it.concurrent('fails with the code and the class of that provider', async () => {
    await rule('telnyx refuses', { error: { code: 40_310 } });
    const { body } = await send('telnyx refuses');
    expect(await system.message(body.id, ['failed'], { withinMs, as: workspaces.telnyx })).toMatchObject({ error: { code: '40310' } });
  });

  it.concurrent('whose answer was lost is found by its webhook, though there is no list', async () => {
    await rule('telnyx lost answer', { http500: 'after', callbacks: { delayMs: 300 } });
    const { body } = await send('telnyx lost answer');
    await system.message(body.id, ['delivered'], { withinMs, as: workspaces.telnyx });
    expect(await attemptsThatLeft(system, body.id, workspaces.telnyx)).toHaveLength(1);
  });

  it.concurrent('whose answer and webhooks were lost is parked, and a person may have it sent once more', async () => {
    await rule('telnyx in the dark', { http500: 'after', callbacks: { drop: 1 } }, 1);
    const { body } = await send('telnyx in the dark');
    const parked = await system.message(body.id, ['parked'], { withinMs, as: workspaces.telnyx });
    expect(parked.error.message).toMatch(/reported nothing, and has no list to look in/);
    const retry = (given: object) => system.request('POST', `/v1/messages/${body.id}/retry`, { as: workspaces.telnyx, body: given });
    expect(await retry({})).toMatchObject({ status: 409, body: { code: 'confirmation_required' } });
    expect(await retry({ confirm: 'may-have-been-sent' })).toMatchObject({ status: 200, body: { outcome: 'queued' } });
    await system.message(body.id, ['delivered'], { withinMs, as: workspaces.telnyx });
  });

  it.concurrent('that comes in is in its conversation, and a STOP stops', async () => {
    const [from, to] = [anybody(), workspaces.telnyx.senders[0] as string];
    const text = { vendor: 'telnyx', accountSid: telnyxProfile, url: inboundUrl(workspaces.telnyx, 'telnyx'), from, to };
    expect((await system.control('POST', '/inbound', { ...text, body: 'hello from a phone', times: 2 })).results).toEqual([204, 204]);
    await received(system, from, 'hello from a phone', workspaces.telnyx);
    await system.control('POST', '/inbound', { ...text, body: 'STOP' });
    expect(await suppressionsOf(system, from, workspaces.telnyx)).toMatchObject([{ source: 'message', evidence: 'STOP' }]);
    // Brought twice, it is one message; with the STOP two.
    await received(system, from, 'STOP', workspaces.telnyx);
    expect(await conversationWith(system, from, workspaces.telnyx)).toHaveLength(2);
  });

  it.concurrent('is not believed of another workspace, profile or provider', async () => {
    const text = { vendor: 'telnyx', accountSid: telnyxProfile, from: anybody(), to: '+14155550100', body: 'forged' };
    const results = async (url: string, more = {}) => (await system.control('POST', '/inbound', { ...text, url, ...more })).results;
    expect(await results(inboundUrl(workspaces.twilio, 'telnyx'))).toEqual([403]);
    expect(await results(inboundUrl(workspaces.telnyx, 'twilio'))).toEqual([403]);
    expect(await results(inboundUrl(workspaces.telnyx, 'pigeon'))).toEqual([403]);
    expect(await results(inboundUrl(workspaces.telnyx, 'telnyx'), { accountSid: telnyxProfile.replace('a', 'b') })).toEqual([403]);
  });
});

describe("a message by somebody's own gateway", () => {
  const send = (body: string, more = {}) => system.send({ to: anybody(), body, ...more }, undefined, workspaces.gateway);

  it.concurrent('is sent once under its reference and delivered', async () => {
    const { body } = await send('gateway delivers', { validitySeconds: 90 });
    await system.message(body.id, ['delivered'], { withinMs, as: workspaces.gateway });
    expect(await system.ledger('gateway delivers')).toMatchObject([
      { vendor: 'gateway', accountSid: 'acme', reference: expect.stringMatching(`^${body.id}-\\d$`) },
    ]);
  });

  it.concurrent('whose answers were lost is repeated under the same reference, and sent once', async () => {
    await rule('gateway lost answers', { cut: 'after', callbacks: { statuses: [{ status: 'delivered', delayMs: 9_000 }] } }, 1);
    const { body } = await send('gateway lost answers');
    await system.message(body.id, ['accepted'], { withinMs, as: workspaces.gateway });
    // Its callbacks name the first attempt; they count for the newest.
    await system.message(body.id, ['delivered'], { withinMs, as: workspaces.gateway });
    expect(await system.ledger('gateway lost answers')).toHaveLength(1);
    expect(await attemptsThatLeft(system, body.id, workspaces.gateway)).toMatchObject([
      { status: 'abandoned', evidence: expect.stringMatching(/repeated under the same reference/) },
      { status: 'delivered', provider: 'http-gateway' },
    ]);
  });

  it.concurrent('that the gateway never got is sent by the repeat', async () => {
    await rule('gateway was down', { http500: 'before' }, 1);
    const { body } = await send('gateway was down');
    await system.message(body.id, ['delivered'], { withinMs, as: workspaces.gateway });
    expect(await system.ledger('gateway was down')).toMatchObject([{ reference: expect.stringMatching(`^${body.id}-\\d$`) }]);
  });

  it.concurrent('that is refused puts the recipient on the list, where that is the reason', async () => {
    await rule('gateway knows of a stop', { error: { code: 21_610 } });
    const to = anybody();
    const { body } = await send('gateway knows of a stop', { to });
    expect(await system.message(body.id, ['failed'], { withinMs, as: workspaces.gateway })).toMatchObject({
      error: { code: 'recipient_opted_out' },
    });
    expect(await suppressionsOf(system, to, workspaces.gateway)).toMatchObject([{ source: 'provider' }]);
  });

  it.concurrent('from a Messaging Service waits for another sender or provider, and is kept', async () => {
    const { body } = await send('no such service', { from: service });
    const trace = () => system.request('GET', `/v1/messages/${body.id}/trace`, { as: workspaces.gateway });
    await eventually(async () => (await trace()).body.workflow?.state?.waitingFor === 'configuration', withinMs);
    expect((await trace()).body.workflow.state).toMatchObject({ error: { code: 'sender_not_served' } });
    expect(await system.ledger('no such service')).toEqual([]);
  });
});

describe('a message from a Messaging Service of Twilio', () => {
  const send = async (body: string) => (await system.send({ to: anybody(), body, from: service }, undefined, workspaces.twilio)).body;

  it.concurrent('names the service instead of a number', async () => {
    const { id } = await send('by a service');
    expect(await system.message(id, ['delivered'], { withinMs, as: workspaces.twilio })).toMatchObject({ from: service });
    const [entry] = await system.ledger('by a service');
    expect(entry).toMatchObject({ messagingServiceSid: service, from: expect.stringMatching(/^\+1415555/) });
  });

  it.concurrent('is found in the list, whichever number was chosen', async () => {
    await rule('service in doubt', { http500: 'after', callbacks: { drop: 1 } });
    const { id } = await send('service in doubt');
    const { providerMessageId } = await system.message(id, ['accepted', 'sent', 'delivered'], { withinMs, as: workspaces.twilio });
    expect((await system.ledger('service in doubt')).map(({ sid }) => sid)).toEqual([providerMessageId]);
  });

  it.concurrent('is answered: what comes to a number of the service is a message to the service', async () => {
    const from = anybody();
    const text = { accountSid: workspaces.twilio.twilioAccountSid, authToken: workspaces.twilio.twilioAuthToken, from, to: '+14155552799' };
    await system.control('POST', '/inbound', {
      ...text,
      url: inboundUrl(workspaces.twilio, 'twilio'),
      body: 'hi',
      messagingServiceSid: service,
    });
    expect(await received(system, from, 'hi', workspaces.twilio)).toMatchObject({ to: service });
  });

  it.concurrent('is refused where the workspace has no such service', async () => {
    const other = { to: anybody(), body: 'x', from: `MG${'6'.repeat(32)}` };
    expect(await system.send(other, undefined, workspaces.twilio)).toMatchObject({ status: 422, body: { code: 'unknown_sender' } });
    expect(await system.send({ ...other, from: 'MG5' }, undefined, workspaces.twilio)).toMatchObject({
      status: 422,
      body: { code: 'invalid_request' },
    });
    const add = (sender: string) => system.request('PUT', `/v1/workspace/senders/${encodeURIComponent(sender)}`, { as: workspaces.twilio });
    expect(await add('+1 415 555 2798')).toMatchObject({ status: 201, body: { phoneNumber: '+14155552798', kind: 'number' } });
    expect(await add('+14155552798')).toMatchObject({ status: 200 });
    expect(await add('MG5')).toMatchObject({ status: 422, body: { code: 'invalid_request', errors: [{ field: 'sender' }] } });
    const { body } = await system.request('GET', '/v1/workspace', { as: workspaces.twilio });
    expect(body.senders).toContainEqual({ id: expect.any(String), phoneNumber: service, kind: 'messagingService', provider: 'twilio' });
    const nowhere = await system.request('PUT', `/v1/workspace/senders/${service}`, {
      as: workspaces.twilio,
      body: { provider: 'telnyx' },
    });
    expect(nowhere).toMatchObject({ status: 422, body: { code: 'invalid_request', errors: [{ field: 'provider' }] } });
  });
});

describe('the accounts of a workspace', () => {
  it.concurrent('are set, shown without their secret, noted in the audit, and removed; a message waits for one', async () => {
    const as = workspaces.moving;
    expect((await providers(system, as, 'DELETE', 'twilio')).body).toMatchObject({
      provider: 'twilio',
      configured: false,
      account: null,
    });
    const { body } = await system.send({ to: anybody(), body: 'without credentials' }, undefined, as);
    const trace = () => system.request('GET', `/v1/messages/${body.id}/trace`, { as });
    await eventually(async () => (await trace()).body.workflow?.state?.waitingFor === 'configuration', withinMs);
    expect((await trace()).body.workflow.state).toMatchObject({ status: 'queued', error: { code: 'no_provider_account' } });

    const credentials = await credentialsFor(system, 'http-gateway', 'moved');
    const set = await providers(system, as, 'PUT', 'http-gateway', { ...credentials, reason: 'our own sender' });
    const shown = { account: 'moved', url: credentials.url, secret: `…${credentials.secret?.slice(-4)}` };
    expect(set).toMatchObject({ status: 200, body: { configured: true, account: shown, inboundUrl: inboundUrl(as, 'http-gateway') } });
    expect((await providers(system, as, 'GET')).body.data.map((one: any) => [one.provider, one.configured])).toEqual([
      ['http-gateway', true],
      ['twilio', false],
      ['telnyx', false],
    ]);
    await moveSenders(system, as, 'http-gateway');
    const sent = await system.send({ to: anybody(), body: 'by the new account' }, undefined, as);
    await system.message(sent.body.id, ['delivered'], { withinMs, as });

    const audit = await sql<{ action: string; details: any }>(
      system.databaseUrl,
      "select action, details from audit_event where workspace_id = $1 and action like 'provider_account.%' order by at",
      [as.id],
    );
    expect(audit).toMatchObject([
      { action: 'provider_account.removed', details: { provider: 'twilio', before: { accountSid: as.twilioAccountSid } } },
      {
        action: 'provider_account.set',
        details: { provider: 'http-gateway', before: null, secretChanged: true, reason: 'our own sender' },
      },
    ]);
    const stored = await sql(system.databaseUrl, 'select * from provider_account where workspace_id = $1', [as.id]);
    for (const secret of [as.twilioAuthToken, credentials.secret as string])
      expect(JSON.stringify([audit, stored, set.body])).not.toContain(secret);
  });

  it.concurrent.each<[string, string, unknown, number, string, string[]]>([
    ['telnyx', 'nothing', {}, 422, 'credentials_missing', ['messagingProfileId', 'apiKey', 'publicKey']],
    ['twilio', 'no token', { accountSid: `AC${'1'.repeat(32)}`, authToken: '' }, 422, 'credentials_missing', ['authToken']],
    ['twilio', 'no object', [], 422, 'credentials_missing', ['accountSid', 'authToken']],
    ['twilio', 'no Twilio', { accountSid: 'AC1', authToken: 'x' }, 422, 'invalid_request', ['accountSid', 'authToken']],
    ['twilio', 'more', { accountSid: `AC${'1'.repeat(32)}`, authToken: 'x'.repeat(32), colour: 1 }, 422, 'invalid_request', ['colour']],
    ['http-gateway', 'no URL', { account: 'a', secret: 'short', url: 'ftp://example.com' }, 422, 'invalid_request', ['secret', 'url']],
  ])('at %s with %s are refused, and nothing is changed', async (name, _what, body, status, code, fields) => {
    const as = workspaces.command;
    const before = (await providers(system, as, 'GET')).body;
    const refused = await providers(system, as, 'PUT', name, body);
    expect(refused).toMatchObject({ status, body: { code } });
    expect(refused.body.errors.map(({ field }: { field: string }) => field)).toEqual(fields);
    expect((await providers(system, as, 'GET')).body).toEqual(before);
  });

  it.concurrent('are of known providers only', async () => {
    const as = workspaces.command;
    expect(await providers(system, as, 'PUT', 'pigeon', {})).toMatchObject({
      status: 404,
      body: { code: 'not_found', detail: 'there is no provider pigeon; there are twilio, telnyx, http-gateway' },
    });
    expect(await providers(system, as, 'DELETE', 'telnyx')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await providers(system, as, 'POST', 'telnyx', {})).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
  });

  it.concurrent("are the operator's to show on the command line", async () => {
    const { code, out } = await operator(system, workspaces.telnyx, 'providers');
    expect([code, out]).toEqual([0, expect.stringMatching(/telnyx +messagingProfileId=0198c1f0\S+ apiKey=…ghij/)]);
    const refused = await operator(system, workspaces.command, 'remove-provider', 'telnyx');
    expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/no account at telnyx/)]);
  });
});
