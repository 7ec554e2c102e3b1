import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anybody } from '../support/anybody.js';
import { attemptsThatLeft } from '../support/attempts.js';
import { eventually } from '../support/eventually.js';
import { operator } from '../support/operator.js';
import { type System, startSystem } from '../support/system.js';

const withinMs = 60_000;

let system: System;

beforeAll(async () => {
  // After its first look a doubt is left alone for an hour: what happens then is done by hand.
  system = await startSystem({ env: { RECONCILE_DELAYS_S: '1,3600', PROVIDER_HOLD_S: '1', PROVIDER_RESPONSE_TIMEOUT_MS: '1500' } });
}, 60_000);
afterAll(() => system.stop(), 60_000);

const act = (id: string, what: string, body: object = {}) => system.request('POST', `/v1/messages/${id}/${what}`, { body });
const lost = { http500: 'before' };
const taken = (listLagMs: number) => ({ http500: 'after', listLagMs, callbacks: { drop: 1 } });

async function uncertain(body: string, action: object): Promise<string> {
  await system.control('POST', '/rules', { match: { bodyIncludes: body }, action, times: 1 });
  const sent = await system.send({ to: anybody(), body });
  await system.message(sent.body.id, ['uncertain'], { withinMs });
  return sent.body.id;
}

describe('a message that may have been sent', () => {
  it.concurrent('is sent once more where somebody confirms that, and by the run that was looking for proof', async () => {
    const id = await uncertain('lost on the way', lost);
    await eventually(async () => {
      const { status, body } = await act(id, 'retry');
      return status === 409 && body.code === 'confirmation_required';
    });
    expect(await act(id, 'retry', { confirm: 'may-have-been-sent' })).toMatchObject({ status: 200, body: { outcome: 'queued' } });
    await system.message(id, ['delivered'], { withinMs });
    expect(await attemptsThatLeft(system, id)).toHaveLength(2);
    expect(await system.ledger('lost on the way')).toHaveLength(1);
  }, 120_000);

  it.concurrent('is found at the provider when it is retried, and not sent again', async () => {
    const id = await uncertain('found by asking', taken(5_000));
    const { body } = await eventually(async () => {
      const answer = await act(id, 'retry');
      return answer.status === 200 && answer;
    }, withinMs);
    const { attempt } = await system.message(id, ['delivered'], { withinMs });
    expect(body).toMatchObject({ outcome: 'adopted', attempt });
    expect(await attemptsThatLeft(system, id)).toHaveLength(1);
    expect(await system.ledger('found by asking')).toHaveLength(1);
    // Its run has heard of that and closes.
    await eventually(async () => {
      const { body: trace } = await system.request('GET', `/v1/messages/${id}/trace`);
      return trace.workflow.state?.step === 'closed';
    }, withinMs);
  }, 120_000);

  it.concurrent('is resolved by the id under which the provider has it, and by no other', async () => {
    const id = await uncertain('resolved by its id', taken(15_000));
    const [entry] = await system.ledger('resolved by its id');
    const { body: stranger } = await system.send({ to: anybody(), body: 'somebody else' });
    const { providerMessageId } = await system.message(stranger.id, ['delivered'], { withinMs });

    const unknown = await act(id, 'resolve', { providerMessageId: `SM${'0'.repeat(32)}` });
    expect(unknown).toMatchObject({ status: 422, body: { code: 'provider_message_unknown', errors: [{ field: 'providerMessageId' }] } });
    expect(unknown.body.detail).toMatch(/twilio knows no message SM0+ of this account/);
    const wrong = await act(id, 'resolve', { providerMessageId });
    expect(wrong).toMatchObject({ status: 422, body: { code: 'provider_message_unknown' } });
    expect(wrong.body.detail).toMatch(/went to another number/);
    expect(await system.message(id, ['uncertain'])).toMatchObject({ providerMessageId: null });

    const reason = ['--reason', 'seen in the console', '--json'];
    // Until the provider shows it.
    const said = await eventually(async () => {
      const tried = await operator(system, system.workspace, 'resolve', id, '--sent-as', entry?.sid ?? '', ...reason);
      return tried.code === 0 && tried;
    }, withinMs);
    expect(JSON.parse(said.out)).toMatchObject({ id, providerMessageId: entry?.sid });
    expect(await act(id, 'resolve', { providerMessageId: entry?.sid })).toMatchObject({ status: 200 });
    await eventually(async () => {
      const { body: trace } = await system.request('GET', `/v1/messages/${id}/trace`);
      expect(trace.interventions).toMatchObject([{ action: 'message.resolved', details: { reason: 'seen in the console' } }]);
      return trace.message.status === 'delivered' && trace.workflow.state?.step === 'closed';
    }, withinMs);
    expect(await system.ledger('resolved by its id')).toHaveLength(1);
  }, 120_000);

  it.concurrent('is put aside, so that nothing sends it once more', async () => {
    const id = await uncertain('put aside in doubt', lost);
    expect(await act(id, 'park', { reason: 'ask them first' })).toMatchObject({ status: 200, body: { status: 'parked' } });
    const { body } = await system.request('GET', '/v1/queues/failed');
    expect(body.data).toMatchObject([{ id, status: 'parked', reason: 'waits for a person' }]);
  }, 120_000);
});
