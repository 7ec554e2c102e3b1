import { describe, expect, test } from '@jest/globals';
import { databaseFailureOf } from '../../platform/databaseFailure.js';

const failure = (code: string | undefined, message = 'no') => Object.assign(new Error(message), code !== undefined && { code });

describe('an error of the database', () => {
  test.each([
    ['23505', 'a key that is taken'],
    ['23502', 'a value that is missing'],
    ['23514', 'a value that a check refuses'],
    ['22P05', 'a character that no text can hold'],
    ['22001', 'a value that is too long'],
  ])('%s means that the row is at fault: %s', (code) => {
    expect(databaseFailureOf(failure(code))).toBe('DATABASE_CONSTRAINT');
  });

  test.each([
    ['57014', 'the statement took too long'],
    ['57P01', 'it shuts down'],
    ['57P02', 'it crashed'],
    ['57P03', 'it starts'],
    ['53300', 'there are too many connections'],
    ['53100', 'the disk is full'],
    ['58030', 'a file could not be written'],
    ['08006', 'the connection failed'],
    ['40P01', 'a deadlock outlasted the tries'],
    ['40001', 'a conflict outlasted the tries'],
    ['55P03', 'a lock was not to be had'],
    ['25006', 'it is read-only for now'],
    ['ECONNREFUSED', 'nobody listens'],
    ['ECONNRESET', 'the connection was cut'],
    ['EPIPE', 'the connection was closed'],
    ['P1001', 'Prisma did not reach it'],
    ['P2024', 'Prisma had no connection in time'],
    ['P2028', 'Prisma could not begin a transaction in time'],
  ])('%s means that it can not do it now: %s', (code) => {
    expect(databaseFailureOf(failure(code))).toBe('DATABASE_TIMEOUT');
  });

  test.each([
    'timeout exceeded when trying to connect',
    'Query read timeout',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
  ])('without a code means the same where it says %j', (message) => {
    expect(databaseFailureOf(failure(undefined, message))).toBe('DATABASE_TIMEOUT');
  });

  test('about a missing partition is no fault of the row', () => {
    expect(databaseFailureOf(failure('23514', 'no partition of relation "message" found for row'))).toBe('DATABASE_TIMEOUT');
  });

  test.each([
    failure('42P01'),
    failure('ERR_ASSERTION'),
    failure(undefined),
    new TypeError('x is not a function'),
    'text',
    null,
    undefined,
  ])('is not what %p is', (error) => expect(databaseFailureOf(error)).toBeUndefined());
});
