import type { OperatorArguments } from './arguments.js';

/** A request to the API. */
export interface ApiRequest {
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  body?: Record<string, unknown>;
}

/** The request that a command means. */
export function requestOf({ command, id, values }: OperatorArguments): ApiRequest {
  const place = encodeURIComponent(id);
  const reason = values.reason;
  const numberOf = (name: 'rate' | 'burst' | 'cooldown-s') => (values[name] === undefined ? undefined : Number(values[name]));
  const listOf = (name: keyof typeof values) => (values[name] === undefined ? undefined : String(values[name]).split(','));
  const onMessage = (name: string, more: Record<string, unknown> = {}): ApiRequest => ({
    method: 'POST',
    path: `/v1/messages/${place}/${name}`,
    body: { reason, ...more },
  });
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
    case 'progress':
      return { method: 'GET', path: `/v1/queues/failed/redrive/${place}` };
    case 'stop':
      return { method: 'POST', path: `/v1/queues/failed/redrive/${place}/cancel`, body: { reason } };
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
