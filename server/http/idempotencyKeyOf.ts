import type { Request } from 'express';
import { Problem } from '../../domain/errors.js';
import { idempotencyKey } from '../requestSchemas.js';

/** The request's Idempotency-Key, where it has one. Throws Problem `invalid_request` for one that can't be used. */
export function idempotencyKeyOf(request: Request): string | undefined {
  const text = request.get('idempotency-key');
  if (text === undefined) return undefined;
  const result = idempotencyKey.safeParse(text);
  if (result.success) return result.data;
  const message = result.error.issues.map((issue) => issue.message).join('; ');
  throw new Problem('invalid_request', `Idempotency-Key ${message}`, { errors: [{ field: 'Idempotency-Key', message }] });
}
