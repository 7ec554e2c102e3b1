import type { z } from 'zod';
import { type FieldError, Problem } from '../domain/errors.js';

/** Each issue as a field and a sentence. Unknown fields are named one by one. */
function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    const field = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: [field, key].filter(Boolean).join('.'),
        message: 'is not a known field: remove it or check its spelling',
      }));
    }
    const missing = issue.code === 'invalid_type' && issue.input === undefined;
    return [{ field: field || '(body)', message: missing ? 'is required' : issue.message }];
  });
}

/** The parsed value. Throws the problem `invalid_request` with an error a field. */
export function validate<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const errors = fieldErrors(result.error);
  throw new Problem('invalid_request', errors.map(({ field, message }) => `${field} ${message}`).join('; '), { errors });
}
