import cors from 'cors';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { corsMaxAgeS } from '../../domain/identityLimits.js';
import { workspaceHeader } from './authenticate.js';

/**
 * What answers of the API say to browsers: that there is nothing in them to run, frame or guess a type of, and which pages of
 * others may read them. No cookie crosses: those pages show a token.
 *
 * @param origins of these pages; without any, none may
 */
export function apiHeaders(origins: readonly string[]): RequestHandler[] {
  const secure = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] } },
    // Whoever terminates TLS decides that.
    strictTransportSecurity: false,
  });
  if (origins.length === 0) return [secure];
  const others = cors({
    origin: [...origins],
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-None-Match', workspaceHeader],
    exposedHeaders: ['Location', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'Idempotency-Key', 'Idempotent-Replayed', 'ETag', 'Allow'],
    maxAge: corsMaxAgeS,
  });
  return [secure, others];
}
