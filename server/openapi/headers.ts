import type { Operation } from './operation.js';

/** Headers of answers, as the document has them. */
export const headers = {
  'X-Request-Id': {
    description: 'Names the request in the logs; the one that was sent with it, where that was 8 to 128 letters, digits and `-_.:`.',
    schema: { type: 'string' },
  },
  'Retry-After': { description: 'After how many seconds to try again, where waiting helps.', schema: { type: 'integer' } },
  'Idempotent-Replayed': { description: '`true` where this was done before, under the same key.', schema: { const: 'true' } },
  RateLimit: {
    description: 'What is left of the bucket, and in how many seconds it is full: `"caller";r=59987;t=41`.',
    schema: { type: 'string' },
  },
  'RateLimit-Policy': { description: 'How many requests in how many seconds: `"caller";q=60000;w=60`.', schema: { type: 'string' } },
  ETag: { description: 'Names what is answered: with If-None-Match, 304 says that it is the same still.', schema: { type: 'string' } },
} as const;

const reference = (name: keyof typeof headers) => ({ [name]: { $ref: `#/components/headers/${name}` } });

/** The headers of an operation's answer where all is well. */
export function headersOfAnswers({ takesKey, hasEtag }: Operation): Record<string, { $ref: string }> {
  return {
    ...reference('X-Request-Id'),
    ...reference('RateLimit'),
    ...reference('RateLimit-Policy'),
    ...(takesKey && reference('Idempotent-Replayed')),
    ...(hasEtag && reference('ETag')),
  };
}

/** The headers of problems of a status. */
export function headersOfProblems(status: number): Record<string, { $ref: string }> {
  return { ...reference('X-Request-Id'), ...([409, 429, 503].includes(status) && reference('Retry-After')) };
}
