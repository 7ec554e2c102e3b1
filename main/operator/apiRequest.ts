import createClient, { type Client, type MaybeOptionalInit } from 'openapi-fetch';
import type { paths } from '../../generated/api/schema.js';

/** What came back: the answer, or the problem, or whatever else stands where the API was thought to be. */
export interface ApiAnswer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** A request to the API. */
export interface ApiRequest {
  method: string;
  /** As it is sent, with its query. */
  path: string;
  body?: unknown;
  send(client: Client<paths>): Promise<ApiAnswer>;
}

interface AnyInit {
  params?: { path?: Record<string, string | number>; query?: Record<string, string | number> };
  body?: unknown;
}
type AnyRequest = (method: string, path: string, init: unknown) => Promise<ApiAnswer>;

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type PathsWith<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? P : never }[keyof paths];

/** A request that the document of the API has: its path, its query and its body are typed by it. */
export function apiRequest<M extends Method, P extends PathsWith<M>>(
  method: M,
  path: P,
  init: MaybeOptionalInit<paths[P], M & keyof paths[P]>,
): ApiRequest {
  const { params = {}, body } = (init ?? {}) as AnyInit;
  const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(String(params.path?.[name])));
  const query = params.query
    ? `?${Object.entries(params.query)
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join('&')}`
    : '';
  return {
    method: method.toUpperCase(),
    path: filled + query,
    ...(body !== undefined && { body }),
    send: (client) => (client.request as AnyRequest)(method, path, init),
  };
}

/** The API at a URL, as whoever has the key. */
export function apiClient(url: string, headers: Record<string, string>, answerTimeoutMs: number): Client<paths> {
  return createClient<paths>({
    baseUrl: url,
    headers,
    fetch: (request) => fetch(request, { signal: AbortSignal.timeout(answerTimeoutMs) }),
  });
}
