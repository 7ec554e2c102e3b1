import express, { type RequestHandler } from 'express';
import { Problem } from '../../domain/errors.js';
import { jsonBodyBytesMax } from '../../domain/limits.js';

const parse = express.json({ limit: jsonBodyBytesMax, strict: true, type: 'application/json' });

/** Reads a JSON body; says so where it is something else. */
export const jsonBody: RequestHandler[] = [
  (request, _response, next) => {
    if (!request.is('application/json'))
      throw new Problem('unsupported_media_type', 'send JSON with the header Content-Type: application/json');
    next();
  },
  parse,
];

/** The same where a body may be left out: it is an empty object then. */
export const optionalJsonBody: RequestHandler[] = jsonBody.map(
  (handle): RequestHandler =>
    (request, response, next) => {
      const isEmpty = request.get('transfer-encoding') === undefined && Number(request.get('content-length') ?? 0) === 0;
      if (!isEmpty) return handle(request, response, next);
      request.body = {};
      next();
    },
);
