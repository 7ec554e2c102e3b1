import type { z } from 'zod';
import type { ProblemCode } from '../../domain/errors.js';
import type { Scope } from '../../domain/scopes.js';
import type { PathParameter } from './pathParameters.js';
import { propertiesOf } from './requestSchema.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The status of an answer that is no problem. */
export type SuccessStatus = 200 | 201 | 202 | 204;

/** One thing that the API does. The door, the document, the typed client and their tests are made from it. */
export interface Operation {
  /** Its name in the document and in clients: a verb and a noun. It never changes. */
  id: string;
  /** What a caller needs; null where nobody has to be known, or be let into a workspace. */
  scope: Scope | null;
  /** Half a sentence, as a heading. */
  summary: string;
  /** What else somebody needs to know who calls it; Markdown. */
  description?: string;
  /** What each part of the path in `:name` names. */
  params?: Readonly<Record<string, PathParameter>>;
  /** The schemas that validate. */
  query?: z.ZodType;
  body?: z.ZodType;
  /** Whether it takes an Idempotency-Key. */
  takesKey?: true;
  /** Whether its answer has an ETag, so that who asks again with If-None-Match is told 304 where nothing has changed. */
  hasEtag?: true;
  /** What it answers where all is well; null where that has no body. */
  answers: Readonly<Partial<Record<SuccessStatus, z.ZodType | null>>>;
  /** Problems of its own; those that its kind brings are added (problemsOf). */
  problems?: readonly ProblemCode[];
  /** A request that works as it stands: what its path names is put in. */
  example?: { query?: Record<string, string | number>; body?: unknown };
}

/** Operations by path, as Express writes it without /v1, and by method. Where two paths fit one request the first counts. */
export type Operations = Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;

const always: readonly ProblemCode[] = ['unauthorized', 'forbidden', 'too_many_requests', 'internal', 'unavailable'];

/** Every problem that an operation may answer. */
export function problemsOf({ scope, params, query, body, takesKey, problems = [] }: Operation): ProblemCode[] {
  const all = [
    ...always,
    ...(scope ? (['workspace_required'] as const) : []),
    ...(params ? (['not_found'] as const) : []),
    ...(query || body || takesKey ? (['invalid_request'] as const) : []),
    ...(query && 'cursor' in propertiesOf(query) ? (['invalid_cursor'] as const) : []),
    ...(body ? (['malformed_json', 'body_too_large', 'unsupported_media_type'] as const) : []),
    ...(takesKey ? (['idempotency_key_reused'] as const) : []),
    ...problems,
  ];
  return [...new Set(all)];
}
