import { readFileSync } from 'node:fs';
import type { paths } from '../../generated/api/schema.js';
import { UsageError } from '../../platform/commandLine.js';
import { type ApiRequest, apiRequest } from './apiRequest.js';
import { type ApiCommand, type OperatorArguments, secondsOf } from './arguments.js';

type BodyOf<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends {
  requestBody?: { content: { 'application/json': infer B } };
}
  ? B
  : never;
type RedriveFilter = NonNullable<BodyOf<'/v1/queues/failed/redrive', 'post'>['filter']>;
type Role = BodyOf<'/v1/people', 'post'>['role'];
type Confirmation = 'may-have-been-sent' | 'everything';

/** The request that a command means. What a word may be is for the server to say: it names what it takes instead. */
export function requestOf({ command, id, values }: OperatorArguments & { command: ApiCommand }): ApiRequest {
  const text = (name: keyof typeof values) => (values[name] === undefined ? undefined : String(values[name]));
  const word = <T extends string>(name: keyof typeof values) => text(name) as T | undefined;
  const listOf = <T extends string>(name: keyof typeof values) => text(name)?.split(',') as T[] | undefined;
  const numberOf = (name: 'rate' | 'burst' | 'cooldown-s') => (values[name] === undefined ? undefined : Number(values[name]));
  const reason = text('reason');
  const limit = Number(values.limit ?? 20);
  const byId = { path: { id } };
  const between = { acceptedAfter: text('accepted-after'), acceptedBefore: text('accepted-before') };
  const onBreaker = (state: 'open' | 'closed' | 'auto', more: { forSeconds?: number | undefined } = {}): ApiRequest => {
    const [scope = '', ...subject] = id.split('/');
    const path = { scope: scope as 'account' | 'sender', subject: subject.join('/') };
    return apiRequest('put', '/v1/workspace/breakers/{scope}/{subject}', { params: { path }, body: { state, reason, ...more } });
  };
  const role = word<Role>('role');
  const forSeconds = secondsOf(String(values.for ?? '10m'));
  switch (command) {
    case 'queues':
      return apiRequest('get', '/v1/queues', {});
    case 'list': {
      const path = { queue: id as 'outbound' | 'processing' | 'failed' | 'inbound' };
      return apiRequest('get', '/v1/queues/{queue}', { params: { path, query: { limit } } });
    }
    case 'show':
      return apiRequest('get', '/v1/messages/{id}/trace', { params: byId });
    case 'record':
      return apiRequest('get', '/v1/messages/{id}/record', { params: byId });
    case 'cancel':
    case 'park':
    case 'dismiss':
      return apiRequest('post', `/v1/messages/{id}/${command}`, { params: byId, body: { reason } });
    case 'retry':
      return apiRequest('post', '/v1/messages/{id}/retry', {
        params: byId,
        body: { reason, confirm: word<'may-have-been-sent'>('confirm') },
      });
    case 'resolve':
      return apiRequest('post', '/v1/messages/{id}/resolve', {
        params: byId,
        body: { reason, providerMessageId: text('sent-as') ?? '' },
      });
    case 'redrive': {
      const filter: RedriveFilter = {
        status: listOf('status'),
        errorCode: listOf('error-code'),
        lane: listOf('lane'),
        from: text('from'),
        ...between,
      };
      const body = {
        filter,
        ratePerSecond: numberOf('rate'),
        dryRun: values['dry-run'] ? true : undefined,
        confirm: listOf<Confirmation>('confirm'),
        reason,
      };
      return apiRequest('post', '/v1/queues/failed/redrive', { body });
    }
    case 'cancel-all': {
      const filter = {
        lane: listOf<'high' | 'normal' | 'bulk'>('lane'),
        category: word<'transactional' | 'marketing'>('category'),
        from: text('from'),
        ...between,
      };
      const body = { filter, dryRun: !values.yes, confirm: word<'everything'>('confirm'), reason };
      return apiRequest('post', '/v1/queues/outbound/cancel', { body });
    }
    case 'canceled':
      return apiRequest('get', '/v1/queues/outbound/cancel/{id}', { params: byId });
    case 'progress':
      return apiRequest('get', '/v1/queues/failed/redrive/{id}', { params: byId });
    case 'stop':
      return apiRequest('post', '/v1/queues/failed/redrive/{id}/cancel', { params: byId, body: { reason } });
    case 'versions':
      return apiRequest('get', '/v1/workspace/versions', { params: { query: { limit } } });
    case 'undo':
    case 'restore':
      return apiRequest('post', `/v1/workspace/versions/{version}/${command}`, {
        // As it was written: what is no number is for the server to refuse.
        params: { path: { version: id as unknown as number } },
        body: { dryRun: !values.yes, confirm: word<'changed-since'>('confirm'), reason },
      });
    case 'audit':
      return apiRequest('get', '/v1/workspace/audit', { params: { query: { limit } } });
    case 'notifications':
      return apiRequest('get', '/v1/notifications', { params: { query: { state: 'unread', limit } } });
    case 'read':
      if (id === 'all') return apiRequest('post', '/v1/notifications/read', {});
      return apiRequest('post', '/v1/notifications/{id}/read', { params: byId });
    case 'webhooks':
      return apiRequest('get', '/v1/webhook-endpoints', {});
    case 'providers':
      return apiRequest('get', '/v1/workspace/providers', {});
    case 'set-provider': {
      const body = { ...jsonFrom(String(values.file)), ...(reason !== undefined && { reason }) };
      return apiRequest('put', '/v1/workspace/providers/{provider}', { params: { path: { provider: id } }, body });
    }
    case 'sender':
      return apiRequest('put', '/v1/workspace/senders/{sender}', {
        params: { path: { sender: id } },
        body: { provider: text('provider'), reason },
      });
    case 'remove-provider':
      return apiRequest('delete', '/v1/workspace/providers/{provider}', { params: { path: { provider: id } } });
    case 'routes':
      return apiRequest('get', '/v1/workspace/routes', {});
    case 'people':
      return apiRequest('get', '/v1/people', {});
    case 'person add':
      return apiRequest('post', '/v1/people', { body: { email: id, role: role ?? ('' as Role), name: text('name') } });
    case 'person role':
      return apiRequest('patch', '/v1/people/{id}', { params: byId, body: { role: role ?? ('' as Role), reason } });
    case 'person remove':
      return apiRequest('delete', '/v1/people/{id}', { params: byId });
    case 'person sign-in-link':
      return apiRequest('post', '/v1/people/{id}/sign-in-link', { params: byId });
    case 'breaker list':
      return apiRequest('get', '/v1/workspace/breakers', {});
    case 'breaker open':
      return onBreaker('open', { forSeconds });
    case 'breaker close':
      return onBreaker('closed', { forSeconds });
    case 'breaker auto':
      return onBreaker('auto');
    case 'limits': {
      const cooldownS = numberOf('cooldown-s');
      const change = {
        ratePerSecond: numberOf('rate'),
        burst: numberOf('burst'),
        cooldownMs: cooldownS && cooldownS * 1_000,
        ...(values['end-cooldown'] && { cooldownUntil: null }),
      };
      const changes = Object.values(change).some((value) => value !== undefined);
      // openapi-fetch takes a field that can only be null for one that can't be written.
      const body = { ...change, reason } as Omit<typeof change, 'cooldownUntil'> & { reason: string | undefined };
      return changes ? apiRequest('patch', '/v1/workspace/limits', { body }) : apiRequest('get', '/v1/workspace/limits', {});
    }
  }
}

/** The object in a file, or on standard input. Throws UsageError, which tells nothing of what is in it. */
function jsonFrom(file: string): Record<string, string> {
  try {
    const read = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8')) as unknown;
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read as Record<string, string>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw new UsageError(`--file ${file} can not be read: ${(error as Error).message}`);
  }
  throw new UsageError(`--file ${file} is not a JSON object, such as {"accountSid": "AC…", "authToken": "…"}`);
}
