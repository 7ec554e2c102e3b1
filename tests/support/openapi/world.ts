import type { DemoWorkspace } from '../../../main/seedDemo.js';
import type { PathParameter } from '../../../server/openapi/pathParameters.js';
import { anybody } from '../anybody.js';
import { eventually } from '../eventually.js';
import type { System } from '../system.js';

/** One of everything that a path can name, in one workspace. What people wrote in it has the canary in it. */
export type World = Record<PathParameter, string> & { canary: string };

/** A number that the simulator refuses for good. */
const refusedNumber = '+14155552614';
const webhookUrl = 'http://127.0.0.1:49151/nobody-listens';

/** Fills a workspace. It wants `WEBHOOK_TARGETS=any`. */
export async function makeWorld(system: System, as: DemoWorkspace, canary: string): Promise<World> {
  const done = async (method: string, path: string, body?: unknown) => {
    const answer = await system.request(method, path, { as, body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const to = anybody();
  const suppressedNumber = anybody();
  const { body: sent } = await system.send({ to, body: `${canary} sent`, metadata: { canary } }, undefined, as);
  const { body: refused } = await system.send({ to: refusedNumber, body: `${canary} refused` }, undefined, as);
  await system.message(sent.id, ['delivered'], { as });
  await system.message(refused.id, ['failed'], { as });
  // From here on nothing of them moves.
  for (const { id } of [sent, refused])
    await eventually(async () => (await done('GET', `/v1/messages/${id}/trace`)).workflow.state?.step === 'closed');
  const endpoint = await done('POST', '/v1/webhook-endpoints', { url: webhookUrl, description: canary });
  const delivery = await done('POST', `/v1/webhook-endpoints/${endpoint.id}/test`);
  const key = await done('POST', '/v1/api-keys', { name: canary, scopes: ['messages:read'] });
  const person = await done('POST', '/v1/people', { email: `${canary}@people.example`, role: 'agent', name: canary });
  await done('PUT', `/v1/suppressions/${suppressedNumber}`, { reason: canary });
  await done('PATCH', '/v1/workspace/limits', { burst: 60, reason: canary });
  const { data: versions } = await done('GET', '/v1/workspace/versions');
  const filter = { errorCode: ['none-of-these'] };
  const redrive = await done('POST', '/v1/queues/failed/redrive', { filter });
  const cancellation = await done('POST', '/v1/queues/outbound/cancel', { filter: { lane: ['bulk'] } });
  const exported = await done('POST', '/v1/exports', { since: new Date(Date.now() - 3_600_000).toISOString() });
  for (const bulk of [`failed/redrive/${redrive.id}`, `outbound/cancel/${cancellation.id}`])
    await eventually(async () => (await done('GET', `/v1/queues/${bulk}`)).state === 'done');
  await eventually(async () => (await done('GET', `/v1/exports/${exported.id}`)).state !== 'running');
  const notification = await eventually(async () => (await done('GET', '/v1/notifications')).data[0]);
  return {
    canary,
    message: sent.id,
    conversation: sent.conversationId,
    contact: sent.conversationId,
    redrive: redrive.id,
    cancellation: cancellation.id,
    export: exported.id,
    webhookEndpoint: endpoint.id,
    webhookDelivery: delivery.id,
    notification: notification.id,
    apiKey: key.id,
    person: person.id,
    queue: 'failed',
    suppressedNumber,
    sender: as.senders[0] as string,
    provider: 'twilio',
    version: String(versions[0].version),
    breakerScope: 'account',
    breakerSubject: 'twilio',
  };
}
