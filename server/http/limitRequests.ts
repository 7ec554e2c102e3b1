import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { Problem } from '../../domain/errors.js';
import type { Logger } from '../../platform/logger.js';
import type { RequestLimits, Taken } from '../requestLimits.js';
import { callerOf } from './authenticate.js';

/** Says how much is left (draft-ietf-httpapi-ratelimit-headers). Throws the problem `too_many_requests` where nothing is. */
function tell(response: Response, policy: string, { isAllowed, limit, remaining, windowMs, resetMs }: Taken): void {
  const resetSeconds = Math.max(1, Math.ceil(resetMs / 1_000));
  response.set('RateLimit-Policy', `"${policy}";q=${limit};w=${windowMs / 1_000}`);
  response.set('RateLimit', `"${policy}";r=${remaining};t=${resetSeconds}`);
  if (isAllowed) return;
  const detail = `too many requests: ${limit} in ${windowMs / 1_000} s are allowed; try again in ${resetSeconds} s`;
  throw new Problem('too_many_requests', detail, { retryAfterSeconds: resetSeconds });
}

/** Behind the authentication: a bucket for each key and each person, in each workspace. */
export function limitCaller(limits: RequestLimits): RequestHandler {
  return async (_request, response, next) => {
    const { workspaceId, actor } = callerOf(response);
    tell(response, 'caller', await limits.take('caller', `${workspaceId} ${actor}`));
    next();
  };
}

/** Where nobody is known yet: a bucket for each address. */
export function limitAddress(limits: RequestLimits): RequestHandler {
  return async (request, response, next) => {
    tell(response, 'address', await limits.take('address', addressOf(request)));
    next();
  };
}

/**
 * Counts what was refused, by address: whoever tries tokens is soon told to wait. Who shows a good one is not held up by others
 * at the same address.
 */
export function limitFailures(limits: RequestLimits, logger: Logger): ErrorRequestHandler {
  return async (error: unknown, request, _response, next) => {
    if (!(error instanceof Problem) || error.status !== 401) return next(error);
    const { isAllowed, limit, windowMs, resetMs } = await limits.take('failure', addressOf(request));
    if (isAllowed) return next(error);
    logger.warn({ event: 'request.failures_limited', path: request.path });
    const retryAfterSeconds = Math.max(1, Math.ceil(resetMs / 1_000));
    const detail = `${limit} refused tokens in ${windowMs / 1_000} s are too many for one address: try again in ${retryAfterSeconds} s`;
    next(new Problem('too_many_requests', detail, { retryAfterSeconds }));
  };
}

/** The address that asks; behind proxies that are trusted (TRUSTED_PROXIES), the one that they name. */
const addressOf = (request: Request) => request.ip ?? 'unknown';
