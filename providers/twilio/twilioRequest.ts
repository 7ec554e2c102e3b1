import type RequestClient from 'twilio/lib/base/RequestClient.js';
import type { TransportRequest } from '../transport.js';

export type TwilioRequestOptions = Parameters<RequestClient['request']>[0];

/** What Twilio's client wants to ask, at an origin of ours. */
export function twilioRequest(baseUrl: string, options: TwilioRequestOptions): TransportRequest {
  const asked = new URL(options.uri);
  const url = new URL(asked.pathname + asked.search, baseUrl);
  for (const [name, value] of formOf(options.params ?? {})) url.searchParams.append(name, value);
  const { username, password } = options;
  return {
    method: options.method,
    url,
    headers: {
      ...(options.headers as Record<string, string>),
      ...(username && { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }),
    },
    body: options.data ? formOf(options.data).toString() : '',
  };
}

function formOf(data: object): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(data)) {
    for (const one of [value].flat()) form.append(name, one instanceof Date ? one.toISOString() : String(one));
  }
  return form;
}
