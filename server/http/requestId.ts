import type { RequestHandler, Response } from 'express';
import { requestScope } from '../../platform/requestScope.js';
import { uuidv7 } from '../../platform/uuid.js';

/** What a caller may call his request: enough for every tracer's ids, and nothing that could forge a line of a log. */
const sane = /^[A-Za-z0-9._:-]{8,128}$/;
const header = 'X-Request-Id';

/** Gives each request a name: the one that it came with where that is sane, else a new one. Every answer has it. */
export const nameRequest: RequestHandler = (request, response, next) => {
  const given = request.get(header);
  const requestId = given !== undefined && sane.test(given) ? given : uuidv7();
  response.set(header, requestId);
  requestScope.run({ requestId }, next);
};

/** The name of the request that is being answered. */
export function requestIdOf(response: Response): string {
  return String(response.get(header));
}
