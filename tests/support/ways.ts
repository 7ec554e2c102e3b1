import { accountSidOf, messageSidOf } from '../../domain/twilioSid.js';
import { anybody } from './anybody.js';
import { eventually } from './eventually.js';
import type { Answer, System } from './system.js';

/** A way to change something: what it leaves in the audit, and how to take it; or why it leaves nothing there. */
export type Way = { action: string; take: (system: System) => Promise<Answer | Answer[]> } | { notInAudit: string };

const withinMs = 30_000;
const id = async (sending: Promise<Answer>) => (await sending).body.id as string;
const post = (system: System, path: string, body: object = {}) => system.request('POST', path, { body });

const scheduled = (system: System) =>
  id(system.send({ to: anybody(), body: 'later', sendAt: new Date(Date.now() + 3_600_000).toISOString() }));
const stored = (system: System, messageId: string) => system.message(messageId, ['scheduled'], { withinMs });

/** A message that an action of the simulator brings into a state. */
async function ended(system: System, status: string, action: object): Promise<string> {
  const body = `way ${Math.random()}`;
  await system.control('POST', '/rules', { match: { bodyIncludes: body }, action, times: 1 });
  const messageId = await id(system.send({ to: anybody(), body }));
  await system.message(messageId, [status], { withinMs });
  return messageId;
}
const failed = (system: System) => ended(system, 'failed', { error: { code: 30_007 } });

async function onScheduled(system: System, what: string): Promise<Answer> {
  const messageId = await scheduled(system);
  await stored(system, messageId);
  return post(system, `/v1/messages/${messageId}/${what}`);
}

async function endpoint(system: System): Promise<string> {
  return `/v1/webhook-endpoints/${await id(post(system, '/v1/webhook-endpoints', { url: 'http://127.0.0.1:9/way' }))}`;
}

async function redrive(system: System): Promise<Answer> {
  await Promise.all([failed(system), failed(system), failed(system)]);
  return post(system, '/v1/queues/failed/redrive', { filter: { errorCode: ['30007'] }, ratePerSecond: 1 });
}

const suppression = `/v1/suppressions/${encodeURIComponent('+14155558899')}`;
const account = { accountSid: `AC${'a'.repeat(32)}`, authToken: 'b'.repeat(32) };
const exportAll = (system: System) => post(system, '/v1/exports', { since: new Date(Date.now() - 3_600_000).toISOString() });
const apiKey = (system: System) => post(system, '/v1/api-keys', { name: 'a way', scopes: ['messages:read'] });
const person = (system: System) => post(system, '/v1/people', { email: `way-${Math.random()}@people.example`, role: 'viewer' });
const ofThePerson = 'it is in the audit as the act of the person, not of a key: tests/paths/people.system.test.ts';
const limits = (system: System) =>
  system.request('PATCH', '/v1/workspace/limits', { body: { burst: 40 + Math.floor(Math.random() * 1e3) } });
const newestVersion = async (system: System): Promise<number> =>
  (await system.request('GET', '/v1/workspace/versions')).body.data[0].version;

/** Every route that may change something. A new one belongs here: `tests/server/ways.test.ts` says so. */
export const ways: Readonly<Record<string, Way>> = {
  'POST /v1/messages': { notInAudit: 'a message is its own record: its row, its events and its attempts' },
  'POST /callbacks/:provider/:workspaceId/status': { notInAudit: 'a provider reports: callback_receipt' },
  'POST /callbacks/:provider/:workspaceId/inbound': {
    notInAudit: 'a person writes: a message; what it changes of consent is in the audit',
  },
  'POST /2010-04-01/Accounts/:account/Messages.json': { notInAudit: 'a message is its own record, by whichever road it came' },
  'POST /2010-04-01/Accounts/:account/Messages/:sid.json': {
    action: 'message.canceled',
    take: async (system) => {
      const messageId = await scheduled(system);
      await stored(system, messageId);
      const account = accountSidOf(system.workspace.id);
      return system.request('POST', `/2010-04-01/Accounts/${account}/Messages/${messageSidOf(messageId)}.json`, {
        body: 'Status=canceled',
        headers: {
          authorization: `Basic ${btoa(`${account}:${system.workspace.apiKey}`)}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
      });
    },
  },
  ...Object.fromEntries(
    ['', '/:token'].flatMap((token) =>
      ['decode', 'encode'].map((what): [string, Way] => [
        `POST /codec${token}/${what}`,
        { notInAudit: 'it changes nothing, and is of no workspace: who looks into Temporal reads by it' },
      ]),
    ),
  ),
  'POST /v1/messages/:id/cancel': { action: 'message.canceled', take: (system) => onScheduled(system, 'cancel') },
  'POST /v1/messages/:id/park': { action: 'message.parked', take: (system) => onScheduled(system, 'park') },
  'POST /v1/messages/:id/retry': {
    action: 'message.retried',
    take: async (system) => post(system, `/v1/messages/${await failed(system)}/retry`),
  },
  'POST /v1/messages/:id/dismiss': {
    action: 'message.dismissed',
    take: async (system) => post(system, `/v1/messages/${await failed(system)}/dismiss`),
  },
  'POST /v1/messages/:id/resolve': {
    action: 'message.resolved',
    take: async (system) => {
      const messageId = await ended(system, 'parked', { http500: 'after', listLagMs: 5_000, callbacks: { drop: 1 } });
      const { body } = await system.request('GET', `/v1/messages/${messageId}`);
      const [entry] = await system.ledger(body.body);
      return eventually(async () => {
        const answer = await post(system, `/v1/messages/${messageId}/resolve`, { providerMessageId: entry?.sid });
        return answer.status === 200 && answer;
      }, withinMs);
    },
  },
  'POST /v1/queues/failed/redrive': { action: 'redrive.started', take: redrive },
  'POST /v1/queues/failed/redrive/:id/cancel': {
    action: 'redrive.canceled',
    take: async (system) => post(system, `/v1/queues/failed/redrive/${await id(redrive(system))}/cancel`),
  },
  'POST /v1/queues/outbound/cancel': {
    action: 'cancellation.started',
    take: (system) => post(system, '/v1/queues/outbound/cancel', { filter: { lane: ['bulk'] } }),
  },
  'POST /v1/exports': { action: 'export.started', take: exportAll },
  'POST /v1/exports/:id/cancel': {
    action: 'export.canceled',
    take: async (system) => post(system, `/v1/exports/${await id(exportAll(system))}/cancel`),
  },
  'PUT /v1/suppressions/:number': {
    action: 'consent.withdrawn',
    take: (system) => system.request('PUT', suppression, { body: { reason: 'asked by +14155558899, mail@example.com' } }),
  },
  'DELETE /v1/suppressions/:number': {
    action: 'consent.given',
    take: async (system) => [await system.request('PUT', suppression, { body: {} }), await system.request('DELETE', suppression)],
  },
  'POST /v1/webhook-endpoints': {
    action: 'webhook.created',
    take: (system) => post(system, '/v1/webhook-endpoints', { url: 'http://127.0.0.1:9/one' }),
  },
  'PATCH /v1/webhook-endpoints/:id': {
    action: 'webhook.changed',
    take: async (system) => system.request('PATCH', await endpoint(system), { body: { description: 'changed' } }),
  },
  'DELETE /v1/webhook-endpoints/:id': {
    action: 'webhook.deleted',
    take: async (system) => system.request('DELETE', await endpoint(system)),
  },
  'POST /v1/webhook-endpoints/:id/rotate-secret': {
    action: 'webhook.secret_rotated',
    take: async (system) => post(system, `${await endpoint(system)}/rotate-secret`),
  },
  'POST /v1/webhook-endpoints/:id/test': {
    action: 'webhook.tested',
    take: async (system) => post(system, `${await endpoint(system)}/test`),
  },
  'POST /v1/webhook-endpoints/:id/deliveries/:delivery/redeliver': {
    action: 'webhook.redelivered',
    take: async (system) => {
      const place = await endpoint(system);
      return post(system, `${place}/deliveries/${await id(post(system, `${place}/test`))}/redeliver`);
    },
  },
  'POST /v1/notifications/read': {
    action: 'notifications.read',
    take: async (system) => {
      await failed(system);
      await oneUnread(system);
      return post(system, '/v1/notifications/read');
    },
  },
  'POST /v1/notifications/:id/read': {
    action: 'notifications.read',
    take: async (system) => {
      await failed(system);
      return post(system, `/v1/notifications/${await oneUnread(system)}/read`);
    },
  },
  'PUT /v1/workspace/senders/:sender': {
    action: 'sender.added',
    take: (system) => system.request('PUT', `/v1/workspace/senders/${encodeURIComponent('+14155550177')}`, { body: {} }),
  },
  'PUT /v1/workspace/providers/:provider': {
    action: 'provider_account.set',
    take: (system) => system.request('PUT', '/v1/workspace/providers/twilio-standby', { body: account }),
  },
  'DELETE /v1/workspace/providers/:provider': {
    action: 'provider_account.removed',
    take: async (system) => [
      await system.request('PUT', '/v1/workspace/providers/twilio-standby', { body: account }),
      await system.request('DELETE', '/v1/workspace/providers/twilio-standby'),
    ],
  },
  'POST /v1/api-keys': { action: 'api_key.created', take: apiKey },
  'POST /v1/api-keys/:id/rotate': {
    action: 'api_key.rotated',
    take: async (system) => post(system, `/v1/api-keys/${await id(apiKey(system))}/rotate`),
  },
  'DELETE /v1/api-keys/:id': {
    action: 'api_key.revoked',
    take: async (system) => system.request('DELETE', `/v1/api-keys/${await id(apiKey(system))}`),
  },
  'POST /v1/people': { action: 'person.added', take: person },
  'PATCH /v1/people/:id': {
    action: 'person.role_changed',
    take: async (system) => system.request('PATCH', `/v1/people/${await id(person(system))}`, { body: { role: 'agent' } }),
  },
  'DELETE /v1/people/:id': {
    action: 'person.removed',
    take: async (system) => system.request('DELETE', `/v1/people/${await id(person(system))}`),
  },
  'POST /v1/people/:id/sign-in-link': {
    action: 'person.sign_in_link',
    take: async (system) => post(system, `/v1/people/${await id(person(system))}/sign-in-link`),
  },
  'POST /v1/auth/sign-in': { notInAudit: ofThePerson },
  'POST /v1/auth/refresh': { notInAudit: 'it goes on with a sign-in; one that is taken twice is in the audit' },
  'POST /v1/auth/logout': { notInAudit: ofThePerson },
  'PATCH /v1/workspace/limits': { action: 'limits.changed', take: limits },
  'PATCH /v1/workspace/errors': {
    action: 'error_policy.changed',
    take: (system) => system.request('PATCH', '/v1/workspace/errors', { body: { NETWORK: { attemptsMax: 5 } } }),
  },
  'PATCH /v1/workspace/retention': {
    action: 'retention.changed',
    take: (system) => system.request('PATCH', '/v1/workspace/retention', { body: { messageDays: 900 } }),
  },
  'DELETE /v1/contacts/:contact': {
    action: 'contact.erased',
    take: async (system) => {
      const to = anybody();
      const { body } = await system.send({ to, body: 'to be forgotten' });
      await system.message(body.id, ['delivered'], { withinMs });
      return system.request('DELETE', `/v1/contacts/${encodeURIComponent(to)}`);
    },
  },
  'PATCH /v1/conversations/:id': {
    action: 'conversation.assigned',
    take: async (system) => {
      const { conversationId } = (await system.send({ to: anybody(), body: 'whose is it?' })).body;
      const { data } = (await system.request('GET', '/v1/assignees')).body;
      return eventually(async () => {
        const answer = await system.request('PATCH', `/v1/conversations/${conversationId}`, { body: { assigneeId: data[0].id } });
        return answer.status === 200 && answer;
      }, withinMs);
    },
  },
  'POST /v1/conversations/:id/read': { notInAudit: 'what was looked at is no change that anybody is asked about' },
  'POST /v1/conversations/:id/unread': { notInAudit: 'what was looked at is no change that anybody is asked about' },
  'PATCH /v1/workspace/search': {
    action: 'search.changed',
    take: (system) => system.request('PATCH', '/v1/workspace/search', { body: { words: true } }),
  },
  'PUT /v1/workspace/routes': {
    action: 'routes.changed',
    take: (system) => system.request('PUT', '/v1/workspace/routes', { body: { routes: { '*': [{ provider: 'twilio', weight: 100 }] } } }),
  },
  'PUT /v1/workspace/breakers/:scope/:subject': {
    action: 'breaker.forced',
    take: async (system) => [
      await system.request('PUT', '/v1/workspace/breakers/account/twilio', { body: { state: 'closed', forSeconds: 60 } }),
      await system.request('PUT', '/v1/workspace/breakers/account/twilio', { body: { state: 'auto' } }),
    ],
  },
  'POST /v1/workspace/versions/:version/undo': {
    action: 'configuration.undone',
    take: async (system) => [await limits(system), await post(system, `/v1/workspace/versions/${await newestVersion(system)}/undo`)],
  },
  'POST /v1/workspace/versions/:version/restore': {
    action: 'configuration.restored',
    take: async (system) => {
      const version = await newestVersion(system);
      return [await limits(system), await post(system, `/v1/workspace/versions/${version}/restore`)];
    },
  },
};

function oneUnread(system: System): Promise<string> {
  return eventually(async () => {
    const { body } = await system.request('GET', '/v1/notifications?state=unread');
    return body.data[0]?.id as string | undefined;
  }, withinMs);
}
