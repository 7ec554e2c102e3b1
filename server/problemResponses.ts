import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { Problem, type ProblemCode, problems } from '../domain/errors.js';
import type { MessageStatus } from '../domain/messageStatus.js';
import type { Scope } from '../domain/scopes.js';
import { databaseFailureOf } from '../platform/databaseFailure.js';
import type { Logger } from '../platform/logger.js';
import { requestIdOf } from './http/requestId.js';

/** RFC 9457 problem details, with our stable code. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail: string;
  /** Names the request in the logs, as X-Request-Id does. */
  requestId: string;
  errors?: { field: string; message: string }[];
  idempotencyKey?: string;
  /** Of the message that the request is about. */
  messageStatus?: MessageStatus;
  /** What the caller lacks. */
  scope?: Scope;
}

function problemBody(problem: Problem, requestId: string): ProblemBody {
  const { errors, idempotencyKey, messageStatus, scope } = problem.extra;
  return {
    type: `/problems/${problem.code}`,
    title: problem.title,
    status: problem.status,
    code: problem.code,
    detail: problem.message,
    requestId,
    ...(errors && { errors }),
    ...(idempotencyKey && { idempotencyKey }),
    ...(messageStatus && { messageStatus }),
    ...(scope && { scope }),
  };
}

export function sendProblem(response: Response, problem: Problem): void {
  if (problem.extra.retryAfterSeconds) response.set('Retry-After', String(problem.extra.retryAfterSeconds));
  if (problem.extra.allow) response.set('Allow', problem.extra.allow);
  if (problem.extra.idempotencyKey) response.set('Idempotency-Key', problem.extra.idempotencyKey);
  if (problem.code === 'unauthorized') response.set('WWW-Authenticate', 'Bearer realm="postrider"');
  response
    .status(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemBody(problem, requestIdOf(response))));
}

/** The problem that an error means to the client; unknown ones say nothing of their cause. */
export function toProblem(error: unknown, logger: Logger, about: Record<string, unknown>): Problem {
  if (error instanceof Problem) return error;
  const type = (error as { type?: unknown }).type;
  if (type === 'entity.parse.failed')
    return new Problem('malformed_json', 'the body is not valid JSON: check quotes, commas and the end of the text');
  if (type === 'entity.too.large') return new Problem('body_too_large', 'the body is larger than this endpoint takes: send less at once');
  if (type === 'encoding.unsupported' || type === 'charset.unsupported')
    return new Problem('unsupported_media_type', 'send the body as UTF-8, uncompressed or gzip');
  if (type === 'request.aborted') return new Problem('malformed_json', 'the request ended before its body was complete');
  if (error instanceof URIError || type === 'entity.verify.failed') return new Problem('not_found', 'the path can not be decoded');
  logger.error({ event: 'request.failed', ...about, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  if (databaseFailureOf(error) === 'DATABASE_TIMEOUT')
    return new Problem('unavailable', 'the database does not answer: try again in a moment', { retryAfterSeconds: 2 });
  return new Problem('internal', problems.internal.title);
}

export function handleErrors(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request: Request, response: Response, _next) => {
    if (response.headersSent) return void response.destroy();
    sendProblem(response, toProblem(error, logger, { requestId: requestIdOf(response), method: request.method, path: request.path }));
  };
}

export const handleUnknownPath: RequestHandler = (request) => {
  throw new Problem('not_found', `there is nothing at ${request.method} ${request.path}`);
};

/** Refuses what a known path does not offer. */
export function onlyMethods(...methods: string[]): RequestHandler {
  return (request) => {
    throw new Problem('method_not_allowed', `${request.method} is not offered here; use ${methods.join(' or ')}`, {
      allow: methods.join(', '),
    });
  };
}
