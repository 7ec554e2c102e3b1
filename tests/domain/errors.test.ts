import { expect, test } from '@jest/globals';
import { Problem, type ProblemCode, problems } from '../../domain/errors.js';

const codes = Object.keys(problems) as ProblemCode[];

test.each(codes)('%s has a status that tells the client an error, and a title of its own', (code) => {
  const { status, title } = problems[code];
  expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(600);
  expect(title).toMatch(/^[A-Z].*[^.]$/);
  expect(codes.filter((other) => problems[other].title === title)).toEqual([code]);
});

test('a problem carries its code, status, title and what was wrong with this request', () => {
  const extra = { errors: [{ field: 'to', message: 'is required' }], retryAfterSeconds: 2 };
  const problem = new Problem('invalid_request', 'to is required', extra);
  expect(problem).toBeInstanceOf(Error);
  expect(problem).toMatchObject({ name: 'Problem', code: 'invalid_request', status: 422, message: 'to is required', extra });
  expect(problem.title).toBe(problems.invalid_request.title);
});

test('only what may pass by itself has a status that says so', () => {
  expect(codes.filter((code) => problems[code].status >= 500)).toEqual([
    'exports_not_available',
    'provider_unavailable',
    'archive_unavailable',
    'archive_damaged',
    'overloaded',
    'unavailable',
    'internal',
  ]);
});
