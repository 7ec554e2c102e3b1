import { readFileSync } from 'node:fs';
import { UsageError } from '../../platform/commandLine.js';
import { type ApiCommand, type OperatorArguments, secondsOf } from './arguments.js';

/** A request to the API. */
export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: Record<string, unknown>;
}

/** The request that a command means. */
export function requestOf({ command, id, values }: OperatorArguments & { command: ApiCommand }): ApiRequest {
  const place = encodeURIComponent(id);
  const reason = values.reason;
  const numberOf = (name: 'rate' | 'burst' | 'cooldown-s') => (values[name] === undefined ? undefined : Number(values[name]));
  const listOf = (name: keyof typeof values) => (values[name] === undefined ? undefined : String(values[name]).split(','));
  const onMessage = (name: string, more: Record<string, unknown> = {}): ApiRequest => ({
    method: 'POST',
    path: `/v1/messages/${place}/${name}`,
    body: { reason, ...more },
  });
  const onBreaker = (state: string, more: Record<string, unknown> = {}): ApiRequest => {
    const [scope = '', ...subject] = id.split('/');
    const path = `/v1/workspace/breakers/${encodeURIComponent(scope)}/${encodeURIComponent(subject.join('/'))}`;
    return { method: 'PUT', path, body: { state, reason, ...more } };
  };
  const forSeconds = secondsOf(String(values.for ?? '10m'));
  switch (command) {
    case 'queues':
      return { method: 'GET', path: '/v1/queues' };
    case 'list':
      return { method: 'GET', path: `/v1/queues/${place}?limit=${values.limit ?? 20}` };
    case 'show':
      return { method: 'GET', path: `/v1/messages/${place}/trace` };
    case 'cancel':
    case 'park':
    case 'dismiss':
      return onMessage(command);
    case 'retry':
      return onMessage('retry', { confirm: values.confirm });
    case 'resolve':
      return onMessage('resolve', { providerMessageId: values['sent-as'] });
    case 'redrive': {
      const filter = {
        status: listOf('status'),
        errorCode: listOf('error-code'),
        lane: listOf('lane'),
        from: values.from,
        acceptedAfter: values['accepted-after'],
        acceptedBefore: values['accepted-before'],
      };
      const body = { filter, ratePerSecond: numberOf('rate'), dryRun: values['dry-run'], confirm: listOf('confirm'), reason };
      return { method: 'POST', path: '/v1/queues/failed/redrive', body };
    }
    case 'cancel-all': {
      const { category, from, confirm } = values;
      const filter = {
        lane: listOf('lane'),
        category,
        from,
        acceptedAfter: values['accepted-after'],
        acceptedBefore: values['accepted-before'],
      };
      return { method: 'POST', path: '/v1/queues/outbound/cancel', body: { filter, dryRun: !values.yes, confirm, reason } };
    }
    case 'canceled':
      return { method: 'GET', path: `/v1/queues/outbound/cancel/${place}` };
    case 'progress':
      return { method: 'GET', path: `/v1/queues/failed/redrive/${place}` };
    case 'stop':
      return { method: 'POST', path: `/v1/queues/failed/redrive/${place}/cancel`, body: { reason } };
    case 'versions':
      return { method: 'GET', path: `/v1/workspace/versions?limit=${values.limit ?? 20}` };
    case 'undo':
    case 'restore':
      return {
        method: 'POST',
        path: `/v1/workspace/versions/${place}/${command}`,
        body: { dryRun: !values.yes, confirm: values.confirm, reason },
      };
    case 'audit':
      return { method: 'GET', path: `/v1/workspace/audit?limit=${values.limit ?? 20}` };
    case 'notifications':
      return { method: 'GET', path: `/v1/notifications?state=unread&limit=${values.limit ?? 20}` };
    case 'read':
      return { method: 'POST', path: id === 'all' ? '/v1/notifications/read' : `/v1/notifications/${place}/read` };
    case 'webhooks':
      return { method: 'GET', path: '/v1/webhook-endpoints' };
    case 'providers':
      return { method: 'GET', path: '/v1/workspace/providers' };
    case 'set-provider':
      return { method: 'PUT', path: `/v1/workspace/providers/${place}`, body: { ...jsonFrom(String(values.file)), reason } };
    case 'sender':
      return { method: 'PUT', path: `/v1/workspace/senders/${place}`, body: { provider: values.provider, reason } };
    case 'remove-provider':
      return { method: 'DELETE', path: `/v1/workspace/providers/${place}` };
    case 'routes':
      return { method: 'GET', path: '/v1/workspace/routes' };
    case 'people':
      return { method: 'GET', path: '/v1/people' };
    case 'person add':
      return { method: 'POST', path: '/v1/people', body: { email: id, role: values.role, name: values.name } };
    case 'person role':
      return { method: 'PATCH', path: `/v1/people/${place}`, body: { role: values.role, reason } };
    case 'person remove':
      return { method: 'DELETE', path: `/v1/people/${place}` };
    case 'person sign-in-link':
      return { method: 'POST', path: `/v1/people/${place}/sign-in-link` };
    case 'breaker list':
      return { method: 'GET', path: '/v1/workspace/breakers' };
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
      return changes
        ? { method: 'PATCH', path: '/v1/workspace/limits', body: { ...change, reason } }
        : { method: 'GET', path: '/v1/workspace/limits' };
    }
  }
}

/** The object in a file, or on standard input. Throws UsageError, which tells nothing of what is in it. */
function jsonFrom(file: string): Record<string, unknown> {
  try {
    const read = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8')) as unknown;
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw new UsageError(`--file ${file} can not be read: ${(error as Error).message}`);
  }
  throw new UsageError(`--file ${file} is not a JSON object, such as {"accountSid": "AC…", "authToken": "…"}`);
}
