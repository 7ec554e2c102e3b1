import { createHash } from 'node:crypto';
import type { Response } from 'express';

/** The ETag of a text. */
export function etagOf(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
}

/**
 * Answers JSON under its ETag, or 304 to who has shown that in If-None-Match. Not left to Express, which sends the whole to
 * whoever shows it by `fetch`: that adds `Cache-Control: no-cache` by itself.
 */
export function sendUnlessKnown(response: Response, etag: string, text: string): void {
  response.set('ETag', etag);
  const known = response.req.get('if-none-match')?.split(',') ?? [];
  if (known.some((one) => one.trim().replace(/^W\//, '') === etag)) return void response.status(304).end();
  response.type('application/json').send(text);
}

/** Gives the JSON that this response will have an ETag. Not for every answer: most are new each time, and hashed for nothing. */
export function answerWithEtag(response: Response): void {
  response.json = (body: unknown) => {
    const text = JSON.stringify(body);
    response.set('Cache-Control', 'private, no-cache');
    sendUnlessKnown(response, etagOf(text), text);
    return response;
  };
}
