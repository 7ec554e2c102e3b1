import type { ErrorClass } from '../domain/errorCatalogue.js';

/** Of a connection that was refused or lost, as Node names it. */
const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);
/**
 * SQLSTATEs, or the first digits of a group, of a database that can't do it now: connection errors, too few resources,
 * shutdowns and cancels, a failed system call, locks and conflicts, and one that was made read-only by a fail-over.
 */
const awayInPostgres = ['08', '53', '57', '58', '40', '55P03', '25006', '25P03'];
/** Prisma's own codes for the same: not reached, too slow, closed, no connection or transaction in time, a conflict. */
const awayInPrisma = ['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2034'];
const away = [...awayInPostgres, ...awayInPrisma];
/** Of a row that does not fit, now or ever: constraints, and values that no column can hold. */
const refused = ['23', '22'];
const awayWords =
  /timeout exceeded|Query read timeout|Connection terminated|Client has encountered a connection error|no partition of relation/;

/**
 * What an error of the database means: `DATABASE_CONSTRAINT`, the row is at fault and no retry will store it;
 * `DATABASE_TIMEOUT`, the database does not answer or can't do it now. Undefined for an error that is not the database's.
 */
export function databaseFailureOf(error: unknown): Extract<ErrorClass, 'DATABASE_CONSTRAINT' | 'DATABASE_TIMEOUT'> | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  // A missing partition has the state of a constraint; it is made by maintenance, and the row is not at fault.
  if (awayWords.test(error.message)) return 'DATABASE_TIMEOUT';
  if (typeof code !== 'string') return undefined;
  if (connectionCodes.has(code)) return 'DATABASE_TIMEOUT';
  if (!/^[0-9A-Z]{5}$/.test(code)) return undefined;
  if (away.some((group) => code.startsWith(group))) return 'DATABASE_TIMEOUT';
  return refused.some((group) => code.startsWith(group)) ? 'DATABASE_CONSTRAINT' : undefined;
}
