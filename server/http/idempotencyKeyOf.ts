import type { Request } from 'express';
import { Problem } from '../../domain/errors.js';
import { idempotencyKey } from '../requestSchemas.js';

/**
 * The request's idempotency key, where it has one: of the first of these headers that it has. Throws Problem `invalid_request` for
 * one that can't be used.
 */
export function idempotencyKeyOf(request: Request, headers: readonly string[] = ['Idempotency-Key']): string | undefined {
  const header = headers.find((name) => request.get(name) !== undefined);
  if (header === undefined) return undefined;
  const text = request.get(header);
  const result = idempotencyKey.safeParse(text);
  if (result.success) return result.data;
  const message = result.error.issues.map((issue) => issue.message).join('; ');
  throw new Problem('invalid_request', `${header} ${message}`, { errors: [{ field: header, message }] });
}
