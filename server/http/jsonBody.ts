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
